# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans a relay over the hosts of a play; documented in plugins/modules/relay_plan.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_options import PLAN_OVERRIDES, SCOPES
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._plan import Asked, plan
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._screen import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._traffic import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import FindingsError, read_findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

ARGUMENT_SPEC: dict[str, t.Any] = {
    "run_dir": {"type": "path", "required": True},
    "region": {"type": "str", "required": True},
    "scope": {"type": "str", "choices": list(SCOPES), "default": "destinations"},
    "domains": {"type": "list", "elements": "str", "default": []},
    "senders": {"type": "list", "elements": "str", "default": []},
    "override": {"type": "list", "elements": "str", "default": []},
    "max_domains": {"type": "int", "default": 1000},
    "sharing": {"type": "int", "default": 0},
    "rate": {"type": "float", "default": 0},
    "account": {"type": "str", "default": "relay_account"},
    "dns": {"type": "str", "default": "relay_dns"},
    "show": {"type": "bool", "default": False},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}


class ActionModule(ActionBase):
    """In process, once for all hosts. What AWS and the DNS said is taken by name: nothing of it is ever a template."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        if not options["region"]:
            raise AnsibleActionFail("region (relay_region) is missing: each region of Amazon SES has its own senders")
        run_dir = Path.cwd() / options["run_dir"]
        hosts = [str(host) for host in variables.get("ansible_play_hosts_all", ())]
        inventory = [str(host) for host in variables.get("groups", {}).get("all", ())]
        asked = Asked(
            hosts=hosts,
            others=[host for host in inventory if host not in set(hosts)],
            **{name: options[name] for name in Asked._fields if name not in ("hosts", "others")},
        )
        try:
            made = plan(
                read_findings(run_dir),
                read(run_dir / "evidence"),
                asked,
                known=load(options["knowledge_paths"]),
                account=variables.get(options["account"]),
                dns=variables.get(options["dns"]),
            )
            for refusal in made["refusals"]:
                refusal["can_override"] = refusal["code"] in PLAN_OVERRIDES
            # The run's own log: written in check mode too, and never counted as a change.
            write_json(run_dir / "relay.json", made)
        except (FindingsError, KnowledgeError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        except OSError as exc:
            raise AnsibleActionFail(f"The plan cannot be written into {run_dir}: {exc.strerror}") from None
        texts = Texts(options["language"], file="relay")
        lines = screen(made, texts)
        if options["show"]:
            Display().display("\n" + "\n".join(lines) + "\n")
        open_refusals = [texts.pick(one) for one in made["refusals"] if not one["overridden"]]
        return {
            **result,
            **made,
            "changed": False,
            "refused": open_refusals,
            "screen": lines,
            "path": str(run_dir / "relay.json"),
        }
