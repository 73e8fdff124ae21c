# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a reply or an operator says, a request stays one mail to one known address, or one crib."""

from __future__ import annotations

import email
import email.policy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make

KNOWN = make.knowledge()
HEADERS = list(
    email.message_from_string(
        str(make.writer(known=KNOWN).write(make.finding()).content), policy=email.policy.SMTP
    ).keys()
)
texts = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                "\r\nBcc: x@y.example",
                "{{ 7 * 7 }}",
                "{#",
                "```",
                "<b>",
                "\x1b[2J",
                "delist@evil.example",
                "=?utf-8?Q?x?=",
                "\u202e",
                " ",
            ]
        ),
        max_size=8,
    ).map("".join),
)


def parsed(content: str | None) -> Any:
    return email.message_from_bytes(str(content).encode("ascii"), policy=email.policy.SMTP)


@given(evidence=st.lists(texts, min_size=1, max_size=3), organisation=texts, name=texts, fixed=texts, domain=texts)
def test_a_mail_stays_one_mail(evidence: list[str], organisation: str, name: str, fixed: str, domain: str) -> None:
    finding = make.finding(evidence=evidence, relay_hosts=[domain], stage=name)
    request = make.writer(
        known=KNOWN, organisation=organisation, contact_name=name, fixed_text=fixed, domains=[domain]
    ).write(finding)
    if request.record["kind"] == "none":
        assert request.record["refused"]["code"] in ("fixed_text_missing", "words_missing")
        return
    message = parsed(request.content)
    assert [*message.defects, *(defect for value in message.values() for defect in value.defects)] == []
    assert list(message.keys()) == HEADERS
    assert message["To"] == "delist@acme.example"
    assert all(line.isprintable() for line in message.get_content().splitlines())


@given(evidence=st.lists(texts, min_size=1, max_size=3), fixed=texts)
def test_a_crib_keeps_its_headings(evidence: list[str], fixed: str) -> None:
    about: dict[str, Any] = {"remedy": {"channel": "form", "key": "page"}}
    plain = make.writer(known=KNOWN).write(make.finding(evidence=["550 no"], **about)).content
    request = make.writer(known=KNOWN, fixed_text="Done: " + fixed).write(make.finding(evidence=evidence, **about))
    assert _headings(str(request.content)) == _headings(str(plain))


def _headings(crib: str) -> list[str]:
    """Return the headings outside code blocks, as a Markdown reader sees them."""
    headings, fence = [], ""
    for line in crib.splitlines():
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            fence = "" if line.rstrip() == ticks and len(ticks) >= len(fence) else fence
        elif len(ticks) >= 3:
            fence = ticks
        elif line.startswith("#"):
            headings.append(line)
    return headings
