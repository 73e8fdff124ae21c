# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a slow expression would choke on: texts of 100 kB in which one thing is said again and again."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load

LENGTH = 100_000
BEGINNINGS = ("", "550 5.7.1 ", "Nov 24 01:02:03 mx1 x[1]: ")
# What begins something in a log, a reply or a mail, and is then not ended.
MARKS = (
    *("550-", "550 5.7.1 ", "x.x.x.", "1.2.3.", "a:b:", "a@", "<a@b> ", " - ", '"\\', '\\"', "(", "##", "#550 "),
    *('mta delivery relay="a.b.c" ', 'mta delivery relay="1.2.3.4 (x)" result="PermFail" ', "/returnc/pub/1.2.3.4"),
    *("{LED=550 a ", "{LED=550 a};{FQDN=x};", ',1,10.0.0.1:1,192.0.2.9:25,<,"', "#<a #5.0.0 smtp; ", "a.b #550 "),
    *(" => a@b ", " => a@b H=", "relay=a.b [1.2.3.4], dsn=5.0.0, reply=", "relay=a.b [1.2.3.4], dsn=5.0.0, stat="),
    *("host a.b[1.2.3.4] said: ", "(host a.b[1.2.3.4] said: ", "connect to ", "while talking to a.b.:>>> MAIL "),
    *("SMTP error from remote mail server after RCPT TO:<", "Remote host said: ", "delivery 1: failure: "),
)


def repeated(part: str, *, before: str = "", length: int = LENGTH) -> str:
    return before + part * (length // len(part))


def tokens() -> t.Iterator[str]:
    """Yield a literal of each rule, as it stands in a reply."""
    for rule in load().rules:
        yield from (f"550 5.7.1 {literal} " for literal in rule.tokens[:1] or rule.any_of[:1])


def all_repeated() -> t.Iterator[str]:
    """Yield each token and each mark, repeated."""
    yield from map(repeated, tokens())
    yield from (repeated(mark, before=before) for mark in MARKS for before in BEGINNINGS)
