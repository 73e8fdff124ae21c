# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the receivers took the mail of a run, from its evidence."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._rates import rates
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import finding

OUTLOOK = {"relay_host": "outlook-com.olc.protection.outlook.com", "service": "postfix/smtp"}


def diagnosed(folder: Path, **delivered: t.Any) -> t.Any:
    for host, rows in delivered.items():
        evidence = {"schema": 1, "host": host, "replies": [], "delivered": rows}
        (folder / f"{host}.json").write_text(json.dumps(evidence), encoding="utf-8")
    return diagnose(folder)["rates"]


def test_the_diagnosis_tells_how_each_receiver_took_the_mail(tmp_path: Path) -> None:
    others = [{"relay_host": "mx.small.example", "count": 3}, {"count": 1}]
    found = diagnosed(tmp_path, mx1=[{**OUTLOOK, "count": 900}, *others], mx2=[{**OUTLOOK, "count": 50}])
    assert found == {"outlook_com": {"delivered": 950, "refused": 0, "reputation": 0}}


def test_nothing_is_told_where_a_host_did_not_count_what_it_delivered(tmp_path: Path) -> None:
    assert diagnosed(tmp_path, mx1=[{**OUTLOOK, "count": 900}], mx2=None) == {}


def test_rates_are_those_of_known_receivers() -> None:
    counts = {"bounced": 2, "deferred": 40, "expired": 1}
    deferred = finding(
        cause="ip_reputation_deferred",
        receivers=[
            {"slug": slug, "recipient_domains": {}, "counts": counts} for slug in ("outlook_com", "example.net")
        ],
    )
    blocked = finding(receivers=[{"slug": "outlook_com", "recipient_domains": {}, "counts": {"bounced": 5}}])
    delivered = {"outlook_com": 150, "gmail": 7, "example.net": 3}
    assert rates([deferred, blocked], delivered, load()) == {
        "gmail": {"delivered": 7, "refused": 0, "reputation": 0},
        "outlook_com": {"delivered": 150, "refused": 48, "reputation": 40},
    }
