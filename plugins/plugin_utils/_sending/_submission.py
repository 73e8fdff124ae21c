# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Submission of a mail (RFC 6409): encrypted, authenticated, and never through a server behind the blocked address."""

from __future__ import annotations

import contextlib
import email.message
import email.utils
import smtplib
import ssl
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import normalise

_TIMEOUT_SECONDS = 60


class SubmissionError(Exception):
    """The server did not take the mail, for sure; nothing was sent."""


class Server(t.NamedTuple):
    """A submission server. C(tls) is V(starttls) (port 587) or V(implicit) (port 465, RFC 8314)."""

    host: str
    user: str | None = None
    password: str | None = None
    port: int | None = None
    tls: str = "starttls"
    ca_file: str | None = None


class Session:
    """An open connection that has logged in."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def submit(self, message: email.message.EmailMessage) -> str:
        """Hand the message over, and return what the server said.

        :raises SubmissionError: the server refused it
        :raises OSError: the connection was lost, so nobody knows
        """
        sender = message["From"].addresses[0].addr_spec
        recipients = [address.addr_spec for address in message["To"].addresses]
        try:
            code, reply = self._envelope(sender, recipients)
        except OSError as exc:
            raise SubmissionError(f"the connection was lost before the mail was handed over: {exc}") from None
        if code < 300:
            try:
                code, reply = self._client.data(message.as_bytes())
            except smtplib.SMTPDataError as exc:
                code, reply = exc.smtp_code, _bytes(exc.smtp_error)
        said = f"{code} {reply.decode('utf-8', 'replace')}"
        if code != 250:
            self._forget()
            raise SubmissionError(f"the server refused the mail: {said}")
        return said

    def _forget(self) -> None:
        """End this mail, so that the next one of the connection may begin."""
        with contextlib.suppress(OSError):
            self._client.rset()

    def _envelope(self, sender: str, recipients: t.Sequence[str]) -> tuple[int, bytes]:
        code, reply = self._client.mail(sender)
        for recipient in recipients:
            if code >= 300:
                break
            code, reply = self._client.rcpt(recipient)
        return code, reply


@contextlib.contextmanager
def connected(server: Server, blocked: t.Collection[str]) -> t.Iterator[Session]:
    """Connect, encrypt, log in; C(blocked) are the addresses that the requests are about.

    :raises SubmissionError: that is not possible, or the server is one of them
    """
    try:
        context = ssl.create_default_context(cafile=server.ca_file)
        client = _open(server, context)
    except (OSError, smtplib.SMTPException, ValueError) as exc:
        raise SubmissionError(f"{server.host} cannot be used: {_without_secret(exc, server)}") from None
    try:
        _check_place(client, server, blocked)
        if server.user:
            _log_in(client, server.user, server.password or "")
        yield Session(client)
    except smtplib.SMTPException as exc:
        raise SubmissionError(f"{server.host} cannot be used: {_without_secret(exc, server)}") from None
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            client.quit()


def ready(draft: email.message.EmailMessage, *, at: t.Any) -> email.message.EmailMessage:
    """Make a message to be sent of a draft: with its date, without the mark that it is none yet."""
    del draft["X-Unsent"]
    del draft["Date"]
    draft["Date"] = email.utils.format_datetime(at)
    return draft


def _open(server: Server, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.tls == "implicit":
        return smtplib.SMTP_SSL(server.host, server.port or 465, timeout=_TIMEOUT_SECONDS, context=context)
    client = smtplib.SMTP(server.host, server.port or 587, timeout=_TIMEOUT_SECONDS)
    try:
        client.starttls(context=context)
        client.ehlo()
    except (OSError, smtplib.SMTPException):
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, user: str, password: str) -> None:
    """The library would go on with every other mechanism after a wrong password, and some servers then lock it."""
    client.ehlo_or_helo_if_needed()
    offered = client.esmtp_features.get("auth", "").upper().split()
    client.user, client.password = user, password
    if "PLAIN" in offered:
        client.auth("PLAIN", client.auth_plain)
    elif "LOGIN" in offered:
        client.auth("LOGIN", client.auth_login)
    else:
        raise smtplib.SMTPNotSupportedError(f"it offers neither PLAIN nor LOGIN, but {' '.join(offered) or 'nothing'}")


def _check_place(client: smtplib.SMTP, server: Server, blocked: t.Collection[str]) -> None:
    address = normalise(str(client.sock.getpeername()[0])) if client.sock else None
    if address in set(map(normalise, blocked)):
        raise SubmissionError(
            f"{server.host} ({address}) is itself blocked: a request through it would not arrive. Name another server"
        )


def _without_secret(exc: Exception, server: Server) -> str:
    text = str(exc)
    return text.replace(server.password, "***") if server.password else text


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
