# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Tried before it goes live: the planned configuration in a private folder, read by Postfix's own programs."""

from __future__ import annotations

import os
import shutil
import tempfile
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _files
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import Layer
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._main_cf import MainCf
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._plan import Plan
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix


class Lookup(t.NamedTuple):
    """What a table of the layer must answer: each key of C(find) with a text that begins so, none of C(miss) at all."""

    file: str
    type: str
    find: t.Mapping[str, str] = {}
    miss: t.Sequence[str] = ()


def stage(postfix: Postfix, plan: Plan, lookups: t.Sequence[Lookup] = ()) -> None:
    """Try a plan; the host stays as it is.

    :raises PostfixError: what is there is broken already, or what is planned would not work
    """
    if plan.add is None:
        return  # back to what there was: no reason to keep anybody from that
    before = postfix.complaints()
    folder = tempfile.mkdtemp(prefix="postmaster-delist-")
    try:
        _copy(folder, plan)
        new = [each for each in postfix.complaints(folder) if each not in before]
        if new:
            raise PostfixError(f"Postfix does not take the planned configuration: {'; '.join(new)}")
        _read_back(postfix, folder, plan.add)
        for lookup in lookups:
            _ask(postfix, folder, plan.add, lookup)
    except OSError as error:
        raise PostfixError(f"The change cannot be tried in {folder} ({error.strerror})") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(folder: str, plan: Plan) -> None:
    for change in (plan.main, plan.master):
        _files.write(os.path.join(folder, os.path.basename(change.path)), change.after or b"")


def _read_back(postfix: Postfix, folder: str, layer: Layer) -> None:
    """What Postfix reads is what was meant, however odd the file around it is."""
    staged = Postfix(folder, postfix.runner)
    with open(staged.main_cf, "rb") as file:
        main = MainCf.parse(file.read())
    for parameter in layer.parameters:
        seen = staged.unresolved(parameter.name)
        meant = main.value(parameter.name) or ""
        is_ours = seen.startswith(parameter.value) if parameter.how == "prepend" else seen == parameter.value
        if not is_ours or seen.split() != meant.split():
            raise PostfixError(
                f"Postfix reads another {parameter.name} in the planned main.cf than was meant: "
                f"{seen!r} instead of {parameter.value!r}; look for odd lines around it"
            )
    for service in layer.services:
        if not staged.has_service(service.name, service.type):
            raise PostfixError(
                f"Postfix does not see the service {service.name}/{service.type} in the planned master.cf"
            )


def _ask(postfix: Postfix, folder: str, layer: Layer, lookup: Lookup) -> None:
    path = os.path.join(folder, lookup.file)
    if not os.path.exists(path):
        _files.write(path, next(each.content for each in layer.files if each.name == lookup.file))
    answers = postfix.lookup(f"{lookup.type}:{path}", [*lookup.find, *lookup.miss])
    for key, begin in lookup.find.items():
        if not answers.get(key, "\n").startswith(begin):
            got = f"{answers[key]!r}" if key in answers else "nothing"
            raise PostfixError(
                f"The planned table {lookup.file} gives {got} for {key!r}: {begin or 'an answer'!r} was expected"
            )
    for key in lookup.miss:
        if key in answers:
            raise PostfixError(f"The planned table {lookup.file} must not touch {key!r}, but gives {answers[key]!r}")
