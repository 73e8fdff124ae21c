# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a run has looked at: the difference between "it is gone" and "nobody looked"."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import is_asked

GONE, UNKNOWN, NOT_LOOKED_AT = "gone", "unknown", "not looked at"
_SPEAKS = ("healthy", "unproven")

# Of each stream of deliveries to a receiver, the addresses that it may have left from; none where nobody knows any.
Left = t.Sequence[frozenset[str]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Looked:
    """C(play): the hosts of the run; C(read): those whose evidence there is; C(linted): whose configuration too.

    C(layered): of whom it is known what hold and relay have applied; C(queued): whose queue was looked at.
    C(measured): the ids of the early warnings that could be judged.
    C(delivered): what each host delivered, by receiver. C(lists): the content of listings.json, if anybody asked.
    """

    play: frozenset[str]
    read: frozenset[str]
    linted: frozenset[str]
    layered: frozenset[str]
    queued: frozenset[str]
    measured: frozenset[str]
    delivered: t.Mapping[str, t.Mapping[str, Left]]
    lists: Data | None
    cases: bool

    def fate(self, concern: Data) -> str:
        """Tell what is known of a concern that was there before and was not found this time."""
        hosts = set(concern["hosts"])
        if hosts and hosts.isdisjoint(self.play):
            return NOT_LOOKED_AT
        return _FATES[concern["check"]](self, concern, hosts)

    def _of_hosts(self, hosts: set[str], looked: frozenset[str]) -> str:
        # Where it was on others too, those of another night's run have not been asked; their own run will.
        return GONE if hosts <= looked else UNKNOWN if hosts & (self.play - looked) else NOT_LOOKED_AT

    def owed(self, known: Data) -> dict[str, t.Any]:
        """Return what of an earlier night nobody has looked at again: C(hosts) and, of a block, who C(refused) them."""
        if known["check"] != "finding":
            return {"hosts": set(known["hosts"]) - self.read, "refused": {}}
        refused = {
            receiver: sorted(host for host in hosts if not self._took(receiver, host, known["about"]["from"]))
            for receiver, hosts in known["about"]["refused"].items()
        }
        refused = {receiver: hosts for receiver, hosts in refused.items() if hosts}
        return {"hosts": {host for hosts in refused.values() for host in hosts}, "refused": refused}

    def _took(self, receiver: str, host: str, address: str | None) -> bool:
        """Tell whether a receiver took mail that left this host by this address, or any where null."""
        left = self.delivered.get(host, {}).get(receiver, ())
        return any(address is None or addresses <= {address} for addresses in left)

    def _finding(self, concern: Data, hosts: set[str]) -> str:
        # Who sends nothing is refused nothing: only a delivery shows that a receiver has let go.
        if not concern["about"]["refused"]:
            return UNKNOWN if hosts & self.play else NOT_LOOKED_AT
        owed = self.owed(concern)["hosts"]
        # Where it was on others too, those of another night's run have not been asked; their own run will.
        return GONE if not owed else UNKNOWN if owed & self.play else NOT_LOOKED_AT

    def _lint(self, _concern: Data, hosts: set[str]) -> str:
        return self._of_hosts(hosts, self.linted)

    def _change(self, concern: Data, hosts: set[str]) -> str:
        looked = self.layered if "layer" in concern["about"] else self.layered & self.queued
        return self._of_hosts(hosts, looked)

    def _delivery(self, concern: Data, hosts: set[str]) -> str:
        fate = self._of_hosts(hosts, self.read)
        return UNKNOWN if fate == GONE and concern["id"] not in self.measured else fate

    def _listing(self, concern: Data, hosts: set[str]) -> str:
        not_asked = UNKNOWN if hosts else NOT_LOOKED_AT
        if self.lists is None or concern["subject"] not in self.lists["targets"]:
            return not_asked
        zone = concern["about"]["zone"]
        row = next((row for row in self.lists["lists"] if row["zone"] == zone), None)
        if row is None or not is_asked(row):
            return not_asked
        said = [row for row in self.lists["listings"] if (row["zone"], row["target"]) == (zone, concern["subject"])]
        if row["health"] not in _SPEAKS or any(answer["state"] == "unknown" for answer in said):
            return UNKNOWN
        return GONE

    def _sender_dns(self, concern: Data, hosts: set[str]) -> str:
        facts = self.lists["sender_dns"] if self.lists else None
        if not facts or not facts["known"] or concern["subject"] not in _subjects(facts):
            return UNKNOWN if hosts else NOT_LOOKED_AT
        doubts = [problem for problem in facts["problems"] if problem["blocks"] is None]
        return UNKNOWN if any(problem["subject"] == concern["subject"] for problem in doubts) else GONE

    def _case(self, _concern: Data, _hosts: set[str]) -> str:
        return GONE if self.cases else NOT_LOOKED_AT


def _subjects(facts: Data) -> set[str]:
    return {row["ip"] for row in facts["addresses"]} | {row["domain"] for row in facts["domains"]}


_FATES: t.Mapping[str, t.Callable[[Looked, Data, set[str]], str]] = {
    "finding": Looked._finding,
    "listing": Looked._listing,
    "sender_dns": Looked._sender_dns,
    "delivery": Looked._delivery,
    "lint": Looked._lint,
    "change": Looked._change,
    "case": Looked._case,
}
