# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for Amazon SES."""

from __future__ import annotations

import collections
import email
import email.policy
import email.utils
import time
import typing as t
import uuid

from ansible_collections.postmaster.delist.tests.lab.world.receivers import Receiver
from ansible_collections.postmaster.delist.tests.lab.world.smtp import Session


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
        return self.noted(session, "AUTH", reply, login_tried=user, certificate=settings.get("certificate", "lab"))

    def mail(self, session: Session, sender: str) -> str:
        if not session.tls:
            return self.noted(session, "MAIL FROM", "530 Must issue a STARTTLS command first", sender=sender)
        if session.login is None:
            return self.noted(session, "MAIL FROM", "530 Authentication required", sender=sender)
        if not sender:
            return self.noted(session, "MAIL FROM", "501 Invalid MAIL FROM address provided", sender="")
        return "250 Ok"

    def rcpt(self, session: Session, recipient: str) -> str:
        answer = self.control.read().get("answers", {}).get(recipient.lower())
        return self.noted(session, "RCPT TO", answer, recipients=[recipient]) if answer else "250 Ok"

    def data(self, session: Session, content: bytes) -> str:
        header = email.message_from_bytes(content, policy=email.policy.compat32)["From"] or ""
        reply = self._refusal(session, email.utils.parseaddr(header)[1]) or f"250 Ok 0100{uuid.uuid4()}-000000"
        return self.noted(session, "end of DATA", reply, content)

    def _refusal(self, session: Session, header_from: str) -> str | None:
        settings = self.control.read()
        if settings.get("denied"):
            return (
                f"554 Access denied: User `arn:aws:iam::123456789012:user/{session.login}' is not authorized "
                "to perform `ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/lab.example'"
            )
        if settings.get("paused"):
            return (
                "554 Message rejected: Sending paused for this account. For more information, please check the "
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
