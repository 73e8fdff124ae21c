# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of a run, to servers of their own on the loopback: once for each change, and no URL in any log."""

from __future__ import annotations

import contextlib
import http.server
import json
import sys
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils import _notice_send as notices
from ansible_collections.postmaster.delist.tests.integration import harness

SECRET = "hunter2token"


class Receiver(http.server.BaseHTTPRequestHandler):
    """Notes what it is sent; says 500 below /broken, and redirects below /moved."""

    got: t.ClassVar[list[tuple[str, dict[str, t.Any]]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append((self.path, body))
        self.send_response(500 if "broken" in self.path else 302 if "moved" in self.path else 200)
        self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: t.Any) -> None:
        """Say nothing on the tests' screen."""


@pytest.fixture
def server() -> t.Iterator[str]:
    Receiver.got.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        with contextlib.closing(listening.socket):
            yield f"127.0.0.1:{listening.server_port}"
            listening.shutdown()


def test_a_webhook_says_why_it_did_not_take_it_and_nothing_of_its_url(server: str) -> None:
    urls = {
        f"http://{server}/{SECRET}": None,
        f"http://{server}/broken/{SECRET}": "the server answered 500 Internal Server Error",
        f"http://{server}/moved/{SECRET}": "the server answered 302 Found",
        f"http://127.0.0.1:1/{SECRET}": "ConnectionRefusedError",
        f"file:///etc/{SECRET}": "an http or https URL was expected",
        SECRET: "an http or https URL was expected",
    }
    for url, reason in urls.items():
        assert notices.post(url, {"text": "x"}) == ("webhook", reason)
    assert [path for path, _body in Receiver.got] == [f"{part}/{SECRET}" for part in ("", "/broken", "/moved")]


def test_apprise_says_nothing_of_its_urls(
    server: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("apprise")
    sent = notices.send(
        [f"json://{server}/{SECRET}", f"json://{server}/broken/{SECRET}", f"nothing://{SECRET}", SECRET],
        "Title",
        "Text",
    )
    assert [one.to for one in sent] == ["apprise 1", "apprise 2", "apprise 3", "apprise 4"]
    assert [one.reason for one in sent] == [
        None,
        "the service did not take it",
        "no URL that apprise knows; see its documentation of services",
        "no URL that apprise knows; see its documentation of services",
    ]
    assert Receiver.got[0][1]["title"] == "Title"
    assert SECRET not in str(capfd.readouterr()) + caplog.text


def test_without_apprise_the_webhook_is_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    (sent,) = notices.send([f"json://{SECRET}"], "Title", "Text")
    assert sent.reason == "apprise is not there on the controller: pip install 'apprise>=1.8'"


def test_a_run_tells_of_a_change_once_and_a_failed_message_fails_nothing(server: str, tmp_path: Path) -> None:
    """Two runs of an unreachable fleet: the first is a change, the second is the same; no run fails by its messages."""
    play = {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {"postmaster.delist.run_folder": {}, "register": "opened", "delegate_to": "localhost"},
            {
                "postmaster.delist.incident_report": {
                    "run_dir": "{{ opened.path }}",
                    "notify_webhook": f"http://{server}/{SECRET}",
                    "notify_urls": [f"json://{server}/broken/{SECRET}"],
                },
                "delegate_to": "localhost",
            },
        ],
    }
    inventory = {"all": {"hosts": {"mx1": {}}}}
    run = harness.run_playbook([play, play], cwd=tmp_path, inventory=inventory, args=["-vvvv"])
    posted = [body for where, body in Receiver.got if where == f"/{SECRET}"]
    assert [(body["verdict"], body["before"], body["passed"]) for body in posted] == [("unread", None, False)]
    first, second = [result.data for result in run.results if result.action.endswith("incident_report")]
    assert first["notices"] == [
        {"to": "webhook", "sent": True, "reason": None},
        {"to": "apprise 1", "sent": False, "reason": "the service did not take it"},
    ]
    assert second["notices"] == []
    assert "The message was not sent (apprise 1): the service did not take it" in run.stdout + run.stderr
    told = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("out/*/*") if path.is_file())
    assert SECRET not in run.stdout + run.stderr + told
