# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a stranger's server may answer, to see that nobody obeys it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

FBLW15 = "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; "


def texts(proof: Path) -> dict[str, str]:
    """Replies by what they try; one that is executed leaves the file C(proof)."""
    touch = f"{{{{ lookup('pipe', 'touch {proof}') }}}}"
    return {
        "template": f"{FBLW15}{touch} {{% for x in [1] %}}{touch}{{% endfor %}}",
        "quoted": f"{FBLW15}it's \"a\"=b c='d' {touch}",
        "comment": f"{FBLW15}{{# never closed {touch}",
        "html": f"{FBLW15}<script>alert(1)</script><img src=x onerror=alert(1)> [l](javascript:x) `` ``` |x| {touch}",
        "header": f"{FBLW15}\r\nBcc: everyone@example.com\r\nX-Injected: yes\r\n\r\nbody {touch}",
        "escape": f"{FBLW15}\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\u2066 {touch}",
        "long": f"{FBLW15}{touch}{'A' * 100_000}",
        "shell": f"{FBLW15}$(touch {proof}) `touch {proof}` ; touch {proof} | x && y",
    }


def control_characters(text: str) -> set[str]:
    """What a terminal would obey."""
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and char != "\n"}
