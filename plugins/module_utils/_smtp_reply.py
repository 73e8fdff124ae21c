# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One SMTP reply (RFC 5321 section 4.2, RFC 3463) as a mail log or a person shows it.

Runs on mail hosts: standard library only, Python 3.8+.
"""

from __future__ import annotations

import functools
import re
import typing as t

# Longer texts are cut: a reply line is at most 512 octets (RFC 5321 section 4.5.3.1.5), real ones join a dozen.
MAX_CHARACTERS = 8192

_QUOTES = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u2060": None,
        "\ufeff": None,
        "\u00ad": None,
    }
)
# Only with the semicolon: "&reg=1" in a link is no entity.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")

_ENHANCED = r"[245]\.[0-9]{1,3}\.[0-9]{1,3}"
_HEAD = re.compile(
    r"(?:(?:smtp|x-[a-z-]{1,20}); ?|<<< ?|# ?|'|\")*"
    r"(?:(?P<code>[2-5][0-9][0-9])(?P<separator>[- :]|(?=#)|(?=[A-Z]{2}:[A-Z]{3}\b)|\Z))?"
    r"(?: ?[#(\[]*(?P<enhanced>" + _ENHANCED + r")(?!\.?[0-9]))?",
    re.IGNORECASE,
)
_ENHANCED_IN_BRACKETS = re.compile(r"\(#(" + _ENHANCED + r")\)")


class Reply(t.NamedTuple):
    """C(code) as 550, C(enhanced) as "5.7.1" (each None where the text has none), C(text) unfolded to one line."""

    code: int | None
    enhanced: str | None
    text: str


def parse(text: str) -> Reply:
    """Read a reply as logged; lines that the MTA joined become one sentence again."""
    flat = clean(text)
    head = _HEAD.match(flat)
    code = head.group("code") if head else None
    enhanced = head.group("enhanced") if head else None
    if head and code is not None:
        if head.group("separator") == "" and flat[head.end("code") :]:  # "421HL:REP", "550#5.1.0"
            flat = f"{flat[: head.end('code')]} {flat[head.end('code') :]}"
        flat = _unfold(flat, code, enhanced, folded=head.group("separator") == "-")
    if enhanced is None:
        in_brackets = _ENHANCED_IN_BRACKETS.search(flat)
        enhanced = in_brackets.group(1) if in_brackets else None
    return Reply(None if code is None else int(code), enhanced, flat)


def clean(text: str) -> str:
    """Return at most 8,192 characters on one line: entities decoded, plain quotes, no control characters."""
    text = text[:MAX_CHARACTERS]
    if "&" in text:
        text = _ENTITY.sub(_unescaped, text)
    if text.isascii() and text.isprintable():  # nearly all are, and splitting is the faster way to the same result
        return " ".join(text.split())
    return _BLANK.sub(" ", text.translate(_QUOTES)).strip()


def _unescaped(entity: t.Match[str]) -> str:
    import html  # thousands of names, and few replies have one

    return html.unescape(entity.group())


def _unfold(flat: str, code: str, enhanced: str | None, *, folded: bool) -> str:
    """Drop the code that starts each further line of a multi-line reply ("550-5.7.1 … 550 5.7.1 …")."""
    if flat.count(code) < 2:
        return flat.replace(code + "-", code + " ", 1) if folded else flat
    same_enhanced = "(?:" + re.escape(enhanced) + " ?)" if enhanced else ""
    if folded:
        flat = flat.replace(code + "-", code + " ", 1)
        repeat = " " + code + "[- ]" + (same_enhanced + "?" if same_enhanced else "")
    elif enhanced:
        repeat = "(?<!said:) " + code + "[- ]" + same_enhanced
    else:
        return flat
    return re.sub(repeat, " ", flat)


_LOCAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-"
_LONGEST_LOCAL = 64
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
# The local parts that RFC 2142 reserves, and the words by which operators of blocklists are written to.
_ROLES = frozenset(
    {
        "abuse",
        "admin",
        "antispam",
        "blacklist",
        "blocklist",
        "delist",
        "delisting",
        "dnsbl",
        "help",
        "helpdesk",
        "hostmaster",
        "mailer-daemon",
        "noc",
        "postmaster",
        "rbl",
        "removal",
        "remove",
        "security",
        "spam",
        "support",
        "unblock",
        "webmaster",
        "whitelist",
    }
)
_CONTACT_BEFORE = re.compile(
    r"(?:\bcontact|\bforward[^<>@]{0,40} to|\b(?:write|e-?mail|mail|report|reply) to|mailto:) ?<?\Z", re.I
)


def mask_local_parts(text: str, *, recipient_domains: t.Collection[str] = ()) -> str:
    """Replace the local parts of mail addresses by C(*); addresses that the reply gives as a contact stay.

    An address is a contact when its local part is a role, or when the words before it say so and its domain
    is not one of the recipients'.
    """
    domains: set[str] | None = None
    parts, done = [], 0
    free = 0  # where the address before ends
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        before = text[max(free, at - _LONGEST_LOCAL) : at]
        quote = before[:-1].rfind('"') if before.endswith('"') else len(before.rstrip(_LOCAL))
        local = before[quote:] if quote >= 0 else ""
        if domain and local == "*":  # masked before
            free = domain.end()
            at = text.find("@", free)
        elif domain and local:
            if domains is None:
                domains = {name.lower() for name in recipient_domains}
            begin = at - len(local)
            if not _is_contact(local, domain.group().lower(), text[max(0, begin - 60) : begin], domains):
                parts += [text[done:begin], "*"]
                done = at
            free = domain.end()
            at = text.find("@", free)
        else:
            at = text.find("@", at + 1)
    return "".join(parts) + text[done:]


@functools.lru_cache(maxsize=1024)
def _is_role(local: str) -> bool:
    return bool(_ROLES.intersection([local, *re.split(r"[._+-]", local)]))


def _is_contact(local: str, domain: str, before: str, recipient_domains: t.Container[str]) -> bool:
    if _is_role(local.lower()):
        return True
    return domain not in recipient_domains and _CONTACT_BEFORE.search(before) is not None


_VARIABLE = re.compile(
    # mail addresses
    r"(?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}|\"[^\"<>@]{1,64}\")@[A-Za-z0-9.-]{1,253}"
    # times: 2026-11-24T01:02:03.123Z, 01:02:03
    r"|\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]{4,6})?)?"
    r"|\b[0-9]{1,2}:[0-9]{2}:[0-9]{2}\b"
    # IP addresses
    r"|\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b"
    r"|(?:IPv6:)?(?<![0-9A-Za-z:])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
    # words that may be ids
    r"|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
)
_SEVERAL = re.compile(r"\*(?:[ ,;]+\*)+")
_QUEUE_ID = re.compile(r"(?:[0-9A-F]{8,}|[0-9a-f]{8,})\Z")


def signature(text: str) -> str:
    """Return the reply with addresses, times and ids as C(*): replies with equal signatures are one reply.

    Words that tell replies apart stay: codes, list names, the short codes of receivers ("S3140", "TSS04").
    """
    return signature_of(parse(text))


def signature_of(reply: Reply) -> str:
    """Return the signature of a reply that is parsed already."""
    return _SEVERAL.sub("*", _VARIABLE.sub(_mask_variable, reply.text))


def _mask_variable(match: t.Match[str]) -> str:
    word = match.group()
    if word.isalpha():  # most words
        return word
    if "@" in word or ":" in word:
        return "*"
    digits = sum("0" <= character <= "9" for character in word)
    if not digits:
        return word
    letters = len(word) - digits
    is_id = (
        (len(word) >= 6 and match.string[match.start() - 1 : match.start()] == "=")
        or (digits >= 5 and letters == 0)
        or (digits >= 4 and len(word) >= 12)
        or (word.count(".") == 3 and letters == 3)
        or (digits >= 2 and _QUEUE_ID.match(word) is not None)
    )
    return "*" if is_id else word
