# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A submission server on loopback: STARTTLS, AUTH, and every way to fail that a test asks for."""

from __future__ import annotations

import contextlib
import dataclasses
import ssl
import typing as t
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ansible_collections.postmaster.delist.tests.integration import certificates

USER, PASSWORD = "delist", "lab-only-Passw0rd"


@dataclasses.dataclass
class Submission:
    """C(received) are the mails; the answers can be set while it runs. C(None) to the data hangs up without any."""

    port: int
    ca_file: Path
    received: list[bytes] = dataclasses.field(default_factory=list)
    to_recipient: str = "250 OK"
    to_data: str | None = "250 OK queued"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.to_data is None or self.to_data.startswith("250"):
            self.received.append(t.cast(bytes, envelope.original_content))
        if self.to_data is None:
            t.cast(t.Any, server.transport).abort()
            return "250 never arrives"
        return self.to_data


@contextlib.contextmanager
def serving(folder: Path) -> t.Iterator[Submission]:
    certificate, key = certificates.make(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = Submission(port=0, ca_file=certificate)

    def authenticate(_server: t.Any, _session: t.Any, _envelope: t.Any, _mechanism: str, data: t.Any) -> AuthResult:
        wanted = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == wanted, handled=False)

    class Ephemeral(Controller):
        """Listens on a free port."""

        def _trigger_server(self) -> None:
            handler.port = self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
            super()._trigger_server()

    controller = Ephemeral(
        handler, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True, auth_required=True,
        authenticator=authenticate, auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
