# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SMTP servers for a private Postfix: Amazon SES with its refusals, and receivers that block; a program of its own.

    smtp_standin.py ROLE HOST PORT[,PORT...] FOLDER [CERTIFICATE KEY]

ROLE is `ses` or `receiver`. FOLDER/ROLE.json is read at each command, so behaviour changes while it runs:
`user`, `password`, `verified` (domains) and `say` (a reply to every MAIL FROM) for ses; `blocked` (a reply) and
`at` (`MAIL`, `RCPT` or `DATA`) for a receiver. FOLDER/ROLE.jsonl gets a line for each login and each message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import sys
import typing as t
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

WRAPPER_PORTS = (465, 2465)
OK = "250 2.1.5 Ok"


class Handler:
    def __init__(self, role: str, folder: Path) -> None:
        self.role = role
        self._state = folder / f"{role}.json"
        self._ledger = folder / f"{role}.jsonl"

    def state(self) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", json.loads(self._state.read_text(encoding="utf-8")))

    def note(self, **what: t.Any) -> None:
        with self._ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        state = self.state()
        if self.role == "ses":
            if state.get("say"):
                return str(state["say"])
            if address in ("", "<>"):
                return "501 Invalid MAIL FROM address provided"
        if state.get("blocked") and state.get("at") == "MAIL":
            return str(state["blocked"])
        envelope.mail_from = address
        return OK

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        state = self.state()
        self.note(what="rcpt", address=address)
        if address.startswith("nobody@"):
            return "550 5.1.1 User unknown"
        if state.get("blocked") and state.get("at", "RCPT") == "RCPT":
            return str(state["blocked"])
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        state = self.state()
        if self.role == "ses":
            domain = (envelope.mail_from or "").rpartition("@")[2]
            if domain not in state.get("verified", ()):
                return (
                    "554 Message rejected: Email address is not verified. The following identities failed the check "
                    f"in region US-EAST-1: {envelope.mail_from}"
                )
        elif state.get("blocked") and state.get("at") == "DATA":
            return str(state["blocked"])
        self.note(what="message", sender=envelope.mail_from, recipients=envelope.rcpt_tos, tls=session.ssl is not None)
        return "250 Ok 010001-standin" if self.role == "ses" else "250 2.6.0 Queued mail for delivery"

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: t.Any) -> AuthResult:
        state = self.state()
        known = (state.get("user"), state.get("password"))
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        self.note(what="login", user=given and given[0], good=given == known)
        if given == known:
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message="535 Authentication Credentials Invalid")


def main() -> None:
    role, host, ports, folder, *files = sys.argv[1:]
    handler = Handler(role, Path(folder))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    logging.disable(logging.CRITICAL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if files:
        context.load_cert_chain(*files)
    for port in map(int, ports.split(",")):
        wrapped = port in WRAPPER_PORTS

        def server(wrapped: bool = wrapped) -> SMTP:
            options: dict[str, t.Any] = {"hostname": "standin.example", "loop": loop}
            if role == "ses":
                options.update(authenticator=handler.login, auth_required=True, auth_require_tls=not wrapped)
                options.update({} if wrapped else {"tls_context": context, "require_starttls": True})
            return SMTP(handler, **options)

        loop.run_until_complete(loop.create_server(server, host, port, ssl=context if wrapped else None))
    (Path(folder) / f"{role}.ready").touch()
    loop.run_forever()


if __name__ == "__main__":
    main()
