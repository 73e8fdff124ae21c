# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What was planned, changed or asked on hosts, for people: hosts of which the same is to be said share a line."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain, wrap
from ansible_collections.postmaster.delist.plugins.plugin_utils._reason import reason_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

HOLD, RELAY = "hold", "relay"
_WIDTH = 80
_MOST_NAMED = 6
_LABEL = 8

Result = t.Mapping[str, t.Any]
# What is said, but for the hosts of whom it is said: a text's keys and what is filled in.
_Saying = tuple[tuple[str, ...], tuple[tuple[str, object], ...]]


def lines(
    results: t.Mapping[str, t.Mapping[str, Result]], texts: Texts, *, planned: bool = False, present: bool = True
) -> list[str]:
    """Return the lines.

    :param results: by host, what the modules returned: C(hold), C(relay), and C(asked) with a result for each receiver
    :param planned: nothing has changed yet
    :param present: whether the layers were put there, or taken away
    """
    hosts: dict[_Saying, list[str]] = {}
    for host, its in results.items():
        for saying in _of_host(its, texts, planned=planned, present=present):
            hosts.setdefault(saying, []).append(host)
    told = (texts.say(*keys, hosts=_named(names, texts), **dict(values)) for (keys, values), names in hosts.items())
    return [line for text in told for line in _folded(text)]


def all_accept(answers: t.Iterable[Result]) -> bool:
    """Tell whether somebody was asked, and each of them takes mail again."""
    verdicts = [answer.get("verdict") for answer in answers if not answer.get("skipped")]
    return bool(verdicts) and set(verdicts) == {"accepting"}


def _saying(*keys: str, **values: object) -> _Saying:
    return keys, tuple(values.items())


def _of_host(its: t.Mapping[str, Result], texts: Texts, *, planned: bool, present: bool) -> t.Iterator[_Saying]:
    # What is taken away goes in the order in which that is done: the hold last.
    for layer in (HOLD, RELAY) if present else (RELAY, HOLD):
        result = its.get(layer) or {}
        if result.get("failed") or result.get("unreachable"):
            yield _saying("failed", reason=reason_of(result))
        elif result and not result.get("skipped"):
            yield from _of_layer(layer, result, texts, planned=planned, present=present)
    yield from _of_answers((its.get("asked") or {}).get("results") or (), texts)


def _of_layer(layer: str, result: Result, texts: Texts, *, planned: bool, present: bool) -> t.Iterator[_Saying]:
    # A role may have said that a plan is no change: what it would change decides then.
    changes = bool(result.get("plan")) if planned else bool(result.get("changed"))
    state = ("planned" if planned else "done") if changes else "same"
    if not present:
        yield _saying("taken_away", state, layer=texts.say("layer", layer))
    elif layer == RELAY:
        yield _saying(RELAY, state, what=_relayed(result.get("relay") or {}, texts))
    elif held := [*result.get("rules", ()), *result.get("literals", ())]:
        yield _saying(HOLD, state, what=_named(held, texts))
    else:
        yield _saying(HOLD, "none")
    if planned and changes:
        paths = [line[len("+++ ") :] for line in result["plan"] if line.startswith("+++ ")]
        yield _saying("files", paths=", ".join(paths))
    waiting = result.get("held") or {}
    if waiting.get("messages"):
        yield _saying("queue", messages=waiting["messages"], since=waiting.get("oldest_at"))
    for finding in result.get("not_held") or ():
        yield _saying("not_held", finding=finding["finding"], reason=finding["reason"])
    for what in result.get("left") or ():
        yield _saying("left", what=what)


def _of_answers(answers: t.Iterable[Result], texts: Texts) -> t.Iterator[_Saying]:
    for answer in answers:
        receiver = (answer.get("item") or {}).get("key")
        if answer.get("verdict"):
            yield _saying("verdict", answer["verdict"], receiver=receiver, reason=texts.pick(answer["reason"]))
        elif not answer.get("skipped"):
            yield _saying("verdict", "not_asked", receiver=receiver, reason=reason_of(answer))


def _relayed(settings: Result, texts: Texts) -> str:
    if settings.get("scope") == "destinations":
        return _named(settings.get("domains") or (), texts)
    return texts.say("scope", settings["scope"]) if settings.get("scope") else ""


def _named(names: t.Sequence[str], texts: Texts) -> str:
    shown = ", ".join(map(plain, names[:_MOST_NAMED]))
    more = len(names) - _MOST_NAMED
    return texts.say("more", shown=shown, count=more) if more > 0 else shown


def _folded(text: str) -> list[str]:
    first, *rest = wrap(text, _WIDTH)
    indent = " " * _LABEL
    return [first, *(indent + line for line in wrap(" ".join(rest), _WIDTH - _LABEL))]
