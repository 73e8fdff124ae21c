# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The receivers: take mail, and refuse blocked addresses at their stage."""

from __future__ import annotations

import email
import email.message
import email.policy
import ssl
import typing as t
import uuid

from ansible_collections.postmaster.delist.tests.lab.world.control import Control, Ledger
from ansible_collections.postmaster.delist.tests.lab.world.smtp import Session

ORIGINAL = ("message/rfc822", "text/rfc822-headers")
NO_SUCH_USER = "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"


def returned(mail: email.message.Message) -> dict[str, t.Any] | None:
    """What a bounce (RFC 3464) sends back: the message's id, and the recipients that it did not reach."""
    kinds = {part.get_content_type(): part for part in mail.walk()}
    if mail.get_content_type() != "multipart/report" or "message/delivery-status" not in kinds:
        return None
    failed = [part for part in kinds["message/delivery-status"].walk() if part["Action"] == "failed"]
    original = next(part for part in mail.walk() if part.get_content_type() in ORIGINAL)
    whole = original.get_payload(0) if original.is_multipart() else email.message_from_string(original.get_payload())
    return {
        "message_id": whole["Message-ID"],
        "recipients": [part["Final-Recipient"].partition(";")[2].strip() for part in failed],
    }


class Receiver:
    """Takes everything but mail from blocked addresses and to recipients that do not exist (`nouser...`)."""

    def __init__(
        self, relay: str, control: Control, ledger: Ledger, certificates: t.Mapping[str, ssl.SSLContext]
    ) -> None:
        self.relay = relay
        self.control = control
        self.ledger = ledger
        self.certificates = certificates

    def greeting(self, session: Session) -> str:
        refused = self._blocked(session, "greeting")
        return self.noted(session, "greeting", refused) if refused else f"220 {self.relay} ESMTP"

    def helo(self, session: Session) -> list[str]:
        offers_tls = not session.tls and self._certificate() is not None
        return [self.relay, "8BITMIME", *(["STARTTLS"] if offers_tls else []), "ENHANCEDSTATUSCODES"]

    def starttls(self, _session: Session) -> ssl.SSLContext | None:
        return self._certificate()

    def auth(self, session: Session, user: str, _password: str) -> str:
        return self.noted(session, "AUTH", "503 5.5.1 Authentication is not enabled", login_tried=user)

    def mail(self, session: Session, sender: str) -> str:
        refused = self._blocked(session, "MAIL FROM")
        return self.noted(session, "MAIL FROM", refused, sender=sender) if refused else "250 2.1.0 Ok"

    def rcpt(self, session: Session, recipient: str) -> str:
        settings = self.control.read()
        answer = settings.get("answers", {}).get(recipient.lower())
        if answer is None and recipient.lower().startswith("nouser"):
            answer = NO_SUCH_USER.format(recipient=recipient)
        refused = self._blocked(session, "RCPT TO") or answer
        return self.noted(session, "RCPT TO", refused, recipients=[recipient]) if refused else "250 2.1.5 Ok"

    def data(self, session: Session, content: bytes) -> str:
        refused = self._blocked(session, "end of DATA")
        return self.noted(
            session, "end of DATA", refused or f"250 2.0.0 Ok: queued as {uuid.uuid4().hex[:12]}", content
        )

    def _blocked(self, session: Session, stage: str) -> str | None:
        block = self.control.read().get("blocked", {}).get(session.ip)
        return str(block["reply"]) if block and block["stage"] == stage else None

    def _certificate(self) -> ssl.SSLContext | None:
        return self.certificates.get(self.control.read().get("certificate", "lab"))

    def noted(self, session: Session, stage: str, reply: str, content: bytes = b"", **further: t.Any) -> str:
        headers = email.message_from_bytes(content, policy=email.policy.compat32)
        seen = {
            "ip": session.ip,
            "port": session.port,
            "helo": session.helo,
            "tls": session.tls,
            "login": session.login,
            "sender": session.sender,
            "recipients": list(session.recipients),
            "stage": stage,
            "reply": reply,
            "accepted": reply.startswith("2"),
            "message_id": headers["Message-ID"],
            "subject": headers["Subject"],
            "header_from": headers["From"],
            "returns": returned(headers),
        }
        self.ledger.write(**(seen | further))
        return reply
