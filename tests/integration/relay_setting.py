# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The world around a relay under test: Amazon SES as a stand-in, one that only pretends, receivers, and a Postfix."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_options
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_credentials import smtp_password
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import for_hosts
from ansible_collections.postmaster.delist.tests.integration import private_postfix as private

USER = "AKIAIOSFODNN7EXAMPLE"
# AWS's published example.
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PASSWORD = smtp_password(SECRET, "us-east-1")
BLOCK = "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15"
# Somebody's own settings that would give the password away, or change the mail.
HOSTILE = """
smtp_tls_security_level = none
smtp_tls_policy_maps = static:none
smtp_tls_secure_cert_match = hostname
smtp_sender_dependent_authentication = yes
smtp_sasl_security_options = noanonymous
smtp_discard_ehlo_keywords = starttls
smtp_generic_maps = inline:{info@sender.example=stranger@elsewhere.example}
smtp_header_checks = regexp:{{/^Subject:/ REPLACE Subject: changed}}
"""
_RUN = """
import json, sys
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
def run(given):
    try:
        return _relay.run(given, check_mode=False)
    except (PostfixError, ValueError) as error:
        return {"failed": True, "msg": str(error)}
print(json.dumps([run(given) for given in json.load(sys.stdin)]))
"""


class Setting:
    """C(ses) is behind a certificate of a known authority, C(impostor) behind one of an unknown."""

    def __init__(self, space: private.Namespace, root: Path) -> None:
        self.space = space
        self.root = root
        self.ca_file, *known = private.certificate(root, "known", [private.SES])
        _unknown, *unknown = private.certificate(root, "unknown", [private.OTHER_SES])
        self.account: dict[str, t.Any] = {"user": USER, "password": PASSWORD, "verified": ["sender.example"]}
        self.ses = self._server("ses", root / "known", "127.0.0.25", "587,465", known, **self.account)
        self.impostor = self._server("ses", root / "impostor", "127.0.0.24", "587,465", unknown, **self.account)
        self.outlook = self._server("receiver", root / "outlook", "127.0.0.26", "25", (), blocked=BLOCK)
        self.gmail = self._server("receiver", root / "gmail", "127.0.0.27", "25", ())

    def _server(
        self, role: str, root: Path, host: str, ports: str, files: t.Sequence[Path], **state: t.Any
    ) -> private.StandIn:
        root.mkdir()
        return private.StandIn(self.space, root, role, host, ports, files=files, **state)

    def options(self, postfix: private.Instance, **more: t.Any) -> dict[str, t.Any]:
        """What a task says."""
        return {
            "config_directory": str(postfix.folder),
            "domains": ["outlook.com"],
            "region": "us-east-1",
            "access_key_id": USER,
            "secret_access_key": SECRET,
            "ca_file": str(self.ca_file),
            "watch_seconds": 0.5,
            **more,
        }

    def run(self, postfix: private.Instance, **more: t.Any) -> dict[str, t.Any]:
        """Run the module's own code on the host, with what the action would hand it."""
        (result,) = self.runs(postfix, [more])
        return result

    def runs(self, postfix: private.Instance, calls: t.Sequence[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        """Run it several times, in one process."""
        defaults = {name: option.get("default") for name, option in _relay_options.MODULE.items()}
        login = {"user": USER, "password": PASSWORD, "rules": for_hosts()}
        given = [{**defaults, **self.options(postfix), **login, **more} for more in calls]
        collections = str(Path(__file__).resolve().parents[2] / ".collections")
        code = f"import sys; sys.path.insert(0, {collections!r}){_RUN}"
        done = self.space.run(sys.executable, "-c", code, input=json.dumps(given), check=False)
        assert done.returncode == 0, done.stderr
        return t.cast("list[dict[str, t.Any]]", json.loads(done.stdout))
