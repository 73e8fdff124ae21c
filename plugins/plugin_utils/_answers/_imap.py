# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Answers in a mailbox on a server: IMAP (RFC 9051), over TLS, read only, so that nothing is marked as seen."""

from __future__ import annotations

import datetime
import imaplib
import ssl
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._files import READ_AT_MOST, Mail, SourceError

try:
    import imap_tools

    MISSING: str | None = None
except ImportError as exc:
    MISSING = str(exc)

_TIMEOUT_SECONDS = 30


class Account(t.NamedTuple):
    """Where the mailbox is. C(tls) is V(implicit) (port 993) or V(starttls) (port 143)."""

    host: str
    user: str
    password: str
    port: int | None = None
    folder: str = "INBOX"
    tls: str = "implicit"
    ca_file: str | None = None


def in_mailbox(account: Account, *, since: datetime.date, newest: int) -> list[Mail]:
    """Return the newest mails that arrived on or after a day.

    :raises SourceError: the mailbox cannot be read; the password is in no message
    """
    if MISSING:
        raise SourceError(f"IMAP needs imap-tools on the controller ({MISSING}): pip install 'imap-tools>=1.5'")
    try:
        context = ssl.create_default_context(cafile=account.ca_file)
        with _connected(account, context) as box:
            box.login(account.user, account.password, initial_folder=None)
            box.folder.set(account.folder, readonly=True)
            uids = box.uids(imap_tools.AND(date_gte=since))[-newest:]
            mails = [Mail(f"imap://{account.host}/{account.folder}#{uid}", _start_of(box, uid)) for uid in uids]
    except (imap_tools.ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as exc:
        reason = str(exc).replace(account.password, "***") if account.password else str(exc)
        raise SourceError(f"The mailbox {account.user} on {account.host} cannot be read: {reason}") from None
    return mails


def _start_of(box: t.Any, uid: str) -> bytes:
    """Return a mail byte for byte: a parser in between could fail on what is hostile."""
    _status, data = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{READ_AT_MOST}>)")
    return next((item[1] for item in data if isinstance(item, tuple)), b"")


def _connected(account: Account, context: ssl.SSLContext) -> t.Any:
    options = {"ssl_context": context, "timeout": _TIMEOUT_SECONDS}
    if account.tls == "starttls":
        return imap_tools.MailBoxStartTls(account.host, account.port or 143, **options)
    return imap_tools.MailBox(account.host, account.port or 993, **options)
