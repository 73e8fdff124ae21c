# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What may leave the host about people: nothing, their domains, hashes that tell them apart, or all."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._senders import NULL_SENDER
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import ADDRESS
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import mask_local_parts

_NOBODY = NULL_SENDER.decode()
MODES = ("none", "domains", "hashed", "full")
_FIELD = re.compile(rf"=<(?:(?<=to=<)|(?<=from=<))({ADDRESS})>", re.DOTALL)
_MASKED = re.compile(r"\*@[A-Za-z0-9.-]*[A-Za-z0-9]")


class Privacy:
    """Applies one of C(MODES)."""

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def address(self, address: str) -> str:
        """Return a mail address as it may leave the host."""
        if self.mode == "full" or address in ("", _NOBODY):
            return address
        local, at, domain = address.rpartition("@")
        if self.mode == "none":
            return "*"
        if self.mode == "hashed":
            return f"{_digest(address)}{at}{domain if at else ''}"
        return f"*{at}{domain if at else ''}" if local or at else "*"

    def text(self, text: str, *, people: t.Collection[str] = ()) -> str:
        """Return what a receiver said; C(people) are addresses known to stand in it."""
        if self.mode == "full":
            return text
        for address in people:
            if address:
                text = text.replace(address, self.address(address))
        domains = {address.rpartition("@")[2] for address in people}
        text = mask_local_parts(text, recipient_domains=domains)
        return self.without_domains(_MASKED.sub("*", text) if self.mode == "none" else text, domains)

    def without_domains(self, text: str, domains: t.Iterable[str]) -> str:
        """Return what was said without the domains of people, where these must not be told.

        In the names of relays and the addresses of contacts they stay.
        """
        for domain in domains if self.mode == "none" else ():
            if domain:
                text = re.sub(
                    rf"(?<![A-Za-z0-9.-])(?<![A-Za-z0-9._%+-]@){re.escape(domain)}(?![A-Za-z0-9-])",
                    "*",
                    text,
                    flags=re.IGNORECASE,
                )
        return text

    def line(self, line: str) -> str:
        """Return a log line."""
        if self.mode == "full":
            return line
        people: list[str] = []

        def masked(field: t.Match[str]) -> str:
            people.append(field.group(1))
            return f"=<{self.address(field.group(1))}>"

        return self.text(_FIELD.sub(masked, line), people=people)


def _digest(address: str) -> str:
    import hashlib  # as large as all of this, and seldom wanted

    return hashlib.sha256(address.lower().encode("utf-8", "surrogateescape")).hexdigest()[:12]
