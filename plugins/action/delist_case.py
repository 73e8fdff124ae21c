# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps cases on the controller; documented in plugins/modules/delist_case.py."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._events import AnswersError
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _follow as follow
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _keep as keep
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._task import Done, Task
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import EventError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import STATES
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import LedgerError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._tables import MISSING, exists
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import FindingsError

OPERATIONS = (
    "advance", "answers", "delivered", "due", "export", "import", "list", "open", "own_side", "postmortem", "probed",
    "relays", "retests",
)  # fmt: skip
# What others record when they act; by hand, it would only be a claim.
BY_HAND = (
    "acknowledged", "asked", "chased", "decided", "delivered", "escalated", "expired", "note", "sent", "submitted",
    "unsent",
)  # fmt: skip
OWN_SIDE = ("held", "relayed", "restored")
ARGUMENT_SPEC: dict[str, t.Any] = {
    "operation": {"type": "str", "required": True, "choices": list(OPERATIONS)},
    "ledger": {"type": "str", "no_log": True},
    "actor": {"type": "str"},
    "run_dir": {"type": "path"},
    "case": {"type": "str"},
    "event": {"type": "str", "choices": sorted(BY_HAND + OWN_SIDE)},
    "data": {"type": "dict", "default": {}},
    "states": {"type": "list", "elements": "str", "choices": list(STATES)},
    "receiver": {"type": "str"},
    "egress_ip": {"type": "str"},
    "open_only": {"type": "bool", "default": True},
    "history": {"type": "bool", "default": False},
    "path": {"type": "path"},
    "mailboxes": {"type": "dict", "default": {}},
    "registered": {"type": "list", "elements": "str", "default": []},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}
REQUIRED_IF = [
    ["operation", "open", ["run_dir"]],
    ["operation", "answers", ["run_dir"]],
    ["operation", "advance", ["case", "event"]],
    ["operation", "export", ["path"]],
    ["operation", "import", ["path"]],
    ["operation", "delivered", ["run_dir"]],
    ["operation", "probed", ["run_dir", "registered"]],
    ["operation", "own_side", ["event", "registered"]],
    ["operation", "postmortem", ["case", "path"]],
]


class ActionModule(ActionBase):
    """In process, once for all hosts."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC, required_if=REQUIRED_IF)[1]
        is_aside = options["operation"] == "own_side" and not options["ledger"]
        if is_aside and (MISSING or not exists(place.default_url())):
            # A hold is no reason to begin a ledger.
            return {**result, "changed": False, "cases": []}
        now = datetime.datetime.now(datetime.UTC)
        try:
            with open_ledger(
                options["ledger"] or place.default_url(), timings(), now=now, dry_run=self._task.check_mode
            ) as ledger:
                done = _DO[options["operation"]](Task(ledger, options, now, task_vars or {}))
        except (LedgerError, EventError, AnswersError, FindingsError, KnowledgeError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        except OSError as exc:
            raise AnsibleActionFail(f"The file {options['path']} cannot be used: {exc}") from None
        return {**result, "changed": False, **done}


_DO: t.Mapping[str, t.Callable[[Task], Done]] = {
    "advance": keep.advanced,
    "answers": keep.answered,
    "delivered": follow.delivered,
    "due": keep.due,
    "export": keep.exported,
    "import": keep.imported,
    "list": keep.listed,
    "open": keep.opened,
    "own_side": follow.own_side,
    "postmortem": follow.postmortem,
    "probed": follow.probed,
    "relays": follow.relays,
    "retests": follow.retests,
}
