# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Text from outside, and keys that must not get out."""

from __future__ import annotations

import re
import typing as t

LONGEST_REASON = 300
_SHOWN = "<key>"


def plain(text: str, *, longest: int = LONGEST_REASON) -> str:
    """Return one line of printable characters, not too long: no control, direction or escape characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


class Redactor:
    """Takes keys out of texts."""

    def __init__(self, keys: t.Iterable[str]) -> None:
        # The longest first: one key may begin like another.
        alternatives = "|".join(re.escape(key) for key in sorted(set(keys), key=len, reverse=True) if key)
        self._keys = re.compile(alternatives, re.IGNORECASE) if alternatives else None

    def __call__(self, text: str) -> str:
        return text if self._keys is None else self._keys.sub(_SHOWN, text)
