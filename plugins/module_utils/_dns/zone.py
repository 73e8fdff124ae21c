# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One DNS zone of the catalogue: which name to ask, and what its answers mean. The data comes from knowledge/."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names

Text = t.Dict[str, str]

# RFC 5782, section 5: entries that every list has, and entries that none has.
_TEST_POINTS = {
    "ip4": {"listed": "127.0.0.2", "clean": "127.0.0.1"},
    "ip6": {"listed": "::ffff:7f00:2", "clean": "::ffff:7f00:1"},
    "domain": {"listed": "test", "clean": "invalid"},
}
SEVERITIES = ("info", "low", "medium", "high", "critical")
_KEY = re.compile(r"[A-Za-z0-9]{8,63}")


class KeyProblem(ValueError):
    """A key that is no single label; the message does not hold it."""


class Verdict(t.NamedTuple):
    """What an answer of a zone says. C(state) is C(listed), C(clean) or C(unknown), this with a C(cause)."""

    state: str
    codes: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    meanings: tuple[Text, ...] = ()
    cause: str | None = None


class Zone:
    """C(name) is shown; C(labels) is what is asked, with the key in it, and never shown."""

    def __init__(self, data: dict[str, t.Any], lists: dict[str, dict[str, t.Any]], *, key: str | None = None) -> None:
        """:raises KeyProblem: the key is no label"""
        self.name: str = data["zone"]
        self.kind: str = data["kind"]
        self.targets: frozenset[str] = frozenset(data["targets"])
        self.lookup: str | None = data.get("lookup")
        limits = data.get("limits") or {}
        self.per_second: int | None = limits.get("per_second")
        self.per_run: int | None = min(
            (limits[name] for name in ("per_day", "per_30_days") if name in limits), default=None
        )
        self.labels = names.wire_labels(self.name)
        if key is not None:
            if not _KEY.fullmatch(key):
                raise KeyProblem("the key for " + self.name + " is not 8 to 63 letters and digits")
            self.labels = names.wire_labels(key) + self.labels
        self._lists = lists
        self._tests = data.get("tests") or {}
        self._codes = _patterns(data.get("codes"))
        self._neutral = _patterns(data.get("neutral"))
        self._errors = _patterns(data.get("errors"))
        self._masks = _bits(data.get("masks"))
        self._error_masks = _bits(data.get("error_masks"))
        classes = data.get("classes") or {}
        self._classes = _patterns({name: text for name, text in classes.items() if "." in name})
        self._bit_classes = _bits({name: text for name, text in classes.items() if "." not in name})

    def test_points(self, kind: str) -> dict[str, str | None]:
        """Return the C(listed) and C(clean) entries for a kind of target; None where the zone has none."""
        return {**_TEST_POINTS[kind], **self._tests.get(kind, {})}

    def entry(self, slug: str) -> dict[str, t.Any]:
        """Return what is known of one of the zone's lists."""
        return self._lists[slug]

    def gravest(self, slugs: t.Iterable[str]) -> str | None:
        """Return the gravest of the lists that speak against a target, or None when all of them speak for it."""
        bad = [slug for slug in slugs if self._lists[slug]["scope"] != "allow"]
        return max(bad, key=lambda slug: SEVERITIES.index(self._lists[slug]["severity"]), default=None)

    def judge(self, addresses: t.Sequence[str]) -> Verdict:
        """Say what the addresses of an answer mean: first whether it is one at all, then all of them together."""
        codes = tuple(addresses)
        if any(not address.startswith("127.") for address in addresses):
            return Verdict("unknown", codes, cause="poisoned")
        refusals = [text for address in addresses for text in self._refusals(address)]
        if refusals:
            return Verdict("unknown", codes, meanings=_once(refusals), cause="refused")
        slugs = _once(slug for address in addresses for slug in self._slugs(address))
        if slugs:
            return Verdict("listed", codes, slugs, _once(text for address in addresses for text in self._says(address)))
        neutral = [text for address in addresses if (text := _first(self._neutral, address)) is not None]
        if len(neutral) == len(addresses):
            return Verdict("clean", codes, meanings=_once(neutral))
        return Verdict("unknown", codes, cause="unrecognised")

    def _refusals(self, address: str) -> t.Iterator[Text]:
        text = _first(self._errors, address)
        if text is not None:
            yield text
        yield from _set_bits(self._error_masks, address)

    def _slugs(self, address: str) -> t.Iterator[str]:
        slug = _first(self._codes, address)
        if slug is not None:
            yield slug
        yield from _set_bits(self._masks, address)

    def _says(self, address: str) -> t.Iterator[Text]:
        """Yield the closer meaning of an answer where there is one, else the names of its lists."""
        closer = [
            text
            for text in (_first(self._classes, address), *_set_bits(self._bit_classes, address))
            if text is not None
        ]
        if closer:
            yield from closer
        else:
            yield from (self._lists[slug]["name"] for slug in self._slugs(address))


Value = t.TypeVar("Value")
_Pattern = t.Tuple[t.Tuple[t.Tuple[int, int], ...], Value]


def _patterns(table: dict[str, Value] | None) -> list[_Pattern[Value]]:
    """Compile C({"127.0.2-9.*": value}); the first that fits counts."""
    return [(tuple(_span(part) for part in pattern.split(".")), value) for pattern, value in (table or {}).items()]


def _span(part: str) -> tuple[int, int]:
    if part == "*":
        return 0, 255
    low, _dash, high = part.partition("-")
    return int(low), int(high or low)


def _first(patterns: list[_Pattern[Value]], address: str) -> Value | None:
    octets = [int(octet) for octet in address.split(".")]
    for spans, value in patterns:
        if all(low <= octet <= high for octet, (low, high) in zip(octets, spans)):
            return value
    return None


def _bits(table: dict[str, Value] | None) -> list[tuple[int, Value]]:
    return [(int(bit), value) for bit, value in (table or {}).items()]


def _set_bits(bits: list[tuple[int, Value]], address: str) -> t.Iterator[Value]:
    last = int(address.rpartition(".")[2])
    return (value for bit, value in bits if last & bit)


def _once(values: t.Iterable[Value]) -> tuple[Value, ...]:
    found: list[Value] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)
