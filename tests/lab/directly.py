# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What postfix_hold and postfix_relay do on a host, without ssh and Ansible, with a command after one of the steps."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _options, _relay_options
from ansible_collections.postmaster.delist.plugins.plugin_utils._hold import Asked, choose
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import for_hosts
from ansible_collections.postmaster.delist.tests.lab import plan
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.running import ROOT
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

OURS = "ansible_collections/postmaster/delist/plugins/module_utils"
RELAY = {"domains": ["contoso.com"], "region": "us-east-1", "user": SES_USER, "password": SES_PASSWORD, "rate": 14}
KILL = "kill -KILL $PPID"
SHORT = {"watch_seconds": 0.1}


class Ended(t.NamedTuple):
    """How it ended: the code as a shell has it (137 is SIGKILL), and the steps that were reached."""

    rc: int
    said: str

    @property
    def steps(self) -> list[str]:
        return self.said.split()


def hold(lab: Lab, host: plan.Host, reply: str, step: str = "none", command: str = ":") -> Ended:
    """Hold what one receiver said, word for word."""
    chosen = choose([], load(), host=host.name, asked=Asked(signatures=(reply,)))._asdict()
    options = {name: chosen[name] for name in _options.CHOSEN}
    return _do(lab, host, "hold", step, command, options)


def relay(lab: Lab, host: plan.Host, step: str = "none", command: str = ":") -> Ended:
    return _do(lab, host, "relay", step, command, {**RELAY, "rules": for_hosts(), "verify": False})


def absent(lab: Lab, host: plan.Host, module: str, step: str = "none", command: str = ":") -> Ended:
    return _do(lab, host, module, step, command, {"state": "absent"})


def _do(lab: Lab, host: plan.Host, module: str, step: str, command: str, options: t.Mapping[str, t.Any]) -> Ended:
    folder = lab.root(host) / "root" / "killed"
    if not folder.exists():
        shutil.copytree(ROOT / "plugins" / "module_utils", folder / OURS)
        shutil.copy(Path(__file__).parent / "host" / "killed.py", folder)
    specs = {"hold": _options.HOLD, "relay": _relay_options.ACTION}[module]
    asked = json.dumps({**{name: spec.get("default") for name, spec in specs.items()}, **SHORT, **options})
    # The output goes to a file: what a command starts must not keep whoever waits for the end.
    script = 'cd /root/killed; PYTHONPATH=. python3 killed.py "$@" >/root/killed/said 2>&1 </root/killed/asked'
    (folder / "asked").write_text(asked, encoding="utf-8")
    (folder / "asked").chmod(0o600)
    rc = lab.attempt(host, "sh", "-c", script, "sh", module, step, command)
    return Ended(rc, (folder / "said").read_text(encoding="utf-8", errors="replace"))
