# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action delist_request, as Ansible runs it."""

from __future__ import annotations

import json

import pytest

from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make

HOSTILE = "550 5.7.1 it's {{ lookup('pipe', 'touch pwned') }} {# a=b \r\nBcc: x@y.example \x1b[31m"


def request(**options):
    words = {**make.OPTIONS, "check_mailbox": False}
    return {"name": "Ask", "postmaster.delist.delist_request": {**words, **options}}


@pytest.fixture
def run_dir(tmp_path):
    finding = make.finding(
        receiver="microsoft_365",
        evidence=[make.FBLW15, HOSTILE],
        remedy={"channel": "email", "key": "delist_mail"},
    )
    folder = tmp_path / "out" / "run"
    folder.mkdir(parents=True)
    (folder / "findings.json").write_text(json.dumps({"schema": 1, "findings": [finding], "notes": []}))
    return folder


def test_writes_the_same_four_times_and_never_counts_as_changed(fourfold, run_dir, tmp_path):
    runs = fourfold([request(run_dir="out/run")])
    assert runs.done.changed == 0
    data = runs.done.of("Ask").data
    assert data["path"] == str(run_dir / "requests.json")
    assert json.loads((run_dir / "requests.json").read_text())["requests"] == data["requests"]
    [written] = data["requests"]
    assert (written["kind"], written["to"]) == ("email", "delist@messaging.microsoft.com")
    assert b"lookup('pipe'" in (run_dir / written["path"]).read_bytes()
    assert not list(tmp_path.rglob("pwned"))


def test_without_a_folder_the_request_is_returned(run_tasks):
    finding = make.finding(receiver="microsoft_365", remedy={"channel": "form", "key": "delist_portal"})
    [written] = run_tasks([request(findings=[finding])]).of("Ask").data["requests"]
    assert written["url"] == "https://sender.office.com"
    assert make.IP in written["files"][written["path"]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "one of the following is required: run_dir, findings"),
        ({"run_dir": "out/none"}, "run postmaster.delist.diagnose first"),
        ({"findings": [{"id": "x"}]}, "finding 1 has no slug"),
        ({"findings": [], "langauge": "ja"}, "langauge"),
        ({"findings": [], "language": "fr"}, "en, ja"),
        ({"findings": [], "knowledge_paths": ["nowhere"]}, "nowhere"),
    ],
)
def test_bad_options_are_refused_with_the_reason(run_tasks, options, said):
    assert said in run_tasks([request(**options)], rc=2).of("Ask").msg
