# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals put together from what administrators talk about and what they say of it: millions, sampled by a seed.

The thought is always the same, "this server is refused here" or "that other thing is"; the wording never is.
"""

from __future__ import annotations

import random
import typing as t

IP = "203.0.113.7"
NAME = f"mail.example.net[{IP}]"

# Who is refused: our server, its address, its network.
_OWNED = (
    *("IP", "IP address", "IPv4 address", "server", "mail server", "mailserver", "mail-server", "email server"),
    *("SMTP server", "MTA", "host", "mail host", "machine", "system", "mail system", "network", "subnet", "netblock"),
    *("IP range", "address range", "IP block", "ISP", "provider", "hosting provider", "ASN", "gateway", "smarthost"),
    *("outgoing server", "outbound IP", "/24"),
)
_MANNERS = ("sending", "connecting", "remote", "source", "originating", "peer", "client")
_ENDS = ("IP", "IP address", "host", "server")
SERVERS = (
    *(f"your {what}" for what in _OWNED),
    *(f"your {what} {IP}" for what in ("IP", "IP address", "server", "mail server", "host")),
    *(f"your {what} [{IP}]" for what in ("IP", "IP address", "server", "mail server", "host")),
    *(f"your {what} ({IP})" for what in ("IP", "IP address", "server", "mail server", "host")),
    *(f"{what} {IP}" for what in ("IP", "the IP", "IP address", "the IP address", "host", "server", "client")),
    *(f"{what} [{IP}]" for what in ("IP", "the IP", "IP address", "the IP address", "host", "server", "client")),
    *(f"{what} 203.0.113.0/24" for what in ("your network", "the network", "subnet", "the range", "netblock")),
    *(f"this {what}" for what in ("host", "IP", "IP address", "network", "client", "subnet")),
    *(f"{how} {what}" for how in _MANNERS for what in _ENDS),
    *(f"the {how} {what}" for how in _MANNERS for what in _ENDS),
    *("the sender's IP", "sender IP", "the sending mail server", "the sending MTA", "the sending network"),
    *("the IP of your server", "the IP address of your mail server", "the address of your server", "client host"),
    *(IP, f"[{IP}]", f"<{IP}>", "203.0.113.0/24", NAME, f"host {NAME}", f"client host {NAME}", f"client {NAME}"),
    *(
        f"host mail.example.net ({IP})",
        "AS64496",
        "your AS64496",
        "your mailer",
        "your datacenter",
        "2001:db8::25",
        "[2001:db8::25]",
        f"mail server {IP}",
        f"the server {IP}",
    ),
)

# What is said of it.
LISTED = (
    *("blocked", "blacklisted", "black listed", "black-listed", "block listed", "block-listed", "blocklisted"),
    *("denylisted", "deny-listed", "banned", "barred", "prohibited", "forbidden", "blackholed", "firewalled"),
)
REFUSED = (
    *("denied", "rejected", "refused", "not allowed", "not permitted", "not accepted", "not welcome", "suspended"),
    *("not welcome here", "not allowed here", "not allowed to connect", "not permitted to send mail here"),
    *(
        "not allowed to send mail to us",
        "not authorized to connect",
        "denied access",
        "refused here",
        "no longer accepted",
        "ignored",
        "locked out",
    ),
)
_TENSES = (
    *("is", "was", "has been", "is currently", "is temporarily", "is permanently", "has been permanently"),
    *("has been temporarily", "was recently", "is being", "remains", "is still"),
)
_OF_OURS = ("our", "our local", "our internal", "our private", "the local", "a local", "this server's")
_KINDS = ("blacklist", "black list", "blocklist", "block list", "denylist", "deny list", "RBL", "ban list")
_LISTS = (
    *(f"{whose} {what}" for whose in _OF_OURS for what in _KINDS),
    *("our block database", "our database of spammers", "our list of blocked hosts", "our abuse database"),
)
HELD_AGAINST = (
    *(f"is {where} {which}" for where in ("on", "in", "listed in", "listed on") for which in _LISTS),
    *(f"was {how} {which}" for how in ("found in", "added to", "put on") for which in _LISTS),
    *(
        f"has a {how} {what}"
        for how in ("bad", "poor", "low", "very low", "negative", "very poor")
        for what in ("reputation", "score", "karma", "sender score", "reputation score", "sending reputation")
    ),
    *(f"is a {how}{what}" for how in ("", "known ", "suspected ") for what in ("source of spam", "spam source")),
    *("is a known spammer", "is a spammer", "is known for spam", "is known to send spam", "is known for abuse"),
    *("sends spam", "has sent spam", "is sending spam", "sent spam", "was seen sending spam", "keeps sending spam"),
    *("was reported for abuse", "was reported for spam", "was reported as a source of spam"),
    *("has too many complaints", "has caused too many spam complaints", "sent too much spam", "sends too much spam"),
    *(
        "sent to too many bad recipients",
        "tries too many unknown recipients",
        "hit our spam traps",
        "has hit a spamtrap",
    ),
    *("is in the penalty box", "is in our penalty box", "is in jail", "is jailed", "is quarantined", "is blackholed"),
    *(
        "looks like a spammer",
        "is not trusted",
        "is untrusted",
        "has been flagged for abuse",
        "is part of a botnet",
        "appears in our blacklist",
        "was placed on our blocklist",
        "is listed as a spam source",
    ),
)

# And by whom.
_WE = ("we", "our server", "this system", "this server", "our policy", "our filter", "our MX")
_DO = (
    *("block", "refuse", "reject", "do not accept", "don't accept", "deny", "no longer accept", "will not accept"),
    *("do not allow", "cannot accept", "are blocking", "are refusing", "are rejecting", "are not accepting"),
)
STREAMS = ("mail", "connections", "messages", "traffic", "email", "e-mail", "any mail", "SMTP connections")
_TAKEN = (
    *("blocked", "refused", "rejected", "not accepted", "denied", "not allowed", "not permitted", "banned"),
    *("prohibited", "forbidden", "not welcome", "dropped"),
)

# How it comes.
CODES = (
    *("550 5.7.1", "554", "554 5.7.1", "521", "571", "421", "450 4.7.1", "451", "454", "550", "553 5.3.0", "5.7.1"),
    *("421 4.7.0", "451 4.7.1", "454 4.7.1", "5.7.1", "521 5.7.1"),
)
TRAILERS = (
    *("", "", "", ".", "!", ", see https://www.example.com/blocked", f" - see http://example.com/why?ip={IP}"),
    *(". Contact postmaster@example.com", "; contact your provider", " (#5.7.1)", " [42]", " (ref 4ABC-1234)"),
    *(" due to spam", " for policy reasons", " because of abuse", ", ask your provider", ". Please try another one"),
    *(". If you think this is an error, write to postmaster@example.com", " (in reply to RCPT TO command)"),
)
_HOST = "host mx.example.com[192.0.2.25]"


class Refusal(t.NamedTuple):
    text: str
    thought: str  # which part of the grammar it came from


def blocks(number: int, seed: int) -> t.Iterator[Refusal]:
    """Yield replies that all say, in some words, that our server is blocked."""
    chance = random.Random(seed)
    thoughts = (_is_refused, _is_listed, _held_against, _we_refuse, _we_blocked, _stream, _bare)
    for index in range(number):
        thought = thoughts[index % len(thoughts)]
        yield Refusal(_reply(thought(chance), chance), thought.__name__.lstrip("_"))


def _is_refused(chance: random.Random) -> str:
    return f"{chance.choice(SERVERS)} {chance.choice(_TENSES)} {chance.choice(REFUSED)}"


def _is_listed(chance: random.Random) -> str:
    return f"{chance.choice(SERVERS)} {chance.choice(_TENSES)} {chance.choice(LISTED)}"


def _held_against(chance: random.Random) -> str:
    return f"{chance.choice(SERVERS)} {chance.choice(HELD_AGAINST)}"


def _we_refuse(chance: random.Random) -> str:
    who, how = chance.choice(_WE), chance.choice(_DO)
    return f"{who} {_conjugated(who, how)} {chance.choice(STREAMS)} from {chance.choice(SERVERS)}"


def _we_blocked(chance: random.Random) -> str:
    how = chance.choice(
        ("have blocked", "blocked", "blacklisted", "have banned", "block", "have blacklisted", "banned")
    )
    return f"we {how} {chance.choice(SERVERS)}"


def _stream(chance: random.Random) -> str:
    tense = chance.choice(("is", "are", "was", "has been", "is currently", "are temporarily", "will be"))
    return f"{chance.choice(STREAMS)} from {chance.choice(SERVERS)} {tense} {chance.choice(_TAKEN)}"


def _bare(chance: random.Random) -> str:
    server, said = chance.choice(SERVERS), chance.choice((*LISTED, *REFUSED[:6]))
    return chance.choice((f"{server} {said}", f"{server}: {said}", f"{said}: {server}", f"{server} temporarily {said}"))


def _conjugated(who: str, how: str) -> str:
    if who == "we":
        return how
    first, _blank, rest = how.partition(" ")
    singular = {"do": "does", "don't": "doesn't", "are": "is", "will": "will", "cannot": "cannot", "no": "no"}
    if first in singular:
        return f"{singular[first]} {rest}".replace("no longer accept", "no longer accepts")
    return {"deny": "denies"}.get(how, how + "s")


def _reply(sentence: str, chance: random.Random, trailers: t.Sequence[str] = TRAILERS, *, greeting: bool = True) -> str:
    code = chance.choice(CODES)
    said = sentence + chance.choice(trailers)
    said = chance.choice((said, said[0].upper() + said[1:], f"Sorry, {said}", f"Error: {said}"))
    return chance.choice(
        (
            f"{code} {said}",
            f"{code} {said}",
            f"{_HOST} {'refused to talk to me' if greeting else 'said'}: {code} {said}",
            f"{_HOST} said: {code} {said}",
            f"{code} <someone@example.com>: Recipient address rejected: {said}",
            f"{_HOST} said: {code} <someone@example.com>: {said} (in reply to RCPT TO command)",
        )
    )


# The mirror: other things that are refused, in the same words, some of them with our address beside.
_BESIDE = (
    *("", "", "", ".", ", see https://www.example.com/why", f" (client {IP})", f" [{IP}]", f" ({NAME})"),
    *(f"; your IP {IP} was logged", " (#5.7.1)", " [42]", " (ref 4ABC-1234)", ". Contact postmaster@example.com"),
    *("; contact your provider", f". Your IP address is {IP}", " (in reply to RCPT TO command)"),
)
_RECIPIENT = frozenset({"recipient_invalid", "recipient_policy"})
OTHERS: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "recipient": (
        (
            *("the recipient", "recipient", "this recipient", "the recipient's mailbox", "mailbox", "this mailbox"),
            *("the account", "this account", "the recipient's account", "the user", "user account", "this user"),
            *("<someone@example.com>", "the mailbox of the recipient", "this recipient address", "this e-mail account"),
            *("your mail to this recipient", "user someone", "the mailbox someone@example.com", "the alias"),
        ),
        _RECIPIENT,
    ),
    "domain": (
        (
            *("your domain", "the domain example.net", "sender domain", "the sender's domain", "the sending domain"),
            *("domain example.net", "your sender domain", "the domain of the sender", "mail from your domain"),
            *("the domain of your mail server's address", "messages from domain example.net"),
        ),
        frozenset({"domain_blocklisted", "auth_failed", "recipient_policy"}),
    ),
    "sender": (
        (
            *("sender address", "the sender address <news@example.net>", "your email address", "your e-mail address"),
            *("the envelope sender", "the From address", "the sender news@example.net", "the return path"),
            *("this sender address", "mail from news@example.net", "the sender's email address"),
        ),
        frozenset({"recipient_policy", "domain_blocklisted", "auth_failed", "own_side", "content_rejected"}),
    ),
    "message": (
        (
            *("your message", "this message", "the message", "your email", "this email", "the attachment"),
            *("an attachment of your mail", "the file report.zip", "the content of your message", "the message body"),
            *("this type of attachment", "the subject of the message", "the message you sent", "this mail"),
        ),
        frozenset({"content_rejected", "recipient_policy"}),
    ),
    "link": (
        (
            *(
                "a URL in the message",
                "a link in your message",
                "the link http://www.example.net/",
                "a URL in this mail",
            ),
            *("the website www.example.net", "a domain in the message body"),
        ),
        frozenset({"content_rejected", "domain_blocklisted"}),
    ),
    "relaying": (
        (
            "relaying",
            "relay access",
            "relaying from your IP",
            "relaying for example.com",
            "relaying through this server",
        ),
        frozenset({"own_side"}),
    ),
    "login": (
        (
            *("authentication", "your login", "SMTP authentication", "the username", "your password"),
            *("authentication for your account", "SMTP AUTH from your client"),
        ),
        frozenset({"own_side", "recipient_invalid"}),
    ),
    "tls": (
        ("unencrypted connections", "connections without TLS", "mail without TLS", "your TLS version"),
        frozenset({"auth_failed"}),
    ),
    "helo": (
        (
            "your HELO name",
            "the HELO name of your server",
            "HELO mail.example.net",
            "your EHLO",
            "the HELO of your host",
        ),
        frozenset({"rdns_helo"}),
    ),
    "rdns": (
        (
            *("a host without reverse DNS", "mail from hosts without PTR", "a server with no PTR record"),
            *("connections from IPs without reverse DNS", "your IP address without reverse DNS"),
        ),
        frozenset({"rdns_helo"}),
    ),
}
SENTENCES: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "rate": (
        (
            "too many connections from {}",
            "too many concurrent SMTP connections from {}",
            "connection rate limit exceeded for {}",
            "too many messages from {}, slow down",
            "{} has exceeded the limit of messages per hour",
            "{} exceeded its connection limit",
            "{} is rate limited",
            "maximum number of connections from {} reached",
        ),
        frozenset({"rate_limited"}),
    ),
    "greylist": (
        ("{} is greylisted", "greylisted, mail from {} is temporarily rejected", "greylisting in action for {}"),
        frozenset({"greylisted"}),
    ),
    "reverse": (
        (
            "{} has no reverse DNS",
            "{} has no PTR record",
            "{} is rejected, cannot find its reverse hostname",
            "{} was refused because its PTR does not match",
            "{} sent an invalid HELO name",
            "{} is denied: reverse DNS does not resolve",
        ),
        frozenset({"rdns_helo"}),
    ),
    "relay": (
        (
            "{} is not allowed to relay",
            "{} is not permitted to relay through this server",
            "relaying denied for {}",
            "{}: relay access denied",
            "we do not relay for {}",
        ),
        frozenset({"own_side"}),
    ),
    "unproven": (
        (
            "SPF: {} is not allowed to send mail from example.net",
            "{} is not a permitted sender of example.net (SPF)",
            "DMARC: mail from {} rejected by the policy of example.net",
            "{} must authenticate with DKIM or SPF, mail rejected",
            "{} is not allowed to send mail without TLS",
        ),
        frozenset({"auth_failed"}),
    ),
    "content": (
        (
            "the message from {} was rejected as spam",
            "your message from {} was blocked because it contains a virus",
            "message rejected because of its content, sent by {}",
            "a message sent by {} was classified as spam and rejected",
        ),
        frozenset({"content_rejected"}),
    ),
    "unknown": (
        (
            "user unknown, {} was told so before",
            "no such user here; {} is not blocked",
            "recipient unknown ({} noted)",
            "mailbox unavailable, seen from {}",
            "mailbox full, {} may try again",
        ),
        _RECIPIENT,
    ),
    "trouble": (
        (
            "temporary failure, {} should try again later",
            "internal error, {} please retry",
            "service temporarily unavailable, closing connection to {}",
            "our database is locked, {} please come back",
        ),
        frozenset({"receiver_trouble", "greylisted"}),
    ),
}


class Other(t.NamedTuple):
    text: str
    thought: str
    causes: frozenset[str]  # what it may be taken for, if for anything


def others(number: int, seed: int) -> t.Iterator[Other]:
    """Yield replies that refuse something else than our server, or refuse it for what is no block."""
    chance = random.Random(seed)
    names = (*OTHERS, *SENTENCES)
    for index in range(number):
        name = names[index % len(names)]
        if name in OTHERS:
            subjects, causes = OTHERS[name]
            said = (
                (*LISTED, *REFUSED[:8]) if name in ("recipient", "domain", "sender", "message", "link") else REFUSED[:8]
            )
            sentence = f"{chance.choice(subjects)} {chance.choice(_TENSES)} {chance.choice(said)}"
        else:
            sentences, causes = SENTENCES[name]
            sentence = chance.choice(sentences).format(chance.choice(SERVERS))
        yield Other(_reply(sentence, chance, (*_BESIDE,), greeting=False), name, causes)
