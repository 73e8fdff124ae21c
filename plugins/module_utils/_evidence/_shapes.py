# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The shapes of line heads ("Nov 24 01:55:29 mx1 postfix/s"), as regexes that look back from where the head ends."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import CLIENT

_HEAD = re.compile(CLIENT.encode(), re.DOTALL)
_ISO_SECOND = 19
# Such that a line fits one shape only.
_STAMPS = {15: rb"... .. ..:..:..", _ISO_SECOND: rb"....-..-..T..:..:.."}


class Shape(t.NamedTuple):
    """How long the parts of a head are. Equal stamps of one shape are equal seconds."""

    stamp: int  # to the second
    fraction: int
    offset: bytes  # of RFC 3339; none in RFC 3164
    rest: int

    def before(self, rest: bytes | None, literal: bytes) -> bytes:
        """Return a regex that finds such a line's beginning before C(literal), and captures the stamp.

        Without a known C(rest) of the head it captures that too.
        """
        fraction = rb"[.,].{%d}" % (self.fraction - 1) if self.fraction else b""
        offset = re.escape(self.offset)
        known = b"( .{%d})" % (self.rest - 1) if rest is None else re.escape(rest)
        return rb"(?<=\n(%s)%s%s%s%s)" % (_STAMPS[self.stamp], fraction, offset, known, literal)

    def whole(self, stamp: bytes) -> bytes:
        """Return a stamp of this shape as the clock reads it, to the second."""
        return stamp + self.offset


class Head(t.NamedTuple):
    """The head of one client's line."""

    shape: Shape
    stamp: bytes
    rest: bytes


def read_head(buffer: bytes | bytearray, begin: int, end: int) -> Head | None:
    """Read the head that C(buffer[begin:end]) is, from the stamp to "smtp" or "lmtp"; its rest is without "mtp"."""
    match = _HEAD.fullmatch(buffer, begin, end)
    if match is None:
        return None
    whole = match.group("stamp")
    rest = match.group()[len(whole) : -3]
    if whole[4:5] != b"-":
        return Head(Shape(len(whole), 0, b"", len(rest)), whole, rest)
    offset = b"Z" if whole.endswith(b"Z") else whole[max(whole.rfind(b"+"), whole.rfind(b"-")) :]
    fraction = len(whole) - _ISO_SECOND - len(offset)
    return Head(Shape(_ISO_SECOND, fraction, offset, len(rest)), whole[:_ISO_SECOND], rest)


def service_of(shape: Shape, rest: bytes, stamp: bytes) -> str | None:
    """Return the log identifier that a head found by its shape names; None when it is no client's."""
    head = _HEAD.fullmatch(shape.whole(stamp) + rest + b"mtp")
    return head.group("service").decode("utf-8", "replace") if head else None
