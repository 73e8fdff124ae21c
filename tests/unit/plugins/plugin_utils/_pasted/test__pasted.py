# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a person pastes becomes replies. Each sample file begins with what must be found in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._pasted import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._reply import stage_of

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "pasted").iterdir())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_sample_is_read(path):
    head, _line, text = path.read_text(encoding="utf-8").partition("\n=====\n")
    found = read(text)

    expected = json.loads(head)
    assert len(found) == len(expected)
    for item, wanted in zip(found, expected, strict=True):
        seen = {**item._asdict(), "relay_ips": list(item.relay_ips)}
        assert {key: seen[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("command", "stage"),
    [
        ("RCPT TO", "RCPT TO"),
        ("RCPT TO command", "RCPT TO"),
        ("rcpt to:<a@example.com>", "RCPT TO"),
        ("pipelined MAIL FROM", "MAIL FROM"),
        ("sending MAIL FROM", "MAIL FROM"),
        ("end of DATA", "end of DATA"),
        ("end of data", "end of DATA"),
        ("initial connection", "greeting"),
        ("EHLO mx.example.com", "HELO"),
        ("DATA", "DATA"),
        ("QUIT", None),
        ("", None),
        (None, None),
    ],
)
def test_a_command_names_a_stage(command, stage):
    assert stage_of(command) == stage


@pytest.mark.parametrize("text", ["", " \n\t\n", "\x00", "\r\n\r\n"])
def test_nothing_is_nothing(text):
    assert read(text) == []


def test_a_long_paste_is_read_in_bounds():
    assert len(read("550 5.7.1 refused\n" * 5000)) == 1000
    assert len(read("550 " + "x" * 2_000_000)[0].reply) <= 16 * 1024
