# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One line of a log, from its very beginning: what other programs quote is never taken for Postfix's word."""

from __future__ import annotations

import re

from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import (
    ADDRESS,
    FINAL,
    HEAD,
    NON_FINAL,
    QUEUE_ID,
    STAMP,
)

_EXPIRED = rf"from=<(?P<sender>{ADDRESS})>, status=(?:force-)?expired, returned to sender"
# Its groups: stamp, logger, service, queue_id, then recipient, relay, delay, dsn, status, reason of a final line, or
# earlier, the sentence about an earlier mail exchanger, or sender, of an expired message.
LINE = re.compile(rf"{HEAD}{QUEUE_ID}: (?:{FINAL}|{NON_FINAL}|{_EXPIRED})".encode(), re.DOTALL)
_BEGINNING = rf"{HEAD}{QUEUE_ID}: (?:to=<|from=<.*status=)".encode()
STAMPED = re.compile(STAMP.encode())
_RELAY = re.compile(rb"([^\s\[\]]+)\[([^\[\]]*)\](?::([0-9]{1,5}))?")


def looks_like_one(buffer: bytearray, begin: int, end: int) -> bool:
    """Tell whether a line that cannot be read begins as one of ours does: it counts as not understood."""
    # Compiled at need: re remembers it.
    return re.compile(_BEGINNING, re.DOTALL).match(buffer, begin, end) is not None


def relay_parts(relay: bytes | None) -> tuple[str, str] | None:
    """Return host and IP of C(mx.example.net[192.0.2.25]:25); None for C(none) and C(local)."""
    match = _RELAY.match(relay or b"")
    if match is None:
        return None
    return match.group(1).decode("utf-8", "replace").lower(), match.group(2).decode("utf-8", "replace")


def relay_port(relay: bytes | None) -> int | None:
    """Return the port of C(mx.example.net[192.0.2.25]:25)."""
    match = _RELAY.match(relay or b"")
    return int(match.group(3)) if match and match.group(3) else None
