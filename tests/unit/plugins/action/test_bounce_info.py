# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look over a Postfix has to know is made once in a run, and a fault in keeping it costs no host."""

from __future__ import annotations

import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.action import bounce_info
from ansible_collections.postmaster.delist.plugins.plugin_utils._run import _folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each making of the facts, which takes its time."""
    times: list[str] = []

    def slowly(_paths: t.Sequence[str]) -> dict[str, t.Any]:
        times.append("made")
        time.sleep(0.1)
        return {"public_resolvers": ["192.0.2.1"]}

    monkeypatch.setattr(bounce_info, "_made", slowly)
    return times


def test_hosts_that_begin_at_once_have_them_made_once(made: list[str], tmp_path: Path) -> None:
    found: list[dict[str, t.Any]] = []
    hosts = [
        threading.Thread(target=lambda: found.append(bounce_info._facts(tmp_path / "evidence", ()))) for _host in "1234"
    ]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert found == [{"public_resolvers": ["192.0.2.1"]}] * 4
    assert made == ["made"]


def test_a_writer_that_was_killed_leaves_nothing_that_others_trip_on(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_folder.Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            bounce_info._facts(tmp_path / "evidence", ())
    assert not (tmp_path / _folder.LINT_FACTS).exists()
    assert bounce_info._facts(tmp_path / "evidence", ()) == {"public_resolvers": ["192.0.2.1"]}


def test_where_they_cannot_be_kept_they_are_made(made: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="ascii")
    assert bounce_info._facts(tmp_path / "file" / "run" / "evidence", ()) == {"public_resolvers": ["192.0.2.1"]}


def test_a_full_disk_costs_no_host(made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_folder.Path, "replace", full)
    assert bounce_info._facts(tmp_path / "evidence", ()) == {"public_resolvers": ["192.0.2.1"]}
    assert made == ["made"]
