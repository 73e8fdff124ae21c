# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The receivers: take mail, refuse blocked addresses at their stage, and the stand-in for Amazon SES."""

from __future__ import annotations

import collections
import email
import email.policy
import email.utils
import ssl
import time
import typing as t
import uuid

from ansible_collections.postmaster.delist.tests.lab.world.control import Control, Ledger
from ansible_collections.postmaster.delist.tests.lab.world.smtp import Session

NO_SUCH_USER = "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"


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
        return self._noted(session, "greeting", refused) if refused else f"220 {self.relay} ESMTP"

    def helo(self, session: Session) -> list[str]:
        offers_tls = not session.tls and self._certificate() is not None
        return [self.relay, "8BITMIME", *(["STARTTLS"] if offers_tls else []), "ENHANCEDSTATUSCODES"]

    def starttls(self, _session: Session) -> ssl.SSLContext | None:
        return self._certificate()

    def auth(self, session: Session, user: str, _password: str) -> str:
        return self._noted(session, "AUTH", "503 5.5.1 Authentication is not enabled", login_tried=user)

    def mail(self, session: Session, sender: str) -> str:
        refused = self._blocked(session, "MAIL FROM")
        return self._noted(session, "MAIL FROM", refused, sender=sender) if refused else "250 2.1.0 Ok"

    def rcpt(self, session: Session, recipient: str) -> str:
        settings = self.control.read()
        answer = settings.get("answers", {}).get(recipient.lower())
        if answer is None and recipient.lower().startswith("nouser"):
            answer = NO_SUCH_USER.format(recipient=recipient)
        refused = self._blocked(session, "RCPT TO") or answer
        return self._noted(session, "RCPT TO", refused, recipients=[recipient]) if refused else "250 2.1.5 Ok"

    def data(self, session: Session, content: bytes) -> str:
        refused = self._blocked(session, "end of DATA")
        return self._noted(
            session, "end of DATA", refused or f"250 2.0.0 Ok: queued as {uuid.uuid4().hex[:12]}", content
        )

    def _blocked(self, session: Session, stage: str) -> str | None:
        block = self.control.read().get("blocked", {}).get(session.ip)
        return str(block["reply"]) if block and block["stage"] == stage else None

    def _certificate(self) -> ssl.SSLContext | None:
        return self.certificates.get(self.control.read().get("certificate", "lab"))

    def _noted(self, session: Session, stage: str, reply: str, content: bytes = b"", **further: t.Any) -> str:
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
        }
        self.ledger.write(**(seen | further))
        return reply


class Ses(Receiver):
    """Says what the documentation of Amazon SES says it would, in the region us-east-1."""

    def __init__(self, *positional: t.Any) -> None:
        super().__init__(*positional)
        self._sent: collections.deque[float] = collections.deque()

    def greeting(self, _session: Session) -> str:
        return "220 email-smtp.amazonaws.com ESMTP SimpleEmailService-LAB"

    def helo(self, session: Session) -> list[str]:
        return [
            "email-smtp.amazonaws.com",
            "8BITMIME",
            *([] if session.tls else ["STARTTLS"]),
            "AUTH PLAIN LOGIN",
            "Ok",
        ]

    def auth(self, session: Session, user: str, password: str) -> str:
        settings = self.control.read()
        if not session.tls:
            reply = "530 Must issue a STARTTLS command first"
        elif (user, password) != (settings.get("user"), settings.get("password")):
            reply = "535 Authentication Credentials Invalid"
        elif settings.get("unsubscribed"):
            reply = "535 Account not subscribed to SES"
        else:
            reply = "235 Authentication successful."
        # That a password came at all is what some tests are about; the password itself is never written.
        return self._noted(session, "AUTH", reply, login_tried=user, certificate=settings.get("certificate", "lab"))

    def mail(self, session: Session, sender: str) -> str:
        if not session.tls:
            return self._noted(session, "MAIL FROM", "530 Must issue a STARTTLS command first", sender=sender)
        if session.login is None:
            return self._noted(session, "MAIL FROM", "530 Authentication required", sender=sender)
        if not sender:
            return self._noted(session, "MAIL FROM", "501 Invalid MAIL FROM address provided", sender="")
        return "250 Ok"

    def rcpt(self, session: Session, recipient: str) -> str:
        answer = self.control.read().get("answers", {}).get(recipient.lower())
        return self._noted(session, "RCPT TO", answer, recipients=[recipient]) if answer else "250 Ok"

    def data(self, session: Session, content: bytes) -> str:
        header = email.message_from_bytes(content, policy=email.policy.compat32)["From"] or ""
        reply = self._refusal(session, email.utils.parseaddr(header)[1]) or f"250 Ok 0100{uuid.uuid4()}-000000"
        return self._noted(session, "end of DATA", reply, content)

    def _refusal(self, session: Session, header_from: str) -> str | None:
        settings = self.control.read()
        if settings.get("denied"):
            return (
                f"554 Access denied: User `arn:aws:iam::123456789012:user/{session.login}' is not authorized "
                "to perform `ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/lab.example'"
            )
        if settings.get("paused"):
            return (
                "454 Throttling failure: Sending paused for this account. For more information, please check the "
                "inbox of the email address associated with your AWS account."
            )
        identities = settings.get("identities", [])
        needed = [session.sender or "", header_from, *(session.recipients if settings.get("sandbox") else [])]
        failed = [address for address in dict.fromkeys(needed) if not _verified(address, identities)]
        if failed:
            return (
                "554 Message rejected: Email address is not verified. "
                f"The following identities failed the check in region US-EAST-1: {', '.join(failed)}"
            )
        return self._throttled(settings, len(session.recipients))

    def _throttled(self, settings: dict[str, t.Any], recipients: int) -> str | None:
        now = time.monotonic()
        while self._sent and now - self._sent[0] >= 1:
            self._sent.popleft()
        if settings.get("rate") is not None and len(self._sent) + 1 > settings["rate"]:
            return "454 Throttling failure: Maximum sending rate exceeded."
        if settings.get("quota") is not None and self._spent() + recipients > settings["quota"]:
            return "454 Throttling failure: Daily message quota exceeded."
        self._sent.append(now)
        return None

    def _spent(self) -> int:
        return sum(
            len(entry["recipients"])
            for entry in self.ledger.read()
            if entry["accepted"] and entry["stage"] == "end of DATA"
        )


def _verified(address: str, identities: t.Sequence[str]) -> bool:
    domain = address.lower().rpartition("@")[2]
    return address.lower() in identities or any(domain == name or domain.endswith(f".{name}") for name in identities)
