# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Whether a relay that was just switched on works: one question through it, down to login and RCPT, no message."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._probe import Answer, ask
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import Endpoint

# Words of Postfix, and what to do about them.
_ADVICE = (
    ("timed out", "is the port open? Ports 587 and 2587, 465 and 2465 are alike"),
    ("Connection refused", "is the port open? Ports 587 and 2587, 465 and 2465 are alike"),
    ("Host not found", "the host's DNS does not know the server: check the region, and the DNS inside the chroot"),
    ("unable to look up host", "the host's DNS does not know the server: check the region"),
    ("ertificate not verified", "another server answers there, or ca_file lacks Amazon's authority"),
    ("ertificate not trusted", "another server answers there, or ca_file lacks Amazon's authority"),
    ("TLS engine is unavailable", "ca_file cannot be used"),
    ("no mechanism available", "the SASL plugin is missing: libsasl2-modules (Debian) or cyrus-sasl-plain (RHEL)"),
    ("Authentication Credentials Invalid", "user and password are wrong, or of another region"),
    ("not subscribed", "sign the account up for Amazon SES in this region"),
)


def problems(
    postfix: Postfix,
    endpoint: Endpoint,
    *,
    syslog_name: str | None,
    recipient: str,
    sender: str | None,
    timeout: float,
    log_paths: t.Sequence[str] = (),
) -> list[str]:
    """Ask through the relay; nothing is returned when the relay would have taken a message.

    :param syslog_name: what our own transport logs as; None when the relay is the relayhost
    """
    answer = ask(postfix, recipient, sender=sender, timeout=timeout, log_paths=log_paths)
    if answer.status is None:
        return [
            f"Nothing came back from {endpoint.nexthop} within {timeout:.0f} s: "
            "is the port open? Ports 587 and 2587, 465 and 2465 are alike"
        ]
    if not _is_relay(answer, endpoint, syslog_name):
        return [f"A question to {recipient} went by {answer.service} to {answer.relay_host}, not through the relay"]
    if answer.status == "deliverable":
        return []
    advice = next((what for words, what in _ADVICE if words in answer.text), None)
    return [f"{endpoint.nexthop} does not work: {answer.text}" + (f" ({advice})" if advice else "")]


def _is_relay(answer: Answer, endpoint: Endpoint, syslog_name: str | None) -> bool:
    if syslog_name is not None:
        return (answer.service or "").startswith(f"{syslog_name}/")
    return answer.relay_host in (endpoint.host, None)
