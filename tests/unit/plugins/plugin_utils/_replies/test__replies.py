# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers say, each verdict with its address and its sentence."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import (
    SHIPPED,
    KnowledgeError,
    load,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read, read_with_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _knowledge as knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse

SAMPLES = Path(__file__).parents[1] / "samples" / "replies"
WORDINGS = knowledge.load()
FILES = [*knowledge.files(SHIPPED), SHIPPED / knowledge.GENERIC]


def answer(name: str) -> dict[str, Any]:
    return parse((SAMPLES / name).read_bytes(), WORDINGS)


def verdicts(result: dict[str, Any]) -> dict[str | None, str]:
    return {entry["ip"]: entry["verdict"] for entry in result["verdicts"]}


EXPECTED: dict[str, dict[str | None, str]] = {
    "microsoft_2015_acknowledged.eml": {"203.0.113.7": "acknowledged"},
    "microsoft_2015_removed.eml": {"203.0.113.7": "removed"},
    "outlook_mixed_html.eml": {
        "203.0.113.7": "denied",
        "203.0.113.8": "conditionally_mitigated",
        "203.0.113.9": "conditionally_mitigated",
        "198.51.100.0/24": "conditionally_mitigated",
        "2001:db8::7": "not_listed",
    },
    "outlook_refused.txt": {"203.0.113.7": "denied"},
    "outlook_second_level.txt": {"203.0.113.7": "mitigated"},
    "outlook_german.txt": {"203.0.113.7": "conditionally_mitigated"},
    "outlook_japanese.eml": {"203.0.113.7": "denied", "203.0.113.8": "conditionally_mitigated"},
    "french.eml": {"203.0.113.7": "removed"},
    "microsoft_back_to_portal.txt": {None: "redirected"},
    "cloudmark_confirm.txt": {"203.0.113.7": "confirmation_needed"},
    "barracuda_received.txt": {"203.0.113.7": "acknowledged"},
    "table.txt": {"203.0.113.7": "removed", "203.0.113.8": "denied", "203.0.113.9": "not_listed"},
    "two_in_one_sentence.txt": {"203.0.113.7": "removed", "203.0.113.8": "denied"},
}


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_verdicts(name: str) -> None:
    assert verdicts(answer(name)) == EXPECTED[name]


def test_the_acknowledgement_of_2015() -> None:
    result = answer("microsoft_2015_acknowledged.eml")
    assert result["tickets"] == [{"number": "1318598611", "id": "SRX1318598611ID"}]
    assert result["received_at"] == "2015-12-21T08:14:00+00:00"
    assert result["promised"] == "PT24H"
    assert result["propagation"] is None
    assert result["from"] == "olsrv.fope.example.em@css.one.microsoft.com"
    assert result["references"] == ["<pd-214af310bc.4977962258afca87f4ee96c3@example.org>"]
    assert result["cases"] == ["PD-214AF310BC"]
    assert result["date"] == "2015-12-21T08:16:02+00:00"
    assert result["verdicts"][0]["sentence"] == "Thank you for your delisting request SRX1318598611ID."


def test_the_removal_of_2015() -> None:
    result = answer("microsoft_2015_removed.eml")
    assert [ticket["number"] for ticket in result["tickets"]] == ["1318598611"]
    assert (result["propagation_from"], result["propagation"]) == ("PT1H", "PT2H")
    assert result["parties"] == ["outlook_com", "microsoft_365"]
    assert (
        result["verdicts"][0]["sentence"]
        == "The IP address you submitted has been reviewed and removed from our block lists."
    )


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("outlook_mixed_html.eml", "propagation", "PT48H"),
        ("outlook_second_level.txt", "propagation", "PT48H"),
        ("outlook_german.txt", "propagation", "PT48H"),
        ("outlook_japanese.eml", "propagation", "PT48H"),
        ("french.eml", "propagation", "PT24H"),
        ("cloudmark_confirm.txt", "promised", "PT24H"),
        ("outlook_german.txt", "language", "de"),
        ("outlook_japanese.eml", "language", "ja"),
        ("french.eml", "language", "fr"),
        ("table.txt", "language", "en"),
        ("cloudmark_confirm.txt", "parties", ["cloudmark", "cloudmark_csi"]),
        ("outlook_japanese.eml", "subject", "お問い合わせ SRX1600000002ID"),
        ("barracuda_received.txt", "tickets", [{"number": "2163524512", "id": "BBR21635-24512"}]),
    ],
)
def test_facts(name: str, field: str, value: Any) -> None:
    assert answer(name)[field] == value


def test_what_the_answer_quotes_of_us_is_not_its_own() -> None:
    assert "192.0.2.99" not in verdicts(answer("outlook_mixed_html.eml"))
    own = "> 203.0.113.9 has been removed from our block list\nWe have received your request for 203.0.113.7."
    assert verdicts(parse(own, WORDINGS)) == {"203.0.113.7": "acknowledged"}


def test_an_answer_pasted_as_a_quotation_is_read() -> None:
    assert verdicts(parse("> 203.0.113.7 has been delisted.", WORDINGS)) == {"203.0.113.7": "removed"}


def test_a_footnote_makes_no_other_address() -> None:
    text = "203.0.113.8 has been delisted, but 203.0.113.7\u00b9 was not removed from our block list."
    assert "203.0.113.71" not in verdicts(parse(text, WORDINGS))


def test_no_known_wording_is_told() -> None:
    result = parse("Good morning.", WORDINGS)
    assert result["verdicts"] == []
    assert result["notes"] == ["unclear: no known wording says a verdict"]


@pytest.mark.parametrize(
    "said",
    [
        "Your IP 203.0.113.7 has not been removed from our block list.",
        "It is not true that 203.0.113.7 has been removed from our block list.",
        "We could not confirm that 203.0.113.7 has been delisted.",
        "203.0.113.7 has been removed from our block list? No.",
        "Has 203.0.113.7 been removed from our block list?",
        "203.0.113.7 will be removed from our block list.",
        "203.0.113.7 was never removed from our block lists.",
        "Neither 203.0.113.7 nor 203.0.113.8 has been removed from our block list.",
        "None of these addresses has been removed from our block list: 203.0.113.7",
        "203.0.113.7 isn\u2019t removed from our block list.",
        "203.0.113.7 can\u02bct be removed from our block list.",
        "Status: not\nremoved from our block list. 203.0.113.7",
        "Wir haben 203.0.113.7 nicht entsperrt.",
        "203.0.113.7 wurde noch nicht von unserer Sperrliste entfernt.",
        "203.0.113.7 は解除されませんでした。",
        "203.0.113.7 の解除はできません。",
        "203.0.113.7 n\u2019a pas été retirée de notre liste.",
        "Not qualified for mitigation\n203.0.113.7",
        "203.0.113.7 was not mitigated. Mitigation is not possible.",
    ],
)
def test_what_is_negated_is_no_good_news(said: str) -> None:
    assert not {"removed", "mitigated", "conditionally_mitigated"} & set(verdicts(parse(said, WORDINGS)).values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SHIPPED)))
def test_files_are_well_formed(path: Path) -> None:
    assert list(knowledge.complaints(read_with_lines(path))) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SHIPPED)))
def test_parties_and_sources_are_known(path: Path) -> None:
    data, known = read(path), load()
    assert [slug for slug in data.get("parties", ()) if slug not in {**known.receivers, **known.blocklists}] == []
    used = {key for entry in data["verdicts"] for key in entry.get("sources", ())}
    assert used == set(data.get("sources", {}))


def _entries() -> Iterator[Any]:
    for path in FILES:
        for entry in read(path)["verdicts"]:
            yield pytest.param(entry, id=f"{path.parent.name}/{path.stem}/{entry['id']}")


@pytest.mark.parametrize("entry", list(_entries()))
def test_each_wording_says_its_verdict_and_its_near_misses_do_not(entry: dict[str, Any]) -> None:
    for sample in entry["samples"]:
        assert entry["verdict"] in verdicts(parse(sample, WORDINGS)).values(), sample
    for near_miss in entry.get("near_misses", ()):
        assert entry["verdict"] not in verdicts(parse(near_miss, WORDINGS)).values(), near_miss


def test_a_site_adds_wordings_and_a_malformed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "replies" / "own.yml"
    path.parent.mkdir()
    entry = "{id: gone, verdict: removed, language: en, any_of: [all clear], samples: [All clear.]}"
    good = f"schema: 1\nverdicts:\n  - {entry}\n"
    path.write_text(good)
    assert verdicts(parse("203.0.113.7: all clear", knowledge.load([tmp_path]))) == {"203.0.113.7": "removed"}
    path.write_text(good.replace("any_of: [all clear]", "pattern: '(a+)+'"))
    knowledge._load.cache_clear()
    with pytest.raises(KnowledgeError, match=r"own\.yml:3: "):
        knowledge.load([tmp_path])


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "huge": b"Subject: x\n\n" + b"A" * 5_000_000,
    "huge words": b"Subject: x\n\n" + b"removed from our block list " * 100_000,
    "no newline": b"removed from our block list 203.0.113.7 " * 20_000,
    "nested": b"".join(
        b'Subject: x\nContent-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3000)
    ),
    "nested messages": b"Subject: x\n" + b"Content-Type: message/rfc822\n\n" * 3000,
    "broken mime": b'Subject: x\nContent-Type: multipart/mixed; boundary="\n\n--\n--',
    "broken base64": b"Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!not base64=== x",
    "wrong charset": b'Subject: x\nContent-Type: text/plain; charset="utf-8"\n\n\xff\xfe\xfd \x80',
    "unknown charset": b'Subject: x\nContent-Type: text/plain; charset="x-klingon"\n\nIt has been delisted.',
    "slow charset": b'Subject: x\nContent-Type: text/plain; charset="punycode"\n\n' + b"a" * 500_000,
    "odd charset": b"Subject: x\nContent-Type: text/plain; charset*=utf-8'en'%ff\n\nx",
    "broken header": b"Subject: =?utf-8?B?!!!?= =?x?y?z?=\nFrom: <<>>,;:@@\nDate: yesterday\n\nx",
    "binary": bytes(range(256)) * 1000,
    "nul": b"Subject: \x00\n\n\x00removed from our block list\x00",
    "html": b"Subject: x\nContent-Type: text/html\n\n" + b"<" * 200_000 + b"<!--" * 50_000 + b"<script>" * 1000,
    "lists": b"203.0.113.7\n" * 5_000,
    "rows": b"203.0.113.7 x\n" * 5_000,
    "networks": b"0.0.0.0/0 ::/0 999.999.999.999/99 1.2.3.4/33\n" * 500,
    "ligatures": ("\ufdfa" * 60_000).encode(),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mails_are_answered_within_bounds(data: bytes) -> None:
    started = time.process_time()
    result = parse(data, WORDINGS)
    assert time.process_time() - started < 5
    assert len(str(result)) < 100_000


# Counting what is allocated takes five times as long as the work.
@pytest.mark.nightly
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mails_are_read_in_little_memory(data: bytes) -> None:
    tracemalloc.start()
    parse(data, WORDINGS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000


def test_terminal_escapes_do_not_come_through() -> None:
    result = parse("Subject: \x1b[31mx\n\n203.0.113.7 has \x1b[2Jbeen delisted.", WORDINGS)
    assert "\x1b" not in str(result)
    assert verdicts(result) == {"203.0.113.7": "removed"}
