# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where a request may go: only to addresses and pages below the domains that knowledge calls the counterpart's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urlsplit

_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+*-])[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}|\[(?:IPv6:)?[0-9A-Fa-f:.]{3,45}\])"
)
_PAGE = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[A-Za-z0-9./?&=_%:~+#,;@!$'*-]{0,500})?")
_AT_MOST = 5


@dataclass(frozen=True)
class Printed:
    """The contacts that replies print: the counterpart's own, and those that prove nothing."""

    addresses: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()


NOTHING = Printed()


def is_mailbox(address: str) -> bool:
    """Tell whether the text is one plain mail address."""
    return _MAILBOX.fullmatch(address) is not None


def domain_of(address: str) -> str:
    """Return the domain of a mail address in lower case; an address literal keeps its brackets."""
    return address.rpartition("@")[2].rstrip(".").lower()


def is_below(host: str, domains: Iterable[str]) -> bool:
    """Tell whether the host is one of the domains or below one."""
    name = host.rstrip(".").lower()
    return any(name == domain.lower() or name.endswith("." + domain.lower()) for domain in domains)


def is_own_address(address: str, own_domains: Iterable[str]) -> bool:
    """Tell whether a plain mail address lies below the counterpart's own domains."""
    return is_mailbox(address) and is_below(domain_of(address), own_domains)


def is_own_page(url: str, own_domains: Iterable[str]) -> bool:
    """Tell whether a page lies below the counterpart's own domains, without a login in its address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "@" not in parts.netloc and is_below(host, own_domains)


def host_of(url: str | None) -> str:
    """Return the host of a page's address, "" when there is none."""
    return (urlsplit(url).hostname or "") if url else ""


def printed(replies: Sequence[str], *, own_domains: Sequence[str], mailbox_domains: Set[str]) -> Printed:
    """Sort the contacts that the replies print.

    A receiver's own users have mail addresses too: at C(mailbox_domains), in lower case, anybody may be named.
    """
    addresses: list[str] = []
    pages: list[str] = []
    unverified: list[str] = []
    for reply in replies:
        for page in _PAGE.findall(reply) if "://" in reply else ():
            page = page.rstrip(".,;:!?'")
            (pages if is_own_page(page, own_domains) else unverified).append(page)
        for address in _ADDRESS.findall(_PAGE.sub(" ", reply)) if "@" in reply else ():
            if domain_of(address) in mailbox_domains:
                continue
            (addresses if is_own_address(address, own_domains) else unverified).append(address)
    return Printed(_first(addresses), _first(pages), _first(unverified))


def _first(contacts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(contacts))[:_AT_MOST]
