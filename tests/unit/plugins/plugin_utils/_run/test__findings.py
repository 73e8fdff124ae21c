# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import (
    FindingsError,
    checked,
    findings_for,
    named,
    newest,
    read_findings,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import RunFolderError
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import NOW, finding

HOUR = datetime.timedelta(hours=1)


def run(parent, name, *, at=NOW, hosts=("mx1", "mx2"), findings=()):
    folder = parent / name
    folder.mkdir()
    about = {"schema": 1, "run_id": name, "started_at": at.isoformat(), "hosts": list(hosts)}
    (folder / "run.json").write_text(json.dumps(about))
    if findings is not None:
        (folder / "findings.json").write_text(json.dumps({"schema": 1, "findings": list(findings), "notes": []}))
    return folder


def test_the_newest_of_these_hosts(tmp_path):
    run(tmp_path, "old", at=NOW - 2 * HOUR)
    run(tmp_path, "first", at=NOW - HOUR / 2)
    second = run(tmp_path, "second", at=NOW - HOUR / 4)
    run(tmp_path, "of-another-host", at=NOW, hosts=["mx1", "mx3"])
    run(tmp_path, "not-diagnosed", findings=None)
    (tmp_path / "latest").symlink_to("second")
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "findings.json").write_text("{}")
    assert newest(tmp_path, hosts=["mx1", "mx2"], since=NOW - HOUR) == second
    assert newest(tmp_path, hosts=["mx2"], since=NOW - HOUR) == second
    assert newest(tmp_path, hosts=["mx1", "mx9"], since=NOW - HOUR) is None
    assert newest(tmp_path, hosts=["mx1"], since=NOW + HOUR) is None
    assert newest(tmp_path / "nowhere", hosts=["mx1"], since=NOW) is None


def test_a_named_run_may_be_old_but_must_be_diagnosed(tmp_path):
    old = run(tmp_path, "old", at=NOW - 99 * HOUR)
    run(tmp_path, "not-diagnosed", findings=None)
    assert named(tmp_path, "old") == old
    for wrong in ("not-diagnosed", "nowhere", "../old", "", "."):
        with pytest.raises(RunFolderError, match="the name of a diagnosed run was expected"):
            named(tmp_path, wrong)


def test_findings_of_a_host_that_can_be_believed(tmp_path):
    low = finding(8, confidence="low")
    folder = run(tmp_path, "r", findings=[finding(7), low, finding(9, hosts=["mx2"])])
    assert [each["id"] for each in findings_for(folder, "mx1")] == [finding(7)["id"]]
    assert [each["id"] for each in findings_for(folder, "mx1", low=True)] == [finding(7)["id"], low["id"]]


def test_findings_are_read_back(tmp_path):
    (tmp_path / "findings.json").write_text(
        json.dumps({"schema": 1, "findings": [request_factory.finding()], "notes": []})
    )
    assert read_findings(tmp_path) == [request_factory.finding()]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "run postmaster.delist.diagnose first"),
        ("{", "does not hold findings"),
        ("[]", "does not hold findings"),
        ('{"findings": {}}', "a list of findings was expected"),
        ('{"findings": ["x"]}', "finding 1 has no id, slug"),
        ('{"findings": [{"id": "x"}]}', "finding 1 has no slug"),
        ("\udcff", "does not hold findings"),
    ],
)
def test_bad_findings_are_refused_with_the_reason(tmp_path, content, said):
    if content is not None:
        (tmp_path / "findings.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(FindingsError, match=said) as caught:
        read_findings(tmp_path)
    assert str(tmp_path / "findings.json") in str(caught.value)


@pytest.mark.parametrize("slug", ["../../etc/cron", "a/b", "", "A", "a.eml", "-x", "a\n", "x" * 300])
def test_a_slug_that_is_no_file_name_is_refused(slug):
    with pytest.raises(FindingsError, match="cannot be a file name"):
        checked([request_factory.finding(slug=slug)], "findings")
