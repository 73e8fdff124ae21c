# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test tells the receivers and lists of a running lab; each takes effect with the next command they get."""

from __future__ import annotations

import typing as t

import yaml

from ansible_collections.postmaster.delist.tests.lab import plan
from ansible_collections.postmaster.delist.tests.lab.place import Place
from ansible_collections.postmaster.delist.tests.lab.running import ROOT
from ansible_collections.postmaster.delist.tests.lab.world.control import Control

SES_USER = "AKIAIOSFODNN7EXAMPLE"
SES_PASSWORD = "B" + "LabSmtpPassword" * 2 + "0123456789abc"  # as long as a derived one, and as easily found


def sample(slug: str, rule: str) -> dict[str, t.Any]:
    """The first reply that this rule must know: reply, relay, stage (where it says one), ips."""
    path = ROOT / "knowledge" / "receivers" / slug / "samples" / f"{rule}.yml"
    return t.cast("dict[str, t.Any]", yaml.safe_load(path.read_text(encoding="utf-8"))["match"][0])


class World:
    """The receivers (slugs as in knowledge/receivers, and `ses`), the lists, the DNS."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def block(
        self, slug: str, *hosts: plan.Host, rule: str = "", reply: str = "", stage: str | None = None
    ) -> dict[str, str]:
        """Let a receiver refuse these hosts, with the text of a sample in knowledge/ or a `reply` with {ip} in it.

        Returns {host name: the text it will be refused with}.
        """
        taken: dict[str, t.Any] = sample(slug, rule) if rule else {"reply": reply, "ips": ["{ip}"]}
        at = stage or taken.get("stage") or "RCPT TO"
        told = {}
        for host in hosts:
            text = taken["reply"]
            for address in taken.get("ips", ()):
                text = text.replace(address, host.ip)
            told[host.name] = text
        blocked = {host.ip: {"stage": at, "reply": told[host.name]} for host in hosts}
        self.set(slug, blocked=self._settings(slug).get("blocked", {}) | blocked)
        return told

    def delist(self, slug: str, *hosts: plan.Host) -> None:
        """Let a receiver take mail from these hosts again; from all where none is named."""
        gone = {host.ip for host in hosts}
        blocked = self._settings(slug).get("blocked", {})
        self.set(slug, blocked={ip: block for ip, block in blocked.items() if hosts and ip not in gone})

    def set(self, slug: str, **settings: t.Any) -> None:
        """Change settings of a receiver: see world/control.py."""
        control = Control(self.place.control, slug)
        control.write(control.read() | settings)

    def names(self, records: t.Sequence[tuple[str, str, str]]) -> None:
        """Add DNS records (name, type, data), in place of those of the same name and type; empty data is none."""
        Control(self.place.control, "dns").write({"records": records})

    def list(self, zone: str, *hosts: plan.Host) -> None:
        """Put hosts on a block list (none: nobody is on it); served within a second."""
        lines = [f":127.0.0.2:https://{zone}/$", "127.0.0.2", *(host.ip for host in hosts)]
        # In place: the file is seen through a mount of its folder, and read when its time changes.
        (self.place.lists / zone).write_text("\n".join(lines) + "\n", encoding="ascii")

    def reset(self) -> None:
        """As at the start: nobody blocked or listed, SES knows our domain and no limit."""
        for path in self.place.control.glob("*.json"):
            path.unlink()
        for zone in plan.LISTS:
            self.list(zone)
        self.set("ses", user=SES_USER, password=SES_PASSWORD, identities=[plan.DOMAIN])

    def _settings(self, slug: str) -> dict[str, t.Any]:
        return Control(self.place.control, slug).read()
