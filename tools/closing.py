# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing line of several pytest runs as one: tools/closing.py LOG...

Fails, and says so in that line, where a log has none: that run did not come to its end.
"""

from __future__ import annotations

import collections
import re
import sys
import typing as t
from pathlib import Path

# What pytest counts, in its own order.
WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors")
_CLOSING = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+) in ([\d.]+)s\b.*$")
_ONE = {"warning": "warnings", "error": "errors"}


def total(logs: t.Iterable[str]) -> tuple[str, bool]:
    """The line for these texts, and whether all is well."""
    counts: collections.Counter[str] = collections.Counter()
    seconds = 0.0
    for log in logs:
        closing = next(filter(None, map(_CLOSING.match, reversed(log.splitlines()))), None)
        if closing is None:
            counts["errors"] += 1
            continue
        for said in closing[1].split(", "):
            number, word = said.split()
            counts[_ONE.get(word, word)] += int(number)
        seconds += float(closing[2])
    one = {plural: word for word, plural in _ONE.items()}
    said = ", ".join(
        f"{counts[word]} {one.get(word, word) if counts[word] == 1 else word}" for word in WORDS if counts[word]
    )
    return f"{said} in {seconds:.2f}s", not (counts["failed"] or counts["errors"])


def main() -> int:
    line, well = total(
        Path(name).read_text(encoding="utf-8", errors="replace") if Path(name).exists() else "" for name in sys.argv[1:]
    )
    print(line)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
