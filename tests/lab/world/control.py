# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a running lab is steered and what it tells: small JSON files, read anew for each decision, and ledgers.

`control/<slug>.json` of a receiver (all keys may be left out):
    blocked: {"198.51.100.11": {"stage": "RCPT TO", "reply": "550 5.7.1 ..."}}
        or at the stage "greeting", "MAIL FROM" or "end of DATA"
    answers: {"nobody@gmail.com": "550 5.1.1 ..."}    reply to RCPT TO of one recipient
    certificate: "lab" | "unknown" | "wrong_name" | "none"

`control/ses.json` besides:
    user, password; identities: verified domains and addresses; sandbox: recipients must be verified too;
    rate: mails a second; quota: recipients in the ledger; paused; unsubscribed; denied: true

`control/dns.json`: records: [[name, type, data], ...], in place of those of the same name and type

`ledger/<slug>.jsonl`, one line for each decision that mattered:
    at, receiver, ip, helo, tls, login, sender, recipients, stage, reply, accepted, message_id, subject
    returns: of a bounce, what it returns: {message_id, recipients}
"""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path


class Control:
    """What a receiver is told to do at this moment."""

    def __init__(self, folder: Path, slug: str) -> None:
        self.path = folder / f"{slug}.json"

    def read(self) -> dict[str, t.Any]:
        try:
            return t.cast("dict[str, t.Any]", json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def write(self, settings: dict[str, t.Any]) -> None:
        """Replace the file at once: a receiver reads the old settings or the new ones."""
        unfinished = self.path.with_suffix(".new")
        unfinished.write_text(json.dumps(settings), encoding="utf-8")
        unfinished.replace(self.path)


class Ledger:
    """What a receiver has seen."""

    def __init__(self, folder: Path, slug: str) -> None:
        self.path = folder / f"{slug}.jsonl"
        self.slug = slug

    def write(self, **entry: t.Any) -> None:
        line = json.dumps({"at": round(time.time(), 3), "receiver": self.slug, **entry})
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + os.linesep)

    def read(self) -> list[dict[str, t.Any]]:
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
