# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alerts posted to the real ansible-rulebook: which of them start a run, and what of them reaches it."""

from __future__ import annotations

import datetime
import json
import time
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.postmaster.delist.tests.integration import rulebook
from ansible_collections.postmaster.delist.tests.integration.harness import ROOT
from ansible_collections.postmaster.delist.tools import example_dns
from ansible_collections.postmaster.delist.tools.prepare_sample import prepare

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(rulebook.WHY_NOT is not None, reason=str(rulebook.WHY_NOT)),
]
SAMPLE = ROOT / "inventory.example"
# Of no log, and listed: a run that names one can only have it from the alert.
ADDRESSES = [f"203.0.113.{number}" for number in range(40, 50)]


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Path]:
    """The sample's hosts with logs of their own, as a folder that can be copied."""
    folder = tmp_path_factory.mktemp("fleet")
    logs = folder / "logs"
    prepare(logs, now=datetime.datetime.now().astimezone())
    hosts = folder / "inventory"
    (hosts / "group_vars").mkdir(parents=True)
    (hosts / "hosts.yml").write_text((SAMPLE / "hosts.yml").read_text(encoding="utf-8"), encoding="utf-8")
    mail = (SAMPLE / "group_vars" / "mail.yml").read_text(encoding="utf-8")
    (hosts / "group_vars" / "mail.yml").write_text(mail, encoding="utf-8")
    dns = folder / "dns.yml"
    told = yaml.safe_load((SAMPLE / "dns.yml.txt").read_text(encoding="utf-8"))
    told["lists"]["zen.spamhaus.org"]["listed"] = {address: ["127.0.0.3"] for address in ADDRESSES}
    dns.write_text(yaml.safe_dump(told), encoding="utf-8")
    with example_dns.serving(example_dns.read(dns)) as port:
        own = {"evidence_paths": [f"{logs}/{{{{ inventory_hostname }}}}/mail.log"], "sample_dns_port": port}
        for host in ("mx1", "mx2", "mx3"):
            (hosts / "host_vars").mkdir(exist_ok=True)
            (hosts / "host_vars" / f"{host}.yml").write_text(json.dumps(own), encoding="utf-8")
        yield hosts


@pytest.fixture(scope="module")
def book(inventory: Path, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[rulebook.Rulebook]:
    with rulebook.running(tmp_path_factory.mktemp("eda"), inventory) as book:
        yield book


@pytest.fixture
def fresh(book: rulebook.Rulebook) -> int:
    """How many runs there were before, all of them ended."""
    before = len(book.runs())
    book.wait(before, "summary.json")
    return before


def firing(address: str, **more: t.Any) -> dict[str, t.Any]:
    return {
        "status": "firing",
        "alerts": [{"status": "firing", "labels": {"ip": address, "alertname": "Blocked"}, **more}],
    }


def no_more_than(book: rulebook.Rulebook, number: int, sentinel: str) -> None:
    """Alerts are worked off in their order: when the run of a later one has ended, no earlier one is to come."""
    assert book.post(firing(sentinel)) == 200
    book.wait(number + 1, "summary.json")
    assert len(book.runs()) == number + 1


def listed_in(run: Path) -> set[str]:
    return {row["target"] for row in json.loads((run / "listings.json").read_text(encoding="utf-8"))["listings"]}


def test_an_alert_starts_one_run_within_five_seconds(book: rulebook.Rulebook, fresh: int) -> None:
    # The best of three, since this measures the machine's other work as well.
    took = []
    for number, address in enumerate(ADDRESSES[:3], fresh + 1):
        began = time.time()
        assert book.post(firing(address)) == 200
        run = book.wait(number)[-1]
        took.append((run / "run.json").stat().st_mtime - began)
        book.wait(number, "summary.json")
        assert address in listed_in(run)
        if took[-1] < 5:
            break
    assert min(took) < 5, took
    assert json.loads((run / "summary.json").read_text(encoding="utf-8"))["hosts"]["ok"] == ["mx1", "mx2", "mx3"]


def test_three_equal_alerts_start_one_run(book: rulebook.Rulebook, fresh: int) -> None:
    for _ in range(3):
        assert book.post(firing(ADDRESSES[3])) == 200
    no_more_than(book, fresh + 1, sentinel=ADDRESSES[4])


@pytest.mark.parametrize(("token", "sentinel"), [("wrong", ADDRESSES[5]), (None, ADDRESSES[6])])
def test_a_wrong_token_starts_none(book: rulebook.Rulebook, fresh: int, token: str | None, sentinel: str) -> None:
    assert book.post(firing("203.0.113.60"), token=token) == 401
    no_more_than(book, fresh, sentinel=sentinel)


def test_a_hostile_alert_executes_nothing(book: rulebook.Rulebook, fresh: int, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    template = "{{ lookup('ansible.builtin.pipe', 'touch %s') }}" % marker
    hostile = firing(template, annotations={template: template})
    hostile |= {"commonLabels": {"ip": template}, "meta": {"hosts": template}, "ansible_connection": template}
    assert book.post(hostile) == 200
    assert book.post({template: template}) == 200
    # Beside a good address it does not get through either.
    mixed = firing(ADDRESSES[7], annotations={"text": template}, vars={"evidence_paths": template})
    mixed["alerts"][0]["labels"] |= {"text": template, "evidence_output": template}
    assert book.post(mixed) == 200
    no_more_than(book, fresh + 1, sentinel=ADDRESSES[8])
    assert not marker.exists()
    written = [path.read_bytes() for run in book.runs()[fresh:] for path in run.rglob("*") if path.is_file()]
    assert [text for text in written if b"pipe" in text or marker.name.encode() in text] == []
    assert "pipe" not in book.log.read_text(encoding="utf-8", errors="replace")
