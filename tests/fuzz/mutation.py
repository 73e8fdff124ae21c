# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents that were good once: something in them is another thing now, or gone, or the text breaks off."""

from __future__ import annotations

import contextlib
import copy
import json
import typing as t
from pathlib import Path

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.sampled_from(["", "2026-02-30", "../../etc/passwd", "{{ lookup('pipe', 'id') }}", "\x1b[2J", "\ud800"]),
    st.text(max_size=20),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


def places(document: t.Any, here: tuple[t.Any, ...] = ()) -> list[tuple[t.Any, ...]]:
    """Return the way to each part of a document, the document itself first."""
    keys: t.Iterable[t.Any] = ()
    if isinstance(document, dict):
        keys = document
    elif isinstance(document, list):
        keys = range(len(document))
    return [here, *(place for key in keys for place in places(document[key], (*here, key)))]


@st.composite
def mutated(draw: st.DrawFn, document: t.Any) -> t.Any:
    """The document with one to three of its parts replaced or taken away."""
    changed = copy.deepcopy(document)
    for _change in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(places(changed)[1:] or [("",)]))
        if last == "":
            break
        inside = changed
        for key in way:
            inside = inside[key]
        if draw(st.booleans()):
            inside[last] = draw(ANYTHING)
        else:
            del inside[last]
    return changed


def as_json(document: t.Any) -> bytes:
    return json.dumps(document).encode()


@st.composite
def broken_off(draw: st.DrawFn, documents: st.SearchStrategy[t.Any]) -> bytes:
    """A document as a file of JSON, now and then not all of it, or with bytes that belong elsewhere."""
    data = as_json(draw(documents))
    if draw(st.integers(0, 4)) == 0:
        end = draw(st.integers(0, len(data)))
        data = data[:end] + draw(st.binary(max_size=12))
    return data


@contextlib.contextmanager
def only_says(error: type[Exception], path: Path) -> t.Iterator[None]:
    """At worst there is this error, and it names the file."""
    said = ""
    try:
        yield
    except error as exc:
        said = str(exc)
    assert not said or str(path) in said
