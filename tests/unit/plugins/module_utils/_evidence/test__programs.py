# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of the host, run for real: what they say, and what is said where they fail."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _programs
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Missing, Programs, Unusable

FAILURES = [
    ("echo 'tool: warning: old' >&2; echo 'tool: fatal:  no   queue' >&2; echo bye >&2; exit 3", "fatal: no queue"),
    ("echo first >&2; echo last >&2; exit 3", "sh failed: last"),
    ("exit 3", "sh failed: without a word"),
    ("kill -9 $$", "sh was stopped by signal 9"),
]


def test_output_is_what_the_program_writes_in_the_language_that_is_parsed(monkeypatch):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert Programs().output("sh", "-c", "echo $LC_ALL; echo not this >&2") == "C\n"


@pytest.mark.parametrize(("script", "why"), FAILURES)
def test_why_a_program_failed_is_one_line(script, why):
    with pytest.raises(Unusable, match=why):
        Programs().output("sh", "-c", script)
    with pytest.raises(Unusable, match=why):
        list(Programs().lines("sh", "-c", script))


@pytest.mark.parametrize("how", [Programs().output, lambda name: list(Programs().lines(name))])
def test_a_program_that_is_not_there_or_cannot_be_started_is_named(how, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="no program mailq-of-nobody"):
        how("mailq-of-nobody")
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    broken.chmod(0o755)
    with pytest.raises(Unusable, match="broken cannot be started"):
        how("broken")


def test_a_program_that_never_answers_is_ended(monkeypatch):
    monkeypatch.setattr(_programs, "_SECONDS", 0.2)
    with pytest.raises(Unusable, match="did not answer"):
        Programs().output("sleep", "60")
    with pytest.raises(Unusable, match="signal 9"):
        list(Programs().lines("sleep", "60", seconds=0.2))


def test_lines_come_whole_and_an_overlong_one_is_left_out(monkeypatch):
    monkeypatch.setattr(_programs, "_LONGEST_LINE", 8)
    script = "echo one; echo 0123456789abcdef0123; echo two; printf cut"
    assert list(Programs().lines("sh", "-c", script)) == [b"one\n", b"two\n"]


def test_a_reader_that_has_enough_ends_the_program():
    lines = Programs().lines("sh", "-c", "while :; do echo more; done")
    assert next(lines) == b"more\n"
    lines.close()
