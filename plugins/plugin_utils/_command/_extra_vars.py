# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which extra vars of a command line may be printed again: what was set on purpose, no secret, no pasted text."""

from __future__ import annotations

import json
import re
import shlex
import typing as t

import yaml

_FROM_FILE = "@"
_PLAIN = re.compile(r"[\w.:,+/@%-]+")
# A pattern, and not the roles' own no_log: those are many files to read for each report, they know no variable of
# another role, and not the keys inside of a value. A test holds it against every no_log of every role.
_SECRET = re.compile(r"pass|secret|token|key|credential|vault|notify|webhook|ledger|pin\b", re.IGNORECASE)
# What a URL or a connection string says before its host, or as an option.
_SECRET_VALUE = re.compile(r"//[^\s\"]*@|passw\w*\s*=", re.IGNORECASE)
# Pasted text, and what holds for one run only.
_OF_ONE_RUN = frozenset({"reply", "confirm", "case", "event", "ticket", "baseline", "sample_dns_port"})
_LONGEST = 200


class Repeated(t.NamedTuple):
    """The values of C(-e) that say the same again, and the names of the variables that they do not set."""

    values: list[str]
    left_out: list[str]


def repeated(given: t.Iterable[str], more: t.Iterable[str] = ()) -> Repeated:
    """Return what may be printed of the extra vars of a command line, and what may not.

    :param given: as they stand on the command line; files are named, not read
    :param more: C(name=value) for names that the command line does not set
    """
    values: list[str] = []
    names: set[str] = set()
    left_out: dict[str, None] = {}
    for one in given:
        if one.startswith(_FROM_FILE):
            values.append(one)
            continue
        for name, value in _set_by(one).items():
            if _may_be_shown(name, value):
                names.add(name)
                is_plain = isinstance(value, str) and _PLAIN.fullmatch(value)
                values.append(f"{name}={value}" if is_plain else json.dumps({name: value}, ensure_ascii=False))
            elif name not in _OF_ONE_RUN:
                left_out[name] = None
    added = {one.partition("=")[0]: one for one in more}
    values += [one for name, one in added.items() if name not in names]
    return Repeated(values, [name for name in left_out if name not in names and name not in added])


def _set_by(one: str) -> dict[str, t.Any]:
    """Return the variables that one C(-e) sets; none where it cannot be read, or where the name can be no variable."""
    try:
        if one.lstrip()[:1] == "{":
            data = yaml.safe_load(one)
            named = data.items() if isinstance(data, dict) else ()
            return {name: value for name, value in named if isinstance(name, str) and name.isidentifier()}
        pairs = [word.partition("=") for word in shlex.split(one)]
    except (ValueError, yaml.YAMLError):
        return {}
    return {name: value for name, equals, value in pairs if equals and name.isidentifier()}


def _may_be_shown(name: str, value: t.Any) -> bool:
    if name in _OF_ONE_RUN:
        return False
    try:
        shown = json.dumps({name: value}, ensure_ascii=False)
    except (TypeError, ValueError):
        return False
    keys = re.findall(r'"([^"]*)": ', shown)
    is_secret = any(map(_SECRET.search, keys)) or _SECRET_VALUE.search(shown)
    return len(shown) <= _LONGEST and shown.isprintable() and not is_secret
