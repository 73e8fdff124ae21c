# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t

import pytest

pytest.importorskip("dns")
testing = pytest.importorskip("ansible.module_utils.testing")

from ansible_collections.postmaster.delist.plugins.module_utils._dns import library  # noqa: E402
from ansible_collections.postmaster.delist.plugins.modules import dnsbl_info  # noqa: E402
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.conftest import LISTS  # noqa: E402
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import (  # noqa: E402
    ScriptedServer,
    answer,
    rcode,
)

TARGET, NAME = "45.60.1.7", "7.1.60.45"
KEY = "abcdefgh12345678"
Run = t.Callable[..., dict[str, t.Any]]


def zone(name: str = "bl.test", **over: t.Any) -> dict[str, t.Any]:
    return {"zone": name, "targets": ["ip4"], "kind": "block", "codes": {"127.0.0.2": "bad"}, **over}


@pytest.fixture
def server() -> t.Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        running.healthy("bl.test")
        running.on(NAME + ".bl.test", answer("127.0.0.2"))
        yield running


@pytest.fixture
def run(server: ScriptedServer, capsys: pytest.CaptureFixture[str]) -> Run:
    def module(*zones: dict[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
        given = {
            "addresses": [TARGET],
            "server": ["127.0.0.1"],
            "port": server.port,
            "timeout": 0.5,
            "catalogue": {"zones": list(zones) or [zone()], "lists": LISTS, "refused": []},
            **options,
        }
        with testing.patch_module_args(given), pytest.raises(SystemExit):
            dnsbl_info.main()
        return json.loads(capsys.readouterr().out)

    return module


def test_the_documented_shape(run: Run) -> None:
    found = run()
    assert not found["changed"]
    assert set(found) - {"invocation"} == {
        "changed",
        "listings",
        "lists",
        "totals",
        "changes",
        "skipped_targets",
        "resolver",
    }
    (row,) = found["listings"]
    assert (row["state"], row["list"], row["last_known"]) == ("listed", "bad", "listed")
    assert found["totals"] == {"listed": 1, "allowed": 0, "clean": 0, "unknown": 0, "skipped": 0, "coverage": 100.0}


def test_check_mode_is_the_same(run: Run) -> None:
    first, second = run(), run(_ansible_check_mode=True)
    assert {**first, "invocation": None} == {**second, "invocation": None}


def test_changes_and_hysteresis(run: Run, server: ScriptedServer) -> None:
    first = run(addresses=[TARGET, "45.60.1.8"])["listings"]
    server.on(NAME + ".bl.test", rcode("SERVFAIL"))
    server.on("8.1.60.45.bl.test", answer("127.0.0.2"))
    second = run(addresses=[TARGET, "45.60.1.8"], previous=first, include_clean=False)
    lasting = {"target": TARGET, "zone": "bl.test", "list": "bad"}
    assert second["changes"] == {
        "newly_listed": [{**lasting, "target": "45.60.1.8"}],
        "cleared": [],
        "still": [{**lasting, "confirmed": False}],
    }
    assert [(row["state"], row["last_known"]) for row in second["listings"]] == [
        ("unknown", "listed"),
        ("listed", "listed"),
    ]
    server.on(NAME + ".bl.test", rcode("NXDOMAIN"))
    third = run(addresses=[TARGET, "45.60.1.8"], previous=second["listings"])
    assert third["changes"]["cleared"] == [lasting]
    assert [row["confirmed"] for row in third["changes"]["still"]] == [True]


def test_who_is_remembered_through_a_dead_zone(run: Run, server: ScriptedServer) -> None:
    first = run()["listings"]
    server.script.clear()
    second = run(previous=first, include_clean=False)
    assert [(row["state"], row["last_known"], row["list"]) for row in second["listings"]] == [
        ("unknown", "listed", "bad")
    ]


@pytest.mark.parametrize(("limit", "failed"), [(60, False), (50, False), (49, True), (0, True)])
def test_too_much_unknown_fails(run: Run, limit: int, failed: bool) -> None:
    found = run(zone(), zone("dead.test"), max_unknown=limit)
    assert found.get("failed", False) is failed
    assert found["totals"]["coverage"] == 50.0
    if failed:
        assert found["msg"] == f"50.0 % stay unknown, and max_unknown allows {limit} %"


def test_nothing_asked_fails(run: Run) -> None:
    found = run(addresses=["10.0.0.1"], max_unknown=99)
    assert found["msg"] == "nothing was asked, and max_unknown allows 99 %"


@pytest.mark.parametrize(("severity", "failed"), [("critical", False), ("high", True), ("low", True)])
def test_a_grave_listing_fails(run: Run, severity: str, failed: bool) -> None:
    found = run(fail_on=severity)
    assert found.get("failed", False) is failed
    if failed:
        assert found["msg"] == f"1 listed with severity {severity} or worse: {TARGET} on bad"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"server": ["resolver.example"]}, "server: 'resolver.example' is not an IP address"),
        ({"port": 0}, "timeout must be above 0, retries at least 0, port between 1 and 65535"),
        ({"timeout": 0}, "timeout must be above 0, retries at least 0, port between 1 and 65535"),
    ],
)
def test_options_that_make_no_run(run: Run, options: dict[str, t.Any], message: str) -> None:
    assert run(**options)["msg"] == message


def test_without_dnspython(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "PROBLEM", "Traceback: no module named dns")
    assert "dnspython >= 2.3" in run()["msg"]


def keyed(server: ScriptedServer) -> dict[str, t.Any]:
    server.healthy(KEY + ".dq.test")
    server.on(f"{NAME}.{KEY}.dq.test", answer("127.0.0.2"))
    server.on(f"{NAME}.{KEY}.dq.test", answer(f'"see https://list.example/{KEY.upper()}/x"', kind="TXT"), "TXT")
    return zone("dq.test", key="vendor")


def test_a_key_is_asked_with_and_never_shown(run: Run, server: ScriptedServer) -> None:
    found = run(keyed(server), keys={"vendor": KEY})
    (row,) = found["listings"]
    assert (row["state"], row["zone"]) == ("listed", "dq.test")
    assert "list.example" in row["reason"]
    assert (f"{NAME}.{KEY}.dq.test", "A") in server.asked
    assert KEY not in json.dumps(found).lower()


@pytest.mark.parametrize("key", ["short", "with.a.dot.in.it", "with space in it", "x" * 64])
def test_a_key_that_is_no_label_is_refused_and_not_shown(run: Run, server: ScriptedServer, key: str) -> None:
    found = run(keyed(server), keys={"vendor": key})
    assert found["msg"] == "the key for dq.test is not 8 to 63 letters and digits"
    assert key not in json.dumps(found)
