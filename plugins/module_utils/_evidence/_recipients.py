# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How many distinct recipients a reply concerned, and in which domains, in eight bytes each."""

from __future__ import annotations

import typing as t
from array import array
from collections import Counter

EXACT_UP_TO = 50_000
_DOMAIN_BITS = 16
_DOMAIN_MASK = (1 << _DOMAIN_BITS) - 1
_OTHER_DOMAINS = _DOMAIN_MASK  # where a log names more domains than fit
_PERSON_MASK = ((1 << 63) - 1) & ~_DOMAIN_MASK


class Domains:
    """Numbers for the domains of one log, so that a recipient and its domain fit in 64 bits."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def pack(self, recipient: bytes) -> int:
        """Return a number that stands for this recipient; its lower bits tell the domain."""
        recipient = recipient.lower()
        domain = recipient[recipient.rfind(b"@") + 1 :]
        number = self._numbers.get(domain)
        return hash(recipient) & _PERSON_MASK | (self._number(domain) if number is None else number)

    def _number(self, domain: bytes) -> int:
        number = self._numbers.get(domain)
        if number is None:
            number = len(self._numbers)
            if number >= _OTHER_DOMAINS:
                return _OTHER_DOMAINS
            self._numbers[domain] = number
        return number

    def names(self) -> dict[int, str]:
        return {number: domain.decode("utf-8", "replace") for domain, number in self._numbers.items()}

    def adopt(self, other: Domains) -> t.Callable[[int], int]:
        """Return what turns the numbers packed by C(other) into ours."""
        ours = {number: self._number(domain) for domain, number in other._numbers.items()}
        ours[_OTHER_DOMAINS] = _OTHER_DOMAINS
        return lambda packed: packed & ~_DOMAIN_MASK | ours[packed & _DOMAIN_MASK]


class Recipients:
    """A set of packed recipients that stops growing where exactness ends."""

    __slots__ = ("_exact_up_to", "_packed", "_tidy_at", "at_least")

    def __init__(self, exact_up_to: int = EXACT_UP_TO) -> None:
        self._exact_up_to = exact_up_to
        self._packed = array("Q")
        self._tidy_at = 16
        self.at_least = False

    def add(self, packed: int) -> None:
        if not self.at_least:
            self._packed.append(packed)
            if len(self._packed) >= self._tidy_at:
                self._tidy()

    def update(self, other: Recipients, renumber: t.Callable[[int], int]) -> None:
        if not self.at_least:
            self._packed.extend(map(renumber, other._packed))
            self.at_least = other.at_least
            self._tidy()

    def _tidy(self) -> None:
        if self._tidy_at == 2 * len(self._packed) + 16:  # nothing came since
            return
        distinct = list(dict.fromkeys(self._packed))  # in the order of arrival: the same log gives the same counts
        if len(distinct) > self._exact_up_to:
            self.at_least = True
            del distinct[self._exact_up_to :]
        self._packed = array("Q", distinct)
        self._tidy_at = 2 * len(distinct) + 16

    def count(self) -> int:
        self._tidy()
        return len(self._packed)

    def by_domain(self, names: t.Mapping[int, str]) -> dict[str, int]:
        self._tidy()
        counts = Counter(map(_DOMAIN_MASK.__and__, self._packed))
        return {names[number]: count for number, count in counts.items() if number in names}
