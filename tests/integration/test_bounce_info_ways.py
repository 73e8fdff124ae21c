# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""bounce_info gets to a host through one pipe, or as the module it also is; the evidence is the same."""

from __future__ import annotations

import json
import shlex
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import harness

# A Python that keeps a list of what it is started for, and can be one that does not take code from its command line.
WRAPPER = """\
#!/bin/sh
echo "${{1:-stdin}}" >>{started}
[ "$1 {refuses}" = "-I yes" ] && exit 3
exec {python} "$@"
"""

# What somebody who is root on a host may put in Python's place.
LIAR = """\
#!/bin/sh
cat >/dev/null
printf 'postmaster.delist:%s\\n' {answer}
"""


class Ways:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "mail.log"
        self.log.write_text(
            "2026-11-24T09:00:00+00:00 mx1 postfix/smtp[1]: 4FxQ2T1Abcz: to=<a@example.com>, "
            "relay=mx.example.com[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced (host "
            "mx.example.com[192.0.2.1] said: 550 5.7.1 {{ no }} (in reply to RCPT TO command))\n",
            encoding="ascii",
        )

    def run(
        self,
        *,
        refuses: bool = False,
        says: dict[str, t.Any] | None = None,
        env: dict[str, str] | None = None,
        **more: t.Any,
    ) -> dict[str, t.Any]:
        """Ask for the evidence, and say by which ways Python was started for it; a host may say what it likes."""
        started, python = self.folder / "started", self.folder / "python"
        started.write_text("", encoding="ascii")
        words = {"started": shlex.quote(str(started)), "python": sys.executable, "refuses": "yes" if refuses else "no"}
        script = WRAPPER.format(**words) if says is None else LIAR.format(answer=shlex.quote(json.dumps(says)))
        python.write_text(script, encoding="utf-8")
        python.chmod(0o755)
        options = {"paths": [str(self.log)], "journal": "never", "queue": False, "egress": ["none"]}
        run = harness.run_playbook(
            harness.tasks_as_play([{"name": "Ask", "postmaster.delist.bounce_info": options | more}]),
            cwd=self.folder,
            inventory={
                "all": {
                    "hosts": {"mx1": {}},
                    "vars": {"ansible_connection": "local", "ansible_python_interpreter": str(python)},
                }
            },
            env=env,
            rc=None,
        )
        asked = run.of("Ask")
        return asked.data | {"status": asked.status, "started": started.read_text(encoding="ascii").split()}


@pytest.fixture
def ways(tmp_path: Path) -> Ways:
    return Ways(tmp_path)


def test_every_way_gives_the_same_evidence(ways: Ways) -> None:
    piped = ways.run()
    assert piped["started"] == ["-I"]
    assert piped["evidence"]["replies"][0]["text"] == "550 5.7.1 {{ no }}"
    module = ways.run(env={"ANSIBLE_PIPELINING": "false"})
    assert [Path(word).name for word in module["started"]] == ["AnsiballZ_bounce_info.py"]
    second = ways.run(refuses=True)
    assert second["started"] == ["-I", "stdin"]
    assert json.dumps(piped["evidence"]) == json.dumps(module["evidence"]) == json.dumps(second["evidence"])


def test_a_failure_is_told_alike(ways: Ways) -> None:
    piped = ways.run(paths=[str(ways.folder / "none")])
    module = ways.run(paths=[str(ways.folder / "none")], env={"ANSIBLE_PIPELINING": "false"})
    assert piped["started"] == ["-I"]
    assert piped["status"] == module["status"] == "failed"
    assert piped["msg"] == module["msg"]
    assert piped["evidence"] == module["evidence"]


def test_a_host_cannot_speak_for_another(ways: Ways) -> None:
    folder = ways.folder / "evidence"
    folder.mkdir()
    (folder / "mx2.json").write_text("what mx2 said", encoding="ascii")
    said = ways.run(says={"evidence": {"host": "mx2", "sources": [], "totals": {}}}, evidence_dir=str(folder))
    assert said["path"] == str(folder / "mx1.json")
    assert json.loads((folder / "mx1.json").read_bytes())["host"] == "mx1"
    assert (folder / "mx2.json").read_text(encoding="ascii") == "what mx2 said"
