# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the DNS of a sender must say, and who wants it: knowledge/sender_dns.yml, and what a site lays over it."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read, read_with_lines

NAME = "sender_dns.yml"
PATH = SHIPPED / NAME


def requirements(extra_paths: t.Sequence[str] = ()) -> dict[str, t.Any]:
    """Return the plain data that a host can be handed; where a fact comes from stays at home.

    A file C(sender_dns.yml) below one of C(extra_paths) replaces problems and relays of the same name, and adds
    words and things to look at by hand.

    :raises KnowledgeError: such a file is malformed
    """
    return _requirements(tuple(map(str, extra_paths)))


@functools.lru_cache(maxsize=4)
def _requirements(extra_paths: tuple[str, ...]) -> dict[str, t.Any]:
    data = read(PATH)
    for path in (Path(folder) / NAME for folder in extra_paths):
        if path.is_file():
            document = read_with_lines(path)
            check.document("sender_dns", document, partial=True)
            data = _laid_over(data, document.data)
    problems = {
        code: {name: entry[name] for name in ("blocks", "wanted_by", "text")}
        for code, entry in data["problems"].items()
    }
    return {**{name: data[name] for name in ("generic_words", "relays", "manual")}, "problems": problems}


def _laid_over(base: dict[str, t.Any], over: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "problems": {**base["problems"], **over.get("problems", {})},
        "relays": {**base["relays"], **over.get("relays", {})},
        "generic_words": list(dict.fromkeys((*base["generic_words"], *over.get("generic_words", ())))),
        "manual": [*base["manual"], *over.get("manual", ())],
    }
