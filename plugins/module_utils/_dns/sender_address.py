# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the DNS says about a sending address: its names, whether they lead back, and the name it greets with."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names
from ansible_collections.postmaster.delist.plugins.module_utils._dns.checks import Check

Row = t.Dict[str, t.Any]
# More names than these are an oddity; each costs a question.
_MOST_NAMES = 10


def address(ip: str, *, helo: str | None, generic_words: t.Collection[str]) -> Check[Row]:
    """Check an address; C(None) stands for what could not be learnt."""
    kind = names.A if "." in ip else names.AAAA
    host = helo.rstrip(".").lower() if helo else None
    (reverse,) = yield [(ipaddress.ip_address(ip).reverse_pointer, names.PTR)]
    found = [str(name).lower() for name in reverse.data("PTR")]
    asked = found[:_MOST_NAMES] + ([host] if host else [])
    heard = dict(zip(asked, (yield [(name, kind) for name in asked])))
    confirmed = [name for name in found[:_MOST_NAMES] if ip in heard[name].data("A" if kind == names.A else "AAAA")]
    unsure = not reverse.known or any(not heard[name].known for name in found[:_MOST_NAMES])
    generic = [name for name in found if is_generic(name, ip, generic_words)]
    row: Row = {
        "ip": ip,
        "ptr": found,
        "forward_confirmed": True if confirmed else None if unsure else False,
        "generic": generic,
        "helo": host,
        "helo_resolves": None,
        "helo_is_ptr": None,
    }
    if host is not None:
        answer = heard[host]
        row["helo_resolves"] = ip in answer.data("A" if kind == names.A else "AAAA") if answer.known else None
        row["helo_is_ptr"] = host in found if reverse.known else None
    row["problems"] = sorted(_problems(row, known=reverse.known))
    return row


def is_generic(name: str, ip: str, words: t.Collection[str]) -> bool:
    """Tell whether a reverse name looks made by a machine: the address is in it, or a word such as "dyn" or "pool"."""
    parts = re.findall(r"[a-z]+|[0-9]+", name)
    if any(word in parts for word in words):
        return True
    if ":" in ip:
        return ipaddress.IPv6Address(ip).exploded.replace(":", "")[-8:] in re.sub(r"[^0-9a-f]", "", name)
    octets = ip.split(".")
    numbers = [part.lstrip("0") or "0" for part in parts if part.isdigit()]
    # At least three of the four, in order or backwards; or all of them in hexadecimal.
    for wanted in (octets[1:], octets[:3], octets[::-1][1:], octets[::-1][:3]):
        if any(numbers[place : place + 3] == wanted for place in range(len(numbers) - 2)):
            return True
    return "".join(f"{int(octet):02x}" for octet in octets) in name


def _problems(row: Row, *, known: bool) -> t.Iterator[str]:
    if not known:
        yield "ptr_unknown"
    elif not row["ptr"]:
        yield "no_ptr"
    elif len(row["ptr"]) > 1:
        yield "many_ptr"
    if row["ptr"] and row["forward_confirmed"] is False:
        yield "not_forward_confirmed"
    if row["generic"]:
        yield "generic_ptr"
    if row["helo_resolves"] is False:
        yield "helo_does_not_resolve"
    if row["helo_is_ptr"] is False:
        yield "helo_is_not_ptr"
