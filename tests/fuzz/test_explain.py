# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No text of any kind makes explain raise, or name an address that the text does not hold."""

from __future__ import annotations

import html
import ipaddress
import itertools
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain_screen import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read

REPLIES = sorted(
    sample["reply"] for path in (SHIPPED / "receivers").glob("*/samples/*.yml") for sample in read(path)["match"]
)
LITERALS = sorted({literal for rule in load().rules for literal in (*rule.tokens, *rule.any_of)})
RELAYS = [None, "none", "", "mx.example.net", "example-com.mail.protection.outlook.com", "[192.0.2.1]", "127.0.0.1"]
MARKS = [
    *("\n", "\r\n", " ", ": ", "[", "]", "550 5.7.1 ", "550-", "<<< ", ">>> RCPT TO", "From: a\nTo: b\n\n"),
    *("host x.example[192.0.2.1] said: ", "status=bounced (", "stat=Deferred: ", "_Remote_host_said:_"),
    *(
        "(host x.example[192.0.2.1] said: ",
        ", reply=550 5.7.1 ",
        ", stat=Service unavailable",
        "250 ok",
        "/returnc/pub/",
    ),
    *("{LED=550 5.7.1 ", "};{FQDN=a.example};{IP=192.0.2.9}", ',1,10.0.0.1:1,192.0.2.9:25,<,"', " => a@b.example H=x"),
    *(
        'mta delivery relay="192.0.2.4 (mx.a.example)" ',
        'result="PermFail" stat="',
        "relay=a.example. [192.0.2.1], dsn=5.0.0,",
    ),
    *("Diagnostic-Code: smtp; ", "&#x41;", "{{ 7*7 }}", "\x1b[2J", "\u202e"),
    "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
]
ADDRESSES = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda ip: ip.exploded.upper()),
    st.sampled_from(["203.0.113.7", "4.16.55.1", "yy.yy.yy.yyy", "10.0.0.1", "999.1.1.1", "1.2.3.4.5"]),
)
PIECES = st.one_of(
    st.sampled_from(REPLIES), st.sampled_from(LITERALS), st.sampled_from(MARKS), ADDRESSES, st.text(max_size=40)
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=12).map(" ".join))


def holds(text: str, ip: str) -> bool:
    """Tell whether a text holds an address in any spelling, read as loosely as can be."""
    wanted = ipaddress.ip_address(ip)
    spellings = itertools.chain(
        re.findall(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}", text),
        (run[:cut] for run in re.findall(r"[0-9A-Fa-f:.]{2,60}", text) for cut in range(2, len(run) + 1)),
    )
    for spelling in spellings:
        try:
            found = ipaddress.ip_address(spelling)
        except ValueError:
            continue
        if found == wanted or getattr(found, "ipv4_mapped", None) == wanted:
            return True
    return False


@given(
    TEXTS,
    st.sampled_from(RELAYS),
    st.sampled_from([None, "5.7.1", "x", "4.0.0"]),
    st.sampled_from([None, "RCPT TO", "?"]),
)
def test_explain_never_raises_and_never_invents_an_address(text, relay, dsn, command):
    loose = html.unescape(text).replace("\u00ad", "").replace("\u200b", "").replace("_", " ")
    for diagnosis in explain(text, relay=relay, dsn=dsn, command=command):
        for ip in {diagnosis["egress_ip"], *diagnosis["reply"]["named_ips"]} - {None}:
            assert holds(loose, ip) or holds(text, ip), (ip, text)
        json.dumps(diagnosis)


@given(TEXTS, st.sampled_from(["en", "ja"]))
def test_the_screen_never_holds_a_control_character(text, language):
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(screen(explain(text), language)))


@given(st.sampled_from(REPLIES), st.integers(min_value=0, max_value=400))
def test_a_reply_cut_anywhere_is_still_answered(reply, length):
    assert isinstance(explain(reply[:length]), list)
