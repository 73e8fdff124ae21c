# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The plan of a relay on a screen."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import wrap
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

_WIDTH = 100
_MOST_DOMAINS = 6
_MOST_HOSTS = 20


def screen(plan: t.Mapping[str, t.Any], texts: Texts) -> list[str]:
    """Return the lines."""
    lines = list(_lines(plan, texts))
    return [line for text in lines for line in _folded(text)]


def _lines(plan: t.Mapping[str, t.Any], texts: Texts) -> t.Iterator[str]:
    what = texts.say(
        "plan", plan["scope"], **({"count": len(plan["domains"])} if plan["scope"] == "destinations" else {})
    )
    yield texts.say("plan", "head", what=what, region=plan["region"])
    for host, its in list(plan["hosts"].items())[:_MOST_HOSTS]:
        yield "  " + _host(host, its, plan["scope"], texts)
    cost = plan["cost"]
    volume = {"a_day": plan["recipients_a_day"], "cost": f"{cost['a_day']:.2f}", "currency": cost["currency"]}
    yield "  " + texts.say("plan", "volume", **volume)
    if plan["quota_left"] is not None:
        yield "  " + texts.say("plan", "left", left=int(plan["quota_left"]))
    for refusal in plan["refusals"]:
        kind = "overridden" if refusal["overridden"] else "refused"
        yield texts.say("plan", kind, code=refusal["code"], said=texts.pick(refusal))
    codes = [refusal["code"] for refusal in plan["refusals"] if not refusal["overridden"] and refusal["can_override"]]
    if codes:
        yield texts.say("plan", "override", codes=", ".join(codes))
    for note in plan["notes"]:
        yield texts.say("plan", "note", said=texts.pick(note))


def _host(host: str, its: t.Mapping[str, t.Any], scope: str, texts: Texts) -> str:
    if not its["relays"]:
        return texts.say("plan", "nothing", host=host)
    if scope != "destinations":
        return texts.say("plan", "host", host=host, domains=texts.say("plan", scope))
    shown = ", ".join(its["domains"][:_MOST_DOMAINS])
    if len(its["domains"]) > _MOST_DOMAINS:
        shown = texts.say("plan", "more", domains=shown, count=len(its["domains"]) - _MOST_DOMAINS)
    return texts.say("plan", "host", host=host, domains=shown)


def _folded(text: str) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    first, *rest = wrap(text.lstrip(), _WIDTH - len(indent))
    return [indent + first, *(f"{indent}  {line}" for line in rest)]
