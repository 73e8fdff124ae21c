# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-runner, twice at once: each audits a part of the fleet into one PostgreSQL, and one run merges them."""

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import harness, postgresql
from ansible_collections.postmaster.delist.tests.integration.harness import BIN, ROOT
from ansible_collections.postmaster.delist.tests.integration.test_incident import dns_port, logs, options

__all__ = ["dns_port", "logs", "options"]

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(postgresql.PROGRAMS is None, reason=postgresql.WHY_NOT),
]
AUDIT = "postmaster.delist.audit"
SAMPLE = ROOT / "inventory.example"
SLICES = {"night-1": "mx1", "night-2": "mx2,mx3"}


class Fleet:
    """One controller's folders, as ansible-runner wants them."""

    def __init__(
        self,
        folder: Path,
        extra_vars: dict[str, t.Any],
        ledger: str,
        *,
        inventory: Path = SAMPLE,
        within: t.Sequence[str] = (),
    ) -> None:
        self.folder, self.output, self.within = folder, folder / "out", within
        for name in ("project", "env", *(["inventory"] if inventory.is_file() else [])):
            (folder / name).mkdir(parents=True)
        if inventory.is_file():
            shutil.copy(inventory, folder / "inventory")
        else:
            shutil.copytree(inventory, folder / "inventory", ignore=shutil.ignore_patterns("*.txt"))
        extra_vars = extra_vars | {"audit_ledger": ledger, "evidence_output": str(self.output)}
        (folder / "env" / "extravars").write_text(json.dumps(extra_vars), encoding="utf-8")
        surroundings = harness._environment(folder, folder / "unused")
        self.environment = {name: text for name, text in surroundings.items() if name != "ANSIBLE_CALLBACKS_ENABLED"}
        self.environment["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".collections")

    def start(self, run: str, limit: str | None = None, **extra_vars: t.Any) -> subprocess.Popen[str]:
        words = json.dumps({"run": run, **extra_vars}, separators=(",", ":"))
        command = [*self.within, str(BIN / "ansible-runner"), "run", str(self.folder), "-p", AUDIT, "--ident", run]
        command += [*(["--limit", limit] if limit else []), "--cmdline", f"-e '{words}'"]
        return subprocess.Popen(
            command, env=self.environment, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def run(self, run: str, **more: t.Any) -> dict[str, t.Any]:
        return self.ended(self.start(run, **more), run)

    def ended(self, process: subprocess.Popen[str], run: str) -> dict[str, t.Any]:
        said, _ = process.communicate(timeout=300)
        path = self.output / run / "summary.json"
        assert path.exists(), said
        return t.cast("dict[str, t.Any]", json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture
def database() -> t.Iterator[t.Callable[[str], str]]:
    with postgresql.serving() as database:
        yield database


def concerns(summary: dict[str, t.Any]) -> dict[str, str]:
    return {concern["id"]: concern["state"] for concern in summary["audit"]["concerns"]}


def test_slices_merge_into_what_one_run_finds(
    tmp_path: Path, options: dict[str, t.Any], database: t.Callable[[str], str]
) -> None:
    one = Fleet(tmp_path / "one", options["extra_vars"], database("one"))
    many = Fleet(tmp_path / "many", options["extra_vars"], database("many"))
    for fleet in (one, many):
        fleet.run("before", limit="mx1", baseline=True)
    at_once = {run: many.start(run, limit=hosts) for run, hosts in SLICES.items()}
    slices = {run: many.ended(process, run) for run, process in at_once.items()}
    assert [summary["hosts"]["ok"] for summary in slices.values()] == [["mx1"], ["mx2", "mx3"]]

    single = one.run("night")
    merged = many.run("night", evidence_merge=list(SLICES))

    for name in ("findings.json", "listings.json"):
        assert (many.output / "night" / name).read_bytes() == (one.output / "night" / name).read_bytes()
    assert concerns(merged) == concerns(single)
    assert {"new", "still"} <= set(concerns(merged).values())
    assert merged["hosts"] == single["hosts"] == {"ok": ["mx1", "mx2", "mx3"], "failed": [], "unreachable": []}
    assert merged["policy"] == single["policy"]


def test_a_host_of_no_slice_is_missed(
    tmp_path: Path, options: dict[str, t.Any], database: t.Callable[[str], str]
) -> None:
    fleet = Fleet(tmp_path / "part", options["extra_vars"], database("part"))
    fleet.run("night-1", limit="mx1")
    merged = fleet.run("night", evidence_merge=["night-1"])
    assert merged["hosts"]["ok"] == ["mx1"]
    assert merged["hosts"]["failed"] == ["mx2", "mx3"]
    assert merged["policy"]["passed"] is False
    assert "its slice could not read it, or has not ended" in " ".join(merged["policy"]["reasons"])
