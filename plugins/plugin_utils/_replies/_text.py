# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The text of an answer as sentences and lists of addresses, without what it quotes of us."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips, is_public, normalise
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

_QUOTE_MARK = re.compile(r"^\s{0,3}>")
_NETWORK = re.compile(r"(?<![0-9A-Za-z:.])[0-9A-Fa-f:.]{3,43}/[0-9]{1,3}(?![0-9A-Za-z])")
_BETWEEN = re.compile(r"[\s,;|]+")
_AROUND = ".:()[]<>*'\"-"
_COUNTER = 2
# A stop ends a sentence before a blank; the full-width ones always do.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]{0,3}\s+|(?<=[。！？])")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\u301c\uff5e"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\uff07`\u00b4"), "'")
_EAST_ASIAN = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_GAP = re.compile(f"(?<={_EAST_ASIAN}) | (?={_EAST_ASIAN})")


@dataclass(frozen=True)
class Unit:
    """A sentence, or a line that holds nothing but addresses (C(is_list)); C(folded) is what patterns see."""

    text: str
    folded: str
    targets: tuple[str, ...]
    is_list: bool = False


def fold(text: str) -> str:
    """Return the text in one spelling: plain quotes and dashes, full width as half, single blanks, lower case."""
    text = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES | _DASHES))
    return _GAP.sub("", plain(text)).lower()


def targets(text: str) -> tuple[str, ...]:
    """Return the public addresses and networks that a text names."""
    found = dict.fromkeys(find_ips(text))
    for match in _NETWORK.findall(text):
        try:
            network = ipaddress.ip_network(match, strict=False)
        except ValueError:
            continue
        if is_public(str(network.network_address)):
            alone = network.prefixlen == network.max_prefixlen
            found[normalise(str(network.network_address)) or "" if alone else str(network)] = None
    return tuple(found)


def units(text: str, *, labels: Iterable[str]) -> Iterator[Unit]:
    """Yield the units of a text; C(labels) are the words that may stand beside addresses in a list."""
    words = frozenset(labels)
    lines = [(line, targets(line)) for line in text.splitlines()]
    paragraph: list[str] = []
    for number, (line, found) in enumerate(lines):
        is_list = bool(found) and _is_list(line, words)
        is_row = any(
            _are_rows(line, found, *other)
            for other in (*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2])
        )
        if line.strip() and not is_list and not is_row:
            paragraph.append(line)
            continue
        yield from _sentences(" ".join(paragraph))
        paragraph = []
        if is_list:
            yield Unit(plain(line), "", found, is_list=True)
        elif is_row:
            yield from _sentences(line)
    yield from _sentences(" ".join(paragraph))


def fresh(text: str, *, cuts: Sequence[re.Pattern[str]], attributions: Sequence[re.Pattern[str]]) -> str:
    """Return what the answer itself says: without quoted lines, and without all that follows a cut.

    A line that only announces a quotation (C(attributions)) is a cut where no quoted lines follow it.
    """
    kept: list[str] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if _QUOTE_MARK.match(line):
            continue
        folded = fold(line[:300])
        if any(cut.search(folded) for cut in cuts):
            break
        if any(attribution.search(folded) for attribution in attributions):
            following = next((other for other in lines[number + 1 : number + 4] if other.strip()), "")
            if _QUOTE_MARK.match(following):
                continue
            break
        kept.append(line)
    # Pasted from a ticket, the answer itself may be quoted.
    return "\n".join(kept) if any(map(str.strip, kept)) else "\n".join(_QUOTE_MARK.sub("", line) for line in lines)


def _sentences(paragraph: str) -> Iterator[Unit]:
    for sentence in _SENTENCE_END.split(paragraph):
        text = plain(sentence)
        if text:
            yield Unit(text, fold(sentence), targets(sentence))


def _is_list(line: str, labels: frozenset[str]) -> bool:
    """Tell whether a line says nothing beside its addresses; a number may count them."""
    words = (word.strip(_AROUND) for word in _BETWEEN.split(line))
    rest = fold("".join(word for word in words if not _is_target(word)))
    said = "".join(character for character in rest if character.isalnum())
    return not said or said in labels or (said.isdigit() and len(said) <= _COUNTER)


def _are_rows(line: str, found: tuple[str, ...], other: str, other_found: tuple[str, ...]) -> bool:
    """Tell whether two neighbouring lines are rows of a table: each begins, or each ends, with its one address."""
    if len(found) != 1 or len(other_found) != 1:
        return False
    rows = [_BETWEEN.split(row.strip()) for row in (line, other)]
    return any(all(_is_target(row[end].strip(_AROUND)) for row in rows) for end in (0, -1))


def _is_target(word: str) -> bool:
    try:
        ipaddress.ip_network(word, strict=False)
    except ValueError:
        return False
    return True
