# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands a host what it needs to relay through Amazon SES; documented in plugins/modules/postfix_relay.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_options import ACTION, MODULE
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_credentials import (
    CredentialsError,
    credentials,
)
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import EndpointError, endpoint
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import for_hosts

_LOGIN = ("user", "password", "access_key_id", "secret_access_key")

_LIES_THERE = (
    "This connection does not pipeline: a file with the password of Amazon SES lies on the host, for its user alone,"
    " until the module has ended, and stays there if the controller is killed. Set ansible_pipelining and"
    " ansible_ssh_pipelining, take sudo and not su, and do not set ANSIBLE_KEEP_REMOTE_FILES."
)


class ActionModule(ActionBase):
    """The SMTP password is made here, so that an IAM secret never leaves the controller."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ACTION)[1]
        given = {name: options[name] for name in MODULE if options[name] is not None}
        if options["state"] == "present":
            given["rules"] = options["rules"] or for_hosts()
            given.update(self._login(options, given["rules"]))
            if not self._is_pipelining_enabled("new"):
                self._display.warning(_LIES_THERE)
        result.update(self._execute_module("postmaster.delist.postfix_relay", module_args=given, task_vars=task_vars))
        return result

    @staticmethod
    def _login(options: dict[str, t.Any], rules: dict[str, t.Any]) -> dict[str, str]:
        region = options["region"]
        if not region:
            raise AnsibleActionFail("region is missing: each region of Amazon SES has its own credentials and senders")
        try:
            endpoint(rules, region=region, port=options["port"], host=options["endpoint"])
            login = credentials(region=region, **{name: options[name] for name in _LOGIN})
        except (CredentialsError, EndpointError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        return {"user": login.user, "password": login.password}
