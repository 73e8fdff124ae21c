# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action diagnose and the filter explain, through Ansible."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory as make

RunTasks = t.Callable[..., Run]
HOSTILE = "550 5.7.1 {{ lookup('pipe','id') }} {# Client host [203.0.113.7] blocked using FBLW15"


def diagnose(run_dir: Path, **options: t.Any) -> list[dict[str, t.Any]]:
    return [{"name": "Diagnose", "postmaster.delist.diagnose": {"run_dir": str(run_dir), **options}}]


def test_findings_are_written_the_same_in_check_mode_and_never_count_as_changed(
    run_tasks: RunTasks, tmp_path: Path
) -> None:
    make.write(tmp_path / "evidence", make.host(make.group(), make.group(HOSTILE)))
    (tmp_path / "evidence" / "cut.json").write_text("{")
    written = []
    for check in (True, False, False):
        run = run_tasks(diagnose(tmp_path), check=check)
        result = run.of("Diagnose")
        assert (result.status, result.changed, result.data["count"]) == ("ok", False, 1)
        assert [note["code"] for note in result.data["notes"]] == ["evidence_not_json"]
        assert result.data["causes"] == {"ip_blocklisted_receiver": 1}
        assert "uid=" not in run.stdout
        written.append((tmp_path / "findings.json").read_bytes())

    assert len(set(written)) == 1
    assert HOSTILE in json.loads(written[0])["findings"][0]["evidence"]


def test_a_missing_run_and_malformed_knowledge_are_named(run_tasks: RunTasks, tmp_path: Path) -> None:
    run = run_tasks(diagnose(tmp_path / "nowhere"), rc=2)
    assert "nowhere is not the folder of a run" in run.of("Diagnose").msg

    site = tmp_path / "site" / "generic" / "own.yml"
    site.parent.mkdir(parents=True)
    site.write_text("schema: 1\nslug: generic_own\nslug: twice\n")
    run = run_tasks(diagnose(tmp_path, knowledge_paths=[str(tmp_path / "site")]), rc=2)
    assert "own.yml:3: the key 'slug' was expected only once" in run.of("Diagnose").msg


def test_the_filter_explains(run_tasks: RunTasks) -> None:
    expression = "{{ ('550 5.1.1 User unknown' | postmaster.delist.explain(relay='mx.example.net') | first).cause }}"
    run = run_tasks([{"name": "Say", "ansible.builtin.debug": {"msg": expression}}])

    assert run.of("Say").msg == "recipient_invalid"
