# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make explain` runs: standard input becomes a file, and only the answer is shown."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import ROOT

FBLW15 = b"550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; To request removal ...\n"


@pytest.fixture
def explain(tmp_path):
    """Explains a text; its temporary files are in tmp_path, which must be empty afterwards."""

    def run(text, language="en"):
        done = subprocess.run(
            [sys.executable, "tools/play.py", "explain"],
            cwd=ROOT,
            env=os.environ | {"LANGUAGE": language, "TMPDIR": str(tmp_path), "ANSIBLE_NOCOLOR": "true"},
            input=text,
            capture_output=True,
            check=False,
        )
        assert list(tmp_path.glob("delist-*")) == []
        return done

    return run


@pytest.mark.parametrize(("language", "word"), [("en", "IP address"), ("ja_JP.UTF-8", "IPアドレス")])
def test_only_the_answer_is_shown(explain, language, word):
    done = explain(FBLW15, language)
    screen = done.stdout.decode()
    assert done.returncode == 0
    assert screen.startswith("Microsoft 365")
    assert word in screen
    assert "PLAY" not in screen
    assert "TASK" not in screen


def test_a_template_is_text(explain, tmp_path):
    text = b"550 5.7.1 {{ lookup('pipe', 'touch %s') }} it's a=b {# blocked using FBLW15" % bytes(tmp_path / "ran")
    assert b"{{ lookup('pipe', 'touch" in explain(text).stdout
    assert not (tmp_path / "ran").exists()


def test_what_is_no_reply_is_said_in_one_line(explain):
    done = explain(b"good morning\n")
    assert done.returncode != 0
    assert done.stdout == b""
    assert len(done.stderr.decode().strip().splitlines()) == 1


def test_endless_input_ends(explain):
    assert explain(FBLW15 + b"y\n" * 1024 * 1024).returncode == 0
