# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails as receivers send them, for the tests of answers."""

from __future__ import annotations

SERVER = "mx.example.jp"
PROVEN = f"{SERVER}; dkim=pass header.d=microsoft.com; dmarc=pass header.from=microsoft.com"

ACKNOWLEDGED = """\
Hello ,

Thank you for your delisting request SRX1318598611ID. Your ticket was received on (Dec 21 2015 08:14 AM UTC) and will
be responded to within 24 hours.

Our team will investigate the address that you have requested to be removed from our blocklist.
"""
REMOVED = """\
Hello,

This email is in reference to ticket number, 1318598611 which was opened in regards to your delisting request for
203.0.113.7

The IP address you submitted has been reviewed and removed from our block lists.  Please note that there may be a 1-2
hour delay before this change propagates through our entire system.
"""


def answer(text: str, *, results: str | None = PROVEN, in_reply_to: str | None = None, number: int = 1) -> bytes:
    """Return a mail from Microsoft, as it lies in the mailbox."""
    headers = [
        *([f"Authentication-Results: {results}"] if results else []),
        "Received: from mail.microsoft.com by mx.example.jp; Tue, 24 Nov 2026 01:00:00 +0000",
        "From: Technical Support <support@microsoft.com>",
        "To: postmaster@example.jp",
        "Subject: Your delisting request",
        "Date: Tue, 24 Nov 2026 01:00:00 +0000",
        f"Message-ID: <{number}@microsoft.com>",
        *([f"In-Reply-To: {in_reply_to}"] if in_reply_to else []),
        "Content-Type: text/plain; charset=utf-8",
    ]
    return ("\r\n".join(headers) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()
