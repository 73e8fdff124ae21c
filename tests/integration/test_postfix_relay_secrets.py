# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The password of a relay: who never gets it, and where it is never to be found."""

from __future__ import annotations

import base64
import json
import stat
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import private_postfix as private
from ansible_collections.postmaster.delist.tests.integration.relay_setting import (
    HOSTILE,
    PASSWORD,
    SECRET,
    USER,
    Setting,
)

pytestmark = pytest.mark.skipif(private.missing() is not None, reason=private.missing() or "")
# As text, and as it goes over the wire in AUTH PLAIN.
FORMS = (PASSWORD, SECRET, base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode().rstrip("="))


@pytest.fixture(scope="module")
def world(space: private.Namespace, tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return Setting(space, tmp_path_factory.mktemp("world"))


@pytest.fixture
def hostile(space: private.Namespace) -> t.Iterator[private.Instance]:
    with private.instance(space, more=HOSTILE) as running:
        yield running


@pytest.mark.parametrize(
    ("scope", "port"),
    [
        ("destinations", 587),
        ("relayhost", 587),
        pytest.param("all", 587, marks=pytest.mark.nightly),
        pytest.param("destinations", 465, marks=pytest.mark.nightly),
        pytest.param("all", 465, marks=pytest.mark.nightly),
    ],
)
def test_a_server_with_an_unknown_certificate_gets_no_login(
    world: Setting, hostile: private.Instance, scope: str, port: int
) -> None:
    before = hostile.files()
    options: dict[str, t.Any] = {"scope": scope, "port": port, "override": ["sender_dependent"]}
    if scope != "destinations":
        options["domains"] = []
    refused = world.run(hostile, endpoint=private.OTHER_SES, **options)
    assert refused.get("failed"), refused
    assert "Nothing has changed" in refused["msg"]
    assert hostile.files() == before
    # On without asking first, mail waits, and still nobody hears the password.
    assert world.run(hostile, endpoint=private.OTHER_SES, verify=False, watch_seconds=0, **options)["changed"]
    hostile.send("a@outlook.com")
    # 4.7.5: not verified; 4.7.4: main.cf hides STARTTLS, which only a transport of our own can undo.
    assert f"dsn=4.7.{4 if scope == 'relayhost' else 5}" in hostile.outcome("a@outlook.com", "deferred")
    assert world.impostor.seen("login") == []
    assert world.impostor.seen("message") == []
    world.run(hostile, state="absent")
    assert hostile.files() == before


def test_hostile_settings_do_not_reach_the_relay(world: Setting, hostile: private.Instance) -> None:
    assert world.run(hostile)["changed"]
    hostile.send("a@outlook.com")
    hostile.outcome("a@outlook.com", "sent")
    (message,) = world.ses.seen("message")
    assert message["sender"] == "info@sender.example"
    assert message["tls"] is True
    world.run(hostile, state="absent")


class Arguments:
    """What all processes of the machine are started with, sampled as fast as it goes."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Arguments:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._end.wait(0.002):
            for process in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        self.seen.add((process / name).read_bytes())
                    except OSError:
                        continue


def test_it_is_found_nowhere(
    world: Setting, postfix: private.Instance, in_namespace: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    options = world.options(postfix)
    log = tmp_path / "ansible.log"
    told: list[str] = []
    with Arguments() as arguments:
        for more in ({}, {"state": "absent"}, {"endpoint": private.OTHER_SES, "verify_seconds": 10}):
            run = in_namespace(
                "postfix_relay", {**options, **more}, args=["-vvvv", "--diff"], rc=None,
                env={"ANSIBLE_LOG_PATH": str(log), "ANSIBLE_KEEP_REMOTE_FILES": "0"}, whole=True,
            )  # fmt: skip
            told += [run.stdout, run.stderr, json.dumps([result.data for result in run.results])]
            for path in postfix.folder.rglob("*"):
                if path.is_file() and any(form.encode() in path.read_bytes() for form in FORMS):
                    assert path.name == "ses_passwd"
                    assert stat.S_IMODE(path.stat().st_mode) == 0o600
                    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    told += [postfix.log(), log.read_text(encoding="utf-8")]
    told += [one.decode("utf-8", "replace") for one in arguments.seen]
    assert any("sendmail" in one for one in told)
    for form in FORMS:
        assert [one[:200] for one in told if form in one] == []


def test_where_nothing_pipelines_it_warns(
    world: Setting, postfix: private.Instance, in_namespace: t.Callable[..., t.Any]
) -> None:
    """The options are refused: of a password that goes nowhere it is told as well."""
    options = {**world.options(postfix), "domains": ["no domain"]}
    said = {}
    for kept in ("0", "1"):
        env = {
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_KEEP_REMOTE_FILES": kept,
            "ANSIBLE_REMOTE_TMP": str(world.root / "ansible"),
        }
        run = in_namespace("postfix_relay", options, rc=2, env=env, whole=True)
        said[kept] = " ".join(run.stderr.split())
    assert "a file with the password of Amazon SES lies on the host" not in said["0"]
    assert "a file with the password of Amazon SES lies on the host" in said["1"]
