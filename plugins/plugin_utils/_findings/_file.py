# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""findings.json a finding at a time: that of a fleet takes a gigabyte when it is read at once."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import json_text

# As diagnosis writes it: everything else in the first line, then a finding a line, then the end.
_BEGIN, _END = b'"findings": [', b"]}"


class FindingsFile(t.NamedTuple):
    """What else the file says, and the JSON of each finding."""

    head: dict[str, t.Any]
    findings: t.Iterator[bytes]


def read(path: Path) -> FindingsFile:
    """Open the file; however it is laid out, it gives the same.

    :raises OSError: it cannot be read
    :raises ValueError: it is no JSON
    """
    with path.open("rb") as file:
        first = file.readline()
        if not first.rstrip().endswith(_BEGIN):
            whole = json.loads(first + file.read())
            return FindingsFile(whole, (json_text(finding).encode() for finding in whole.pop("findings")))
    return FindingsFile(json.loads(first.rstrip() + _END), _lines(path))


def _lines(path: Path) -> t.Iterator[bytes]:
    with path.open("rb") as file:
        file.readline()
        for line in file:
            text = line.strip().removesuffix(b",")
            if text == _END:
                return
            yield text
    raise ValueError(f"{path} ends too early")
