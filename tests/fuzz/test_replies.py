# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No answer makes the reader fail, every verdict has its sentence, and what is negated is never good news."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _knowledge as knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import VERDICTS, parse

WORDINGS = knowledge.load()
GOOD = {"removed", "mitigated", "conditionally_mitigated"}
ENTRIES = [
    entry for path in [*knowledge.files(SHIPPED), SHIPPED / knowledge.GENERIC] for entry in read(path)["verdicts"]
]
SAMPLES = [sample for entry in ENTRIES for sample in entry["samples"]]
GOOD_SAMPLES = {
    language: [
        sample.rstrip(".。")
        for entry in ENTRIES
        if entry["verdict"] in GOOD and entry["language"] == language
        for sample in entry["samples"]
    ]
    for language in ("en", "de", "ja", "fr")
}
NEGATED = {
    "en": [
        "It is not true that {}.",
        "{}: no.",
        "We never said that {}.",
        "Nobody told you that {}.",
        "{} is what we cannot confirm.",
        "We decline to confirm that {}.",
        "If {}, you will be told.",
        "Is it so that {}?",
        "{}, or so we would say if it weren\u2019t for your volume.",
    ],
    "de": ["Es stimmt nicht, dass {}.", "Wenn {}, hören Sie von uns.", "{}: keine Bestätigung."],
    "ja": ["{}とは言えません。", "{}ことはない。", "{}場合はご連絡します。"],
    "fr": ["Il n\u2019est pas vrai que {}.", "Si {}, nous vous écrirons.", "{} : jamais."],
}

# Escape sequences are taken out sentence by sentence, which makes the comparison with the whole text meaningless.
words_of_any_kind = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
ips = st.sampled_from(["203.0.113.7", "203.0.113.8", "2001:db8::7", "198.51.100.0/24", "10.0.0.1", "yy.yy.yy.yyy"])
pieces = st.one_of(
    st.sampled_from(SAMPLES), ips, words_of_any_kind, st.sampled_from(["\n", "\n\n", "> ", ", but ", ". ", "<td>"])
)


@given(st.binary(max_size=4000))
def test_any_bytes_are_answered(data: bytes) -> None:
    _check(parse(data, WORDINGS))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Content-Type", "Content-Transfer-Encoding", "From", "Subject", "Date", "References"]),
            st.one_of(
                st.text(max_size=80),
                st.sampled_from(
                    [
                        "multipart/mixed; boundary=b",
                        "text/html",
                        "message/rfc822",
                        "base64",
                        "quoted-printable",
                        "text/plain; charset=utf-7",
                    ]
                ),
            ),
        ),
        max_size=8,
    ),
    st.text(max_size=500),
)
def test_any_mail_is_answered(headers: list[tuple[str, str]], body: str) -> None:
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    _check(parse(f"Subject: x\n{head}\n{body}".encode("utf-8", "surrogatepass"), WORDINGS))


@given(st.lists(pieces, max_size=12).map("".join))
def test_every_verdict_has_its_sentence_and_its_address(text: str) -> None:
    result = parse(text, WORDINGS)
    _check(result)
    words, named = plain(text), set(find_ips(text)) | {"198.51.100.0/24", None}
    for entry in result["verdicts"]:
        sentence = entry["sentence"].removesuffix(" […]")
        assert all(word in words for word in sentence.split())
        assert entry["ip"] in named


@given(st.data())
def test_what_is_negated_is_never_good_news(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(sorted(GOOD_SAMPLES)))
    sample = data.draw(st.sampled_from(GOOD_SAMPLES[language]))
    frame = data.draw(st.sampled_from(NEGATED[language]))
    text = frame.format(sample)
    if data.draw(st.booleans()):
        # A mail program breaks lines where it likes.
        blanks = [index for index, character in enumerate(text) if character == " "]
        if blanks:
            index = data.draw(st.sampled_from(blanks))
            text = text[:index] + "\n" + text[index + 1 :]
    found = {entry["verdict"] for entry in parse(f"Hello,\n\n{text}\n", WORDINGS)["verdicts"]}
    assert not found & GOOD


def _check(result: dict[str, Any]) -> None:
    assert len(result["verdicts"]) <= 256
    for entry in result["verdicts"]:
        assert entry["verdict"] in VERDICTS
        assert entry["sentence"]
        assert entry["sentence"].isprintable()
    assert len({entry["ip"] for entry in result["verdicts"]}) == len(result["verdicts"])
