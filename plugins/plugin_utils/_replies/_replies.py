# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a receiver answers to a request: a verdict per address, each with the sentence it rests on.

Caution decides: a sentence that negates or supposes never gives good news, and where an answer says two things
about one address, the worse is believed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _mail as mail
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _text as texts
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._knowledge import Wording, Wordings
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._text import Unit
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import line

# The first that an answer says about an address is believed.
VERDICTS = (
    "denied",
    "conditionally_mitigated",
    "mitigated",
    "removed",
    "not_listed",
    "confirmation_needed",
    "needs_info",
    "redirected",
    "acknowledged",
)
_GOOD = frozenset({"conditionally_mitigated", "mitigated", "removed"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OUR_CASE = re.compile(r"\bPD-[0-9A-F]{10}\b")
_SENTENCE = 400
# Whatever is longer is no sentence, and half of it could say the opposite.
_LONGEST = 2000
_AT_MOST = 256


@dataclass(frozen=True)
class Statement:
    """A sentence that says a verdict about its targets; none where it speaks of what stands around it."""

    verdict: str
    wording: Wording
    unit: Unit
    targets: tuple[str, ...]


def parse(source: bytes | str, wordings: Wordings) -> dict[str, Any]:
    """Return what an answer says. Never raises, whatever the mail is; C(notes) tell what could not be read."""
    data = source.encode("utf-8", "surrogateescape") if isinstance(source, str) else source
    letter = mail.read(data)
    text = texts.fresh(letter.text, cuts=wordings.cuts, attributions=wordings.attributions)
    units = [unit for unit in texts.units(text, labels=wordings.labels) if len(unit.folded) <= _LONGEST]
    statements = _statements(units, wordings)
    verdicts = _verdicts(units, statements, letter.subject)
    deciding = [statement for statement in statements if statement.verdict in {entry["verdict"] for entry in verdicts}]
    promised, propagation = _times(units, wordings)
    return {
        "schema": 1,
        "sha256": hashlib.sha256(data).hexdigest(),
        "from": letter.sender,
        "subject": letter.subject,
        "date": letter.date,
        "message_id": letter.message_id,
        "references": list(letter.references),
        "parties": list(next((statement.wording.parties for statement in deciding if statement.wording.parties), ())),
        "language": _language(text, deciding, wordings),
        "tickets": _tickets(f"{letter.subject}\n{text}", wordings),
        "cases": list(dict.fromkeys(_OUR_CASE.findall(f"{letter.subject}\n{letter.text}")))[:_AT_MOST],
        "received_at": _received_at(units, wordings),
        "promised": _duration(promised[1]) if promised else None,
        "propagation_from": _duration(propagation[0]) if propagation else None,
        "propagation": _duration(propagation[1]) if propagation else None,
        "verdicts": verdicts,
        "notes": [*letter.notes, *([] if verdicts else ["unclear: no known wording says a verdict"])],
    }


def _statements(units: Sequence[Unit], wordings: Wordings) -> list[Statement]:
    statements = []
    for unit in units:
        for part in _turns(unit, wordings):
            wording = _said(part.folded, wordings)
            if wording:
                statements.append(Statement(wording.verdict, wording, unit, part.targets))
    return statements


def _turns(unit: Unit, wordings: Wordings) -> Iterable[Unit]:
    """Return a sentence as its two halves where it says one thing of some addresses, but another of others."""
    turn = wordings.turn.search(unit.folded)
    if turn is None:
        return [unit]
    halves = [unit.folded[: turn.start()], unit.folded[turn.end() :]]
    # Folding can make an address of what is none, such as a footnote's number behind one.
    about = [tuple(target for target in texts.targets(half) if target in unit.targets) for half in halves]
    if not all(about):
        return [unit]
    return [Unit(unit.text, half, found) for half, found in zip(halves, about, strict=True)]


def _said(sentence: str, wordings: Wordings) -> Wording | None:
    """Return the wording of the worst verdict that a sentence says."""
    if sentence.endswith("?"):
        return None
    best: Wording | None = None
    for wording in wordings.verdicts:
        if best is not None and VERDICTS.index(wording.verdict) >= VERDICTS.index(best.verdict):
            continue
        match = wording.find(sentence)
        if match and not _is_void(sentence, match, wording, wordings):
            best = wording
    return best


def _is_void(sentence: str, match: re.Match[str], wording: Wording, wordings: Wordings) -> bool:
    """Tell whether the sentence only supposes what it says, or puts good news off, or negates it."""
    if wordings.hypothesis.search(sentence, 0, match.end()) or wordings.supposition.search(sentence, match.end()):
        return True
    if wording.verdict not in _GOOD:
        return False
    before = wordings.harmless.sub(" ", sentence[: match.start()])
    after = wordings.harmless.sub(" ", sentence[match.end() :])
    return bool(wordings.unreal.search(before) or wordings.negation.search(before) or wordings.negation.search(after))


def _verdicts(units: Sequence[Unit], statements: Sequence[Statement], subject: str) -> list[dict[str, Any]]:
    said: dict[str, Statement] = {}
    general: list[Statement] = []
    section: tuple[str, ...] = ()
    by_unit: dict[int, list[Statement]] = {}
    for statement in statements:
        by_unit.setdefault(id(statement.unit), []).append(statement)
    for number, unit in enumerate(units):
        if unit.is_list:
            continue
        found = by_unit.get(id(unit), [])
        listed = _list_after(units, number)
        if number and units[number - 1].is_list:
            section = _list_before(units, number)
        if listed and found:
            section = listed
        for statement in found:
            about = statement.targets or section
            for target in about:
                _note(said, target, statement)
            if not about:
                general.append(statement)
    return _shown(units, said, general, subject)


def _list_after(units: Sequence[Unit], number: int) -> tuple[str, ...]:
    """Return the addresses of the list that follows a unit."""
    found: dict[str, None] = {}
    for unit in units[number + 1 :]:
        if not unit.is_list:
            break
        found.update(dict.fromkeys(unit.targets))
    return tuple(found)


def _list_before(units: Sequence[Unit], number: int) -> tuple[str, ...]:
    start = number
    while start and units[start - 1].is_list:
        start -= 1
    return tuple(dict.fromkeys(target for unit in units[start:number] for target in unit.targets))


def _note(said: dict[str, Statement], target: str, statement: Statement) -> None:
    known = said.get(target)
    if known is None or VERDICTS.index(statement.verdict) < VERDICTS.index(known.verdict):
        said[target] = statement


def _shown(
    units: Sequence[Unit], said: dict[str, Statement], general: Sequence[Statement], subject: str
) -> list[dict[str, Any]]:
    """Return the verdicts; what is said in general is said of each address of which nothing firmer is known."""
    worst = min(general, key=lambda statement: VERDICTS.index(statement.verdict), default=None)
    if worst is not None:
        named = list(dict.fromkeys(target for unit in units for target in unit.targets)) or list(texts.targets(subject))
        open_ones = [target for target in named if target not in said or said[target].verdict == "acknowledged"]
        for target in open_ones:
            _note(said, target, worst)
        if not said:
            return [_entry(None, worst)]
    return [_entry(target, statement) for target, statement in said.items()][:_AT_MOST]


def _entry(target: str | None, statement: Statement) -> dict[str, Any]:
    return {
        "ip": target,
        "verdict": statement.verdict,
        "sentence": line(statement.unit.text, _SENTENCE),
        "wording": statement.wording.name,
    }


def _tickets(text: str, wordings: Wordings) -> list[dict[str, str]]:
    """Return the ticket numbers, each once: SRX1318598611ID and 1318598611 are one."""
    found: dict[str, str] = {}
    for pattern in wordings.tickets:
        for match in pattern.finditer(text):
            printed = match.groups()[-1]
            digits = "".join(character for character in printed if character in "0123456789")
            if digits and len(printed) > len(found.get(digits, "")):
                found[digits] = printed
    return [{"number": digits, "id": printed} for digits, printed in list(found.items())[:_AT_MOST]]


def _received_at(units: Iterable[Unit], wordings: Wordings) -> str | None:
    for unit in units:
        for stamp in wordings.stamps:
            found = stamp.find(unit.folded)
            if found:
                moment = _moment(found)
                if moment:
                    return moment.isoformat()
    return None


def _moment(found: tuple[str, ...]) -> datetime | None:
    month, day, year, hour, minute, half = found
    try:
        hours = int(hour) % 12 + (12 if half == "pm" else 0)
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), hours, int(minute), tzinfo=UTC)
    except ValueError:
        return None


def _times(units: Iterable[Unit], wordings: Wordings) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Return when an answer is promised, and how long a change takes to reach all servers, in minutes."""
    found: dict[str, tuple[int, int]] = {}
    for unit in units:
        for time in wordings.times:
            if time.of not in found:
                minutes = time.find(unit.folded)
                if minutes:
                    found[time.of] = minutes
    return found.get("promised"), found.get("propagation")


def _duration(minutes: int) -> str:
    return f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M"


def _language(text: str, deciding: Sequence[Statement], wordings: Wordings) -> str | None:
    """Return the language of the deciding sentence, else the one whose common words are most frequent."""
    if deciding:
        return deciding[0].wording.language
    words = re.findall(r"[^\W\d_]+", texts.fold(text[:4000]))
    counts = {name: sum(word in common for word in words) for name, common in wordings.common_words.items()}
    if re.search(r"[\u3040-\u30ff]", text):
        return "ja"
    best = max(counts, key=lambda name: counts[name], default=None)
    return best if best and counts[best] else None
