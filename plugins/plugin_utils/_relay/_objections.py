# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What speaks against a relay, and what should be known before: each with a code and a sentence in both languages."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import relay
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._traffic import Traffic
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

Said = dict[str, t.Any]
_MOST_NAMED = 3
_HEALTHY = (None, "HEALTHY")


class Facts(t.NamedTuple):
    """What is known: the plan so far, the findings of its hosts, their traffic, and what AWS and the DNS say."""

    plan: t.Mapping[str, t.Any]
    findings: t.Sequence[t.Mapping[str, t.Any]]
    traffic: t.Mapping[str, Traffic]
    hosts: t.Sequence[str]
    account: t.Mapping[str, t.Any] | None
    dns: t.Mapping[str, t.Any] | None
    max_domains: int

    @property
    def messages(self) -> int:
        return sum(self.traffic[host].messages for host in self.hosts if host in self.traffic)

    @property
    def is_account_known(self) -> bool:
        return bool(self.account) and "sandbox" in t.cast("t.Mapping[str, t.Any]", self.account)

    def verified(self) -> dict[str, bool | None]:
        told = (self.account or {}).get("senders") or ()
        return {entry["sender"]: entry["verified"] for entry in told}


def refusals(facts: Facts) -> t.Iterator[Said]:
    """Yield what nobody should do without saying so by name."""
    plan = facts.plan
    if plan["scope"] == "destinations" and not plan["domains"]:
        yield _said("refusal", "no_domains")
    if len(plan["domains"]) > facts.max_domains:
        yield _said("refusal", "too_many_domains", count=len(plan["domains"]), limit=facts.max_domains)
    if facts.is_account_known:
        yield from _of_account(facts, t.cast("t.Mapping[str, t.Any]", facts.account))
    yield from _of_mail(facts)


def _of_account(facts: Facts, account: t.Mapping[str, t.Any]) -> t.Iterator[Said]:
    plan, region = facts.plan, facts.plan["region"]
    if account["sandbox"]:
        yield _said("refusal", "ses_sandbox", region=region, a_day=relay()["sandbox"]["recipients_a_day"])
    if not account["sending"]:
        yield _said("refusal", "ses_paused", region=region, status=account["status"] or "-")
    left = plan["quota_left"]
    if left is not None and plan["recipients_a_day"] > left:
        yield _said("refusal", "quota", a_day=plan["recipients_a_day"], left=int(left))
    verified = facts.verified()
    if verified and all(state is False for state in verified.values()):
        yield _said("refusal", "unverified_senders", senders=", ".join(sorted(verified)))


def _of_mail(facts: Facts) -> t.Iterator[Said]:
    known = relay()
    red = [one for one in facts.findings if one["cause"] in known["red"] and one["confidence"] != "low"]
    refused = sum(one["counts"]["bounced"] + one["counts"]["deferred"] for one in red)
    if refused >= max(known["red_least"], float(known["red_share"]) * facts.messages):
        yield _said("refusal", "red_cause", count=refused, causes=", ".join(sorted({one["cause"] for one in red})))
    invalid = sum(one["counts"]["bounced"] for one in facts.findings if one["cause"] == "recipient_invalid")
    limit = float(known["max_invalid_share"])
    if invalid >= known["red_least"] and invalid > limit * max(1, facts.messages):
        percent = round(100 * invalid / max(invalid, facts.messages))
        yield _said("refusal", "invalid_recipients", percent=percent, limit=round(100 * limit))


def notes(facts: Facts) -> t.Iterator[Said]:
    """Yield what is no reason to stop."""
    plan, account = facts.plan, facts.account
    if plan["not_believed"]:
        yield _said("note", "not_believed", count=plan["not_believed"])
    if plan["dropped"]:
        yield _said("note", "dropped", names=", ".join(plan["dropped"][:5]))
    if not facts.is_account_known:
        reason = (account or {}).get("msg")
        yield _said("note", "account_unknown", reason=reason) if reason else _said("note", "account_not_asked")
    elif account and account["sending"] and account["status"] not in _HEALTHY:
        yield _said("note", "warned", status=account["status"])
    for domain, state in sorted(facts.verified().items()):
        if state is False:
            yield _said("note", "unverified", domain=domain, region=plan["region"])
    for entry in (facts.dns or {}).get("domains") or ():
        if ((entry.get("spf") or {}).get("covers_relays") or {}).get("amazon_ses") is False:
            yield _said("note", "spf", domain=entry["domain"])
    bounces = sum(facts.traffic[host].senders[""] for host in facts.hosts if host in facts.traffic)
    if bounces:
        yield _said("note", "null_sender", messages=bounces)
    if plan["relaying"]:
        pace = plan["pace"]
        yield _said("note", "slow", hosts=len(plan["relaying"]), a_day=pace["a_day"], delay=pace["delay"])
        yield _said("note", "feedback")
    if plan["relaying"] and plan["elsewhere"]:
        named = ", ".join(plan["elsewhere"][:_MOST_NAMED]) + (" ..." if len(plan["elsewhere"]) > _MOST_NAMED else "")
        yield _said("note", "elsewhere", count=len(plan["elsewhere"]), hosts=named, sharing=plan["sharing"])


def _said(kind: str, code: str, **values: object) -> Said:
    return {
        "code": code,
        **{language: Texts(language, file="relay").say(kind, code, **values) for language in LANGUAGES},
    }
