# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The words of a finding in both languages, put together from knowledge: nothing is said here that is not data."""

from __future__ import annotations

import functools
import re
import string
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import Assessment, Verdict
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read

LANGUAGES = ("en", "ja")

Frame = dict[str, tuple[str, str]]

_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@functools.lru_cache(maxsize=1)
def phrases() -> dict[str, dict[str, Text]]:
    """Return the sentences of knowledge/texts/findings.yml by section and name."""
    return t.cast("dict[str, dict[str, Text]]", read(SHIPPED / "texts" / "findings.yml"))


def fill(template: Text, **values: str | Text) -> Text:
    """Return a sentence with its {names} filled in; a value is never looked at as a template."""
    return {language: _filled(template[language], values, language) for language in LANGUAGES}


def _filled(template: str, values: dict[str, str | Text], language: str) -> str:
    said = []
    for before, name in _pieces(template):
        said.append(before)
        if name is not None:
            value = values[name]
            said.append(value if isinstance(value, str) else value[language])
    return "".join(said)


@functools.lru_cache(maxsize=1024)
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    """Return a template as texts, each with the name whose value follows it."""
    return tuple((before, name) for before, name, _spec, _conversion in string.Formatter().parse(template))


def frame(template: Text, name: str, **values: str | Text) -> Frame:
    """Return a sentence that is open for one more value: what stands before it and behind it."""
    said = fill(template, **values, **{name: "\0"})
    return {language: said[language].partition("\0")[::2] for language in LANGUAGES}


def framed(around: Frame, value: str | Text) -> Text:
    """Return the sentence with the value in its place."""
    return {
        language: before + (value if isinstance(value, str) else value[language]) + behind
        for language, (before, behind) in around.items()
    }


def joined(texts: t.Iterable[Text]) -> Text:
    """Return several sentences as one text."""
    texts = list(texts)
    return {"en": " ".join(text["en"] for text in texts), "ja": "".join(text["ja"] for text in texts)}


def counterpart_name(known: Knowledge, verdict: Verdict) -> Text:
    """Return what the counterpart of a finding is called."""
    if verdict.list:
        return known.lists[verdict.list].name
    return phrases()["phrases"]["any_receiver"] if verdict.is_anybody else receiver_name(known, verdict.receiver)


def receiver_name(known: Knowledge, receiver: str | None) -> Text:
    if receiver is None:
        return phrases()["phrases"]["unknown_receiver"]
    party = known.receivers.get(receiver)
    return party.name if party else {"en": receiver, "ja": receiver}


def title(known: Knowledge, verdict: Verdict) -> Text:
    if verdict.list is None and verdict.receiver is None and not verdict.is_anybody:
        return t.cast(Text, known.causes[verdict.cause]["title"])
    return fill(
        phrases()["phrases"]["title"],
        who=counterpart_name(known, verdict),
        cause=known.causes[verdict.cause]["title"],
    )


def title_around(title: Text) -> Frame:
    """Return the title of a finding, open for its subject."""
    return frame(phrases()["phrases"]["title_with"], "subject", title=title)


def summary(finding: dict[str, t.Any]) -> Text:
    """Return a finding in one line."""
    return framed(_summary_around(finding["who_can_fix"]), finding["title"])


@functools.lru_cache(maxsize=16)
def _summary_around(who: str) -> Frame:
    return frame(phrases()["phrases"]["summary"], "title", turn=phrases()["who_can_fix"][who])


def explanation(known: Knowledge, verdict: Verdict) -> Text:
    """Return what the reply means: the rule's own words, or the cause's where no rule speaks."""
    return verdict.rule.means if verdict.rule else t.cast(Text, known.causes[verdict.cause]["means"])


def steps(known: Knowledge, verdict: Verdict, remedy: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return what to do now: first what stops the loss, then the cause's way, whom to ask, and what this reply adds."""
    of_cause = known.causes[verdict.cause]["steps"]
    of_rule = verdict.rule.steps if verdict.rule else ()
    of_list = known.lists[verdict.list].steps if verdict.list else ()
    first = [step for step in of_cause if step.get("action") == "hold"]
    rest = [step for step in of_cause if step.get("action") != "hold"]
    asking = way(remedy)
    found = [*first, *rest, *([{"action": "request", **asking}] if asking else []), *of_rule, *of_list]
    return [
        {"action": step.get("action") or "read", "command": None, "en": step["en"], "ja": step["ja"]} for step in found
    ]


def way(remedy: dict[str, t.Any]) -> Text | None:
    """Return the sentence that says whom to ask, or None when nobody is to be asked."""
    texts = phrases()["remedies"]
    channel = remedy["channel"]
    if channel == "email" and remedy["to"]:
        return fill(texts["email"], to=remedy["to"])
    if channel in ("form", "at_list") and remedy["url"]:
        return fill(texts[channel], url=remedy["url"])
    contact = remedy["to"] or remedy["url"]
    return fill(texts["contact"], contact=contact) if contact else None


def avoid(known: Knowledge, verdict: Verdict) -> Text:
    of_list = known.lists[verdict.list].avoid if verdict.list else None
    of_rule = verdict.rule.avoid if verdict.rule else None
    return of_rule or of_list or t.cast(Text, known.causes[verdict.cause]["avoid"])


def how_long(known: Knowledge, verdict: Verdict, remedy: dict[str, t.Any]) -> Text:
    """Return how long it takes: the figures of the rule and the channel, or the cause's usual ones."""
    texts = phrases()["how_long"]
    of_list = known.lists[verdict.list].expires_after if verdict.list else None
    expires = (verdict.rule.expires_after if verdict.rule else None) or of_list
    figures = (("expires", expires), ("answer", remedy["expected_answer"]), ("propagation", remedy["propagation"]))
    known_figures = [fill(texts[name], time=duration(value)) for name, value in figures if value]
    return joined(known_figures) if known_figures else t.cast(Text, known.causes[verdict.cause]["how_long"])


def duration(iso: str) -> Text:
    """Return an ISO 8601 duration in words."""
    match = _DURATION.fullmatch(iso)
    if match is None:
        return {"en": iso, "ja": iso}
    weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
    total = ((weeks * 7 + days) * 24 + hours) * 60 + minutes
    texts = phrases()["durations"]
    if total % 60:
        return fill(texts["minutes"], n=str(total))
    if total == 60:
        return texts["hour"]
    if total < 72 * 60 or total % (24 * 60):
        return fill(texts["hours"], n=str(total // 60))
    return fill(texts["days"], n=str(total // (24 * 60)))


def doubts(
    known: Knowledge,
    assessment: Assessment,
    codes: t.Sequence[str],
    *,
    ip: str | None,
    through: str | None,
    remedy: dict[str, t.Any],
) -> list[dict[str, str]]:
    """Return why the finding is less than certain, each with its code."""
    if not codes and not remedy["retired"] and not remedy["doubt"]:
        return []
    texts = phrases()["doubts"]
    rule, claimed = assessment.rule, assessment.recognition.claimed
    values: dict[str, str | Text] = {
        "claimed": known.party(claimed.owner).name if claimed else "",
        "ip": ip or "",
        "through": through or "",
        "since": "",
        "reason": "",
    }
    found: list[dict[str, str]] = []
    for code in codes:
        about = rule.retired if code == "retired" and rule else None
        if about:
            values.update(since=str(about["since"]), reason=about["reason"])
        found.append({"code": code, **fill(texts[code], **values)})
    if remedy["retired"]:
        values.update(since=str(remedy["retired"]["since"]), reason=remedy["retired"]["reason"])
        found.append({"code": "retired_channel", **fill(texts["retired_channel"], **values)})
    if remedy["doubt"]:
        found.append({"code": "channel", **remedy["doubt"]})
    return found
