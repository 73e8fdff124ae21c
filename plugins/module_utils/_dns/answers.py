# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a question can come back with, in words that are the same for every way it was asked."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import library

# The name holds what was asked for; it exists without it; it does not exist.
ANSWER, NODATA, NXDOMAIN = "answer", "nodata", "nxdomain"
# Nothing is known.
TIMEOUT, SERVFAIL, REFUSED, MALFORMED, TRUNCATED, LAME, DEADLINE = (
    "timeout",
    "servfail",
    "refused",
    "malformed",
    "truncated",
    "lame",
    "deadline",
)
NO_SUCH_NAME = 3
_RCODES = {0: NODATA, 2: SERVFAIL, NO_SUCH_NAME: NXDOMAIN, 5: REFUSED}
# Another server may do better.
WORTH_ANOTHER_SERVER = frozenset({SERVFAIL, REFUSED, MALFORMED, LAME})


class Answer(t.NamedTuple):
    status: str
    records: tuple[library.Record, ...] = ()

    @property
    def known(self) -> bool:
        """Tell whether the DNS has spoken: yes, or no."""
        return self.status in (ANSWER, NODATA, NXDOMAIN)

    def data(self, kind: str) -> list[t.Any]:
        """Return the data of one type's records, sorted, each once: servers rotate them."""
        return sorted({record.data for record in self.records if record.type == kind})

    def texts(self) -> list[str]:
        return [record.data for record in self.records if record.type == "TXT"]

    def ttl(self, kind: str) -> int | None:
        return min((record.ttl for record in self.records if record.type == kind), default=None)


PLAIN_NXDOMAIN = Answer(NXDOMAIN)


def judge(wire: bytes) -> Answer:
    """Read a reply whose id and question were found right."""
    rcode = wire[3] & 15
    if rcode not in (0, NO_SUCH_NAME):
        return Answer(_RCODES.get(rcode, MALFORMED))
    reply = library.read(wire)
    if reply is None:
        return Answer(MALFORMED)
    if reply.lame:
        return Answer(LAME)
    if reply.records:
        return Answer(ANSWER, reply.records)
    return Answer(_RCODES[rcode])
