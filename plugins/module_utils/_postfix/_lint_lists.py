# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which DNS lists a configuration asks about clients and senders, and whether it looks at what they answer."""

from __future__ import annotations

import re
import typing as t

RESTRICTIONS = tuple(
    f"smtpd_{stage}_restrictions"
    for stage in ("client", "helo", "sender", "relay", "recipient", "data", "end_of_data", "etrn")
)
SITES = "postscreen_dnsbl_sites"

_REJECTS = re.compile(r"reject_(?:rbl_client|rhsbl_[a-z_]+)")
_PERMITS = re.compile(r"permit_(?:dnswl_client|rhswl_client)")
_WORD = re.compile(r"[^\s,{}]+")


class Asked(t.NamedTuple):
    """A list as main.cf names it: C(zone) without filter, lower case; C(filtered) if only some answers count."""

    parameter: str
    zone: str
    filtered: bool
    permits: bool


def words(value: str) -> list[str]:
    """Return the words of a value that is a list."""
    return _WORD.findall(value)


def asked(values: t.Mapping[str, str]) -> t.Iterator[Asked]:
    """Yield each list that the parameters of C(values) name."""
    for parameter in RESTRICTIONS:
        found = words(values.get(parameter, ""))
        for word, following in zip(found, found[1:]):
            if _REJECTS.fullmatch(word) or _PERMITS.fullmatch(word):
                yield _asked(parameter, following, permits=bool(_PERMITS.fullmatch(word)))
    for site in words(values.get(SITES, "")):
        # domain=127.0.0.[2..11]*2, the weight negative for a list of good ones
        domain, _star, weight = site.partition("*")
        yield _asked(SITES, domain, permits=weight.startswith("-"))


def _asked(parameter: str, text: str, *, permits: bool) -> Asked:
    zone, equals, _filter = text.partition("=")
    return Asked(parameter, zone.rstrip(".").lower(), bool(equals), permits)
