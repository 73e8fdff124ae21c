# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No reply of any kind makes the DNS engine raise, or takes a name for listed that no address was answered for."""

from __future__ import annotations

import dns.message
import dns.rrset
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.module_utils._dns import answers, redact
from ansible_collections.postmaster.delist.plugins.module_utils._dns.sender_domain import rsa_bits, tags

STATUSES = {value for name, value in vars(answers).items() if name.isupper() and isinstance(value, str)}


def reply() -> bytes:
    query = dns.message.make_query("2.0.0.127.bl.test.", "A")
    message = dns.message.make_response(query)
    message.answer.append(dns.rrset.from_text("2.0.0.127.bl.test.", 60, "IN", "CNAME", "x.test."))
    message.answer.append(dns.rrset.from_text("x.test.", 60, "IN", "A", "127.0.0.2", "127.0.0.4"))
    message.answer.append(dns.rrset.from_text("x.test.", 60, "IN", "TXT", '"a" "b"'))
    return message.to_wire()


GOOD = reply()
CHANGES = st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8)


@given(CHANGES, st.integers(12, len(GOOD)))
def test_damaged_replies(changes: list[tuple[int, int]], length: int) -> None:
    wire = bytearray(GOOD)
    for place, value in changes:
        wire[place] = value
    answer = answers.judge(bytes(wire[:length]))
    assert answer.status in STATUSES
    assert answer.known or not answer.records
    assert all(isinstance(address, str) for address in answer.data("A"))


@given(st.binary(min_size=12, max_size=600))
def test_rubbish(wire: bytes) -> None:
    assert answers.judge(wire).status in STATUSES


@given(st.text(max_size=400))
def test_foreign_text(text: str) -> None:
    line = redact.plain(text)
    assert line.isprintable()
    assert len(line) <= redact.LONGEST_REASON
    assert isinstance(tags(text), dict)
    assert rsa_bits(text) is None or rsa_bits(text) > 0


@given(st.from_regex(r"[a-z0-9]{8,20}", fullmatch=True), st.text(max_size=100), st.text(max_size=100))
def test_keys_are_taken_out(key: str, before: str, after: str) -> None:
    assert key not in redact.Redactor([key])(before + key.upper() + after + key).lower().replace("<key>", "|")
