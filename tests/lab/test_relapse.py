# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A case followed on a real host: asked again while it is blocked, asked when it is not, proven, and back again."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story

BLOCKED, PROBE = "a@contoso.com", "our.probe@contoso.com"


class Following(Story):
    def follow(self) -> list[dict[str, t.Any]]:
        """Follow up, and return the cases, the oldest first."""
        variables = {"cases_mailboxes": {"microsoft_365": PROBE}, "diagnosis_dns": False}
        self.lab.run_playbook("postmaster.delist.follow_up", cwd=self.folder, limit=self.limit, extra_vars=variables)
        return self._local("list", open_only=False).data["cases"]

    def removed(self, case: str) -> None:
        """The receiver has said so, and that it holds at once."""
        for event, data in (
            ("submitted", {"tickets": ["1"]}),
            ("decided", {"verdict": "removed", "propagation": "PT0M", "sentence": "It was removed."}),
        ):
            self._local("advance", case=case, event=event, data=data)

    def _local(self, operation: str, **options: t.Any):
        task = {"name": "Case", "postmaster.delist.delist_case": {"operation": operation, **options}}
        task |= {"run_once": True, "delegate_to": "localhost"}
        return self.run([task]).of("Case")


def test_a_retest_a_proof_and_a_relapse(lab: Lab, tmp_path: Path):
    story = Following(lab, tmp_path, lab.hosts["mx2"])
    lab.world.block("microsoft_365", *story.hosts, rule="fblw15")
    story.became(story.send(BLOCKED), BLOCKED, "status=bounced")
    (first,) = story.follow()
    story.removed(first["id"])

    (asked,) = story.follow()  # by Postfix itself, which the block still refuses
    assert asked["state"] == "reopened", json.dumps(asked)
    lab.world.delist("microsoft_365")
    story.removed(first["id"])
    (asked,) = story.follow()
    assert asked["state"] == "retesting", json.dumps(asked)
    assert [entry for entry in lab.mail.received() if PROBE in entry["recipients"]] == []

    story.became(story.send(BLOCKED), BLOCKED, "status=sent")
    (closed,) = story.follow()
    assert closed["state"] == "closed"

    lab.world.block("microsoft_365", *story.hosts, rule="fblw15")
    story.became(story.send(BLOCKED), BLOCKED, "status=bounced")
    old, new = story.follow()
    assert (old["state"], new["state"]) == ("closed", "detected")
    assert new["relapse_of"] == old["id"]
