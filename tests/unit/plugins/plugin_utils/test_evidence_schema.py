# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence has the shape of knowledge/schema/evidence.json: what is gathered, and what is documented."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import jsonschema
import pytest
import yaml

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._gather import Request, gather
from ansible_collections.postmaster.delist.plugins.modules import bounce_info
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence import recorded, test__queue

ROOT = Path(__file__).resolve().parents[4]
SCHEMA = json.loads((ROOT / "knowledge" / "schema" / "evidence.json").read_text(encoding="utf-8"))
LOG = (
    "Nov 24 01:55:29 mx1 postfix/smtp[245]: 4FxQ2T1Abcz: to=<u@example.com>, relay=mx.example.net[198.51.100.36]:25, "
    "delay=1, delays=0/0/0/1, dsn={dsn}, status={status} ({reason})\n"
)
REFUSED = "host mx.example.net[198.51.100.36] said: 550 5.7.1 [203.0.113.7] blocked (in reply to RCPT TO command)"


def problems(evidence: t.Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(evidence)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("recipients", ["none", "domains", "hashed", "full"])
@pytest.mark.parametrize("more", [{}, {"delivered": False, "senders": False}, {"lost_mail": True, "max_bytes": 500}])
def test_what_is_gathered_has_that_shape(tmp_path: Path, recipients: str, more: dict[str, t.Any]) -> None:
    log = tmp_path / "mail.log"
    log.write_text(
        LOG.format(dsn="5.7.1", status="bounced", reason=REFUSED)
        + LOG.format(dsn="4.4.1", status="deferred", reason="connect to mx.example.net[198.51.100.36]:25: Refused")
        + LOG.format(dsn="2.0.0", status="sent", reason="250 ok"),
        encoding="utf-8",
    )
    programs = recorded.Recorded(
        postconf=recorded.postconf(recorded.postfix()),
        ip=recorded.INTERFACES,
        postqueue=test__queue.message(("u@example.com", test__queue.BLOCKED)),
    )
    evidence = gather(Request(paths=[str(log)], recipients=recipients, **more), programs=programs)
    assert evidence["replies"]
    assert problems(evidence) == []


def test_the_documented_sample_has_that_shape() -> None:
    assert problems(yaml.safe_load(bounce_info.RETURN)["evidence"]["sample"]) == []
