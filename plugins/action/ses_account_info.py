# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks Amazon SES what an account may send; documented in plugins/modules/ses_account_info.py."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_credentials import (
    CredentialsError,
    credentials,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._ses_account import Login, account, client
from ansible_collections.postmaster.delist.plugins.plugin_utils._ses_errors import SesError

ARGUMENT_SPEC: dict[str, t.Any] = {
    "region": {"type": "str", "required": True},
    "access_key_id": {"type": "str"},
    "secret_access_key": {"type": "str", "no_log": True},
    "session_token": {"type": "str", "no_log": True},
    "profile": {"type": "str"},
    "endpoint_url": {"type": "str"},
    "senders": {"type": "list", "elements": "str", "default": []},
    "recipients": {"type": "list", "elements": "str", "default": []},
    "smtp_password_file": {"type": "path", "no_log": False},
}


class ActionModule(ActionBase):
    """In process: the library and its credentials are the controller's."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        login = Login(*(options[name] for name in Login._fields))
        try:
            ses = client(options["region"], login, endpoint_url=options["endpoint_url"])
            told = account(ses, region=options["region"], senders=options["senders"], recipients=options["recipients"])
        except SesError as exc:
            return {**result, "failed": True, "msg": str(exc), "code": exc.code}
        if options["smtp_password_file"] and not self._task.check_mode:
            told["smtp"] = self._write_password(Path(options["smtp_password_file"]), options)
        return {**result, "changed": False, **told}

    @staticmethod
    def _write_password(path: Path, options: dict[str, t.Any]) -> dict[str, str]:
        """Leave the SMTP password in a file that only its owner reads: a result would be shown and logged."""
        try:
            login = credentials(
                region=options["region"],
                access_key_id=options["access_key_id"],
                secret_access_key=options["secret_access_key"],
            )
            fresh = path.with_name(f".{path.name}.part")
            fresh.unlink(missing_ok=True)
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(login.password + "\n")
            fresh.replace(path)
        except CredentialsError as exc:
            raise AnsibleActionFail(f"No SMTP password can be derived: {exc}") from None
        except OSError as exc:
            raise AnsibleActionFail(f"{path} cannot be written: {exc.strerror}") from None
        return {"user": login.user, "password_file": str(path)}
