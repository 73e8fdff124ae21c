# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the DNS says about a sender, against a scripted server."""

from __future__ import annotations

import base64
import typing as t

import pytest

pytest.importorskip("dns")

from ansible_collections.postmaster.delist.plugins.module_utils._dns import sender, sender_address
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns import scripted
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import (
    ScriptedServer,
    answer,
)

IP, SIX = "45.60.1.7", "2a00:1450::7"
REVERSE = "7.1.60.45.in-addr.arpa"
WORDS = ["dyn", "dsl", "pool"]
BLOCKING = {"no_ptr": True, "spf_unknown": None, "ptr_unknown": None, "many_ptr": False}
Look = t.Callable[..., t.Dict[str, t.Any]]


def rsa_key(bits: int, *, wrapped: bool = True) -> str:
    """Return an RSA public key of this size as DKIM has it; the number is no product of primes, and need not be."""

    def element(tag: int, content: bytes) -> bytes:
        size = len(content)
        length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        return bytes([tag]) + length + content

    number = b"\0" + ((1 << (bits - 1)) | 1).to_bytes(bits // 8, "big")
    key = element(0x30, element(2, number) + element(2, b"\1\0\1"))
    if wrapped:
        algorithm = element(0x30, element(6, bytes.fromhex("2a864886f70d010101")) + b"\5\0")
        key = element(0x30, algorithm + element(3, b"\0" + key))
    return base64.b64encode(key).decode()


def txt(text: str) -> scripted.Reply:
    parts = [text[place : place + 200] for place in range(0, len(text), 200)]
    return answer(" ".join('"' + part + '"' for part in parts), kind="TXT")


@pytest.fixture
def look(server: ScriptedServer) -> Look:
    def run(*addresses: str, domains: t.Sequence[str] = (), **more: t.Any) -> dict[str, t.Any]:
        problems = {code: {"blocks": blocks, "text": None, "wanted_by": []} for code, blocks in BLOCKING.items()}
        requirements = {
            "generic_words": WORDS,
            "relays": {"amazon_ses": "amazonses.com"},
            "problems": problems,
            "manual": [],
        }
        options = {
            "addresses": list(addresses),
            "domains": list(domains),
            "helo": {},
            "selectors": {},
            "allow_documentation": False,
            "requirements": requirements,
            "server": ["127.0.0.1"],
            "port": server.port,
            "timeout": 0.4,
            "retries": 1,
            "max_seconds": None,
        }
        return sender.check({**options, **more})

    return run


def test_a_good_address(server: ScriptedServer, look: Look) -> None:
    server.on(REVERSE, answer("mx1.example.com.", kind="PTR"), "PTR")
    server.on("mx1.example.com", answer(IP))
    found = look(IP, helo={IP: "MX1.example.com."})
    assert found["addresses"] == [
        {
            "ip": IP,
            "ptr": ["mx1.example.com"],
            "forward_confirmed": True,
            "generic": [],
            "helo": "mx1.example.com",
            "helo_resolves": True,
            "helo_is_ptr": True,
            "problems": [],
            "delist_ready": True,
        }
    ]
    assert found["delist_ready"] is True


def test_ipv6_is_looked_up_in_its_own_tree(server: ScriptedServer, look: Look) -> None:
    reverse = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.5.4.1.0.0.a.2.ip6.arpa"
    server.on(reverse, answer("mx1.example.com.", kind="PTR"), "PTR")
    server.on("mx1.example.com", answer(SIX, kind="AAAA"), "AAAA")
    assert look(SIX)["addresses"][0]["problems"] == []


def test_an_address_without_a_name(server: ScriptedServer, look: Look) -> None:
    found = look(IP, "10.0.0.1")
    assert found["addresses"][0]["problems"] == ["no_ptr"]
    assert (found["delist_ready"], [row["code"] for row in found["blockers"]]) == (False, ["no_ptr"])
    assert found["skipped_targets"] == [{"target": "10.0.0.1", "cause": "not_global"}]


def test_names_that_do_not_lead_back(server: ScriptedServer, look: Look) -> None:
    server.on(REVERSE, answer("a.example.com.", "b.example.com.", kind="PTR"), "PTR")
    server.on("a.example.com", answer("198.41.0.4"))
    found = look(IP, helo={IP: "other.example.com"})
    assert found["addresses"][0]["problems"] == [
        "helo_does_not_resolve",
        "helo_is_not_ptr",
        "many_ptr",
        "not_forward_confirmed",
    ]


def test_what_cannot_be_learnt_is_no_problem(server: ScriptedServer, look: Look) -> None:
    server.on(REVERSE, scripted.rcode("SERVFAIL"), "PTR")
    found = look(IP, helo={IP: "mx1.example.com"})
    row = found["addresses"][0]
    assert (row["forward_confirmed"], row["helo_is_ptr"]) == (None, None)
    assert "ptr_unknown" in row["problems"]
    assert found["delist_ready"] is None


def test_an_unconfirmed_name_may_be_right(server: ScriptedServer, look: Look) -> None:
    server.on(REVERSE, answer("mx1.example.com.", kind="PTR"), "PTR")
    server.on("mx1.example.com", scripted.silence)
    assert look(IP)["addresses"][0]["forward_confirmed"] is None


@pytest.mark.parametrize(
    ("name", "ip", "generic"),
    [
        ("45-60-1-7.example.net", IP, True),
        ("7.1.60.45.static.example.net", IP, True),
        ("host-060-001-007.example.net", IP, True),
        ("ip2d3c0107.example.net", IP, True),
        ("dsl-customer.example.net", IP, True),
        ("mx7.example.com", IP, False),
        ("mail.poolside.example", IP, False),
        ("smtp45.eu-1.example.com", IP, False),
        ("h0000000-00000007.example.net", SIX, True),
        ("mx.example.com", SIX, False),
    ],
)
def test_generic_names(name: str, ip: str, generic: bool) -> None:
    assert sender_address.is_generic(name, ip, WORDS) is generic


def spf_of(look: Look, *addresses: str) -> dict[str, t.Any]:
    (row,) = look(*addresses, domains=["example.com"])["domains"]
    return {**row["spf"], "problems": [problem for problem in row["problems"] if "spf" in problem]}


def test_spf_covers_by_every_mechanism(server: ScriptedServer, look: Look) -> None:
    record = "v=spf1 ip4:45.60.2.0/24 a:web.example.com/28 mx ip6:2a00:1450::/32 include:_spf.example.net -all"
    server.on("example.com", txt(record), "TXT")
    server.on("web.example.com", answer("45.60.3.1"))
    server.on("example.com", answer("10 mx.example.com.", kind="MX"), "MX")
    server.on("mx.example.com", answer("45.60.4.1"))
    server.on("_spf.example.net", txt("v=spf1 ip4:45.60.5.1 ~all"), "TXT")
    found = spf_of(look, "45.60.2.9", "45.60.3.14", "45.60.4.1", SIX, "45.60.5.1", "45.60.3.16")
    assert found["covers"] == {
        "45.60.2.9": "pass",
        "45.60.3.14": "pass",
        "45.60.4.1": "pass",
        SIX: "pass",
        "45.60.5.1": "pass",
        "45.60.3.16": "fail",
    }
    assert (found["lookups"], found["voids"], found["problems"]) == (3, 0, ["spf_does_not_cover"])


def test_spf_of_a_relay(server: ScriptedServer, look: Look) -> None:
    server.on("example.com", txt("v=spf1 redirect=_spf.example.com"), "TXT")
    server.on("_spf.example.com", txt("v=spf1 include:amazonses.com ~all"), "TXT")
    server.on("amazonses.com", txt("v=spf1 ip4:45.60.1.0/24 -all"), "TXT")
    found = spf_of(look, IP, "45.60.9.9")
    assert found["covers_relays"] == {"amazon_ses": True}
    assert found["covers"] == {IP: "pass", "45.60.9.9": "softfail"}
    assert found["lookups"] == 2


@pytest.mark.parametrize(
    ("records", "problems"),
    [
        ([], ["no_spf"]),
        (["v=spf1 -all", "v=spf1 +all"], ["spf_twice"]),
        (["v=spf10 -all"], ["no_spf"]),
        (["v=spf1 ip4:45.60.1.0/24 +all"], ["spf_allows_all"]),
        (["v=spf1 ip4:45.60.1.7 ptr -all"], ["spf_ptr"]),
        (["v=spf1 ip4:45.60.1.7 ip4:45.60.1.777 bogus -all"], ["spf_syntax"]),
        (["v=spf1 ip4:45.60.1.7 include:nothing.example -all"], ["spf_include_without_record"]),
        (["v=spf1 ip4:45.60.1.7 a:x.example a:y.example a:z.example -all"], ["spf_too_many_voids"]),
        (["v=spf1 -all"], ["spf_does_not_cover"]),
        (["v=spf1 exists:%{i}.example.com -all"], ["spf_unknown"]),
        (["v=spf1 redirect=%{d}.example.com"], ["spf_unknown"]),
    ],
)
def test_spf_problems(server: ScriptedServer, look: Look, records: list[str], problems: list[str]) -> None:
    if records:
        server.on("example.com", answer(*(f'"{record}"' for record in records), kind="TXT"), "TXT")
    assert spf_of(look, IP)["problems"] == problems


def test_spf_that_costs_too_much(server: ScriptedServer, look: Look) -> None:
    server.on("example.com", txt("v=spf1 ip4:45.60.1.7 include:a.example include:b.example -all"), "TXT")
    for name in ("a", "b"):
        server.on(
            f"{name}.example", txt("v=spf1 " + " ".join(f"a:{name}{n}.example" for n in range(5)) + " -all"), "TXT"
        )
        for number in range(5):
            server.on(f"{name}{number}.example", answer("198.41.0.4"))
    found = spf_of(look, IP)
    assert (found["lookups"], found["problems"]) == (12, ["spf_too_many_lookups"])


def test_spf_that_goes_round_ends(server: ScriptedServer, look: Look) -> None:
    server.on("example.com", txt("v=spf1 include:example.com -all"), "TXT")
    found = spf_of(look, IP)
    assert "spf_too_many_lookups" in found["problems"]
    assert found["covers"] == {IP: "unknown"}
    assert server.count("example.com", "TXT") == 1


def test_spf_that_cannot_be_read_is_unknown(server: ScriptedServer, look: Look) -> None:
    server.on("example.com", txt("v=spf1 include:slow.example -all"), "TXT")
    server.on("slow.example", scripted.silence, "TXT")
    found = spf_of(look, IP)
    assert (found["covers"], found["problems"]) == ({IP: "unknown"}, ["spf_unknown"])


@pytest.mark.parametrize(
    ("record", "state", "bits", "problems"),
    [
        (f"v=DKIM1; k=rsa; p={rsa_key(2048)}", "present", 2048, []),
        (f"k=rsa; p={rsa_key(1024)}", "present", 1024, ["dkim_short"]),
        (f"v=DKIM1; p={rsa_key(1024, wrapped=False)}", "present", 1024, ["dkim_short"]),
        (f"v=DKIM1; p={rsa_key(512)}", "present", 512, ["dkim_weak"]),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "present", 256, []),
        ("v=DKIM1; p=", "revoked", None, ["dkim_revoked"]),
        ("v=DKIM1; p=AAAA", "broken", None, ["dkim_broken"]),
        ("v=DKIM1; p=" + rsa_key(2048)[:100], "broken", None, ["dkim_broken"]),
        ("something else", "missing", None, ["dkim_missing"]),
    ],
)
def test_dkim(
    server: ScriptedServer, look: Look, record: str, state: str, bits: int | None, problems: list[str]
) -> None:
    server.on("s1._domainkey.example.com", txt(record.replace(";", "\\;")), "TXT")
    (row,) = look(domains=["example.com"], selectors={"Example.com": ["s1"]})["domains"]
    (key,) = row["dkim"]
    assert (key["state"], key["bits"]) == (state, bits)
    assert [problem for problem in row["problems"] if "dkim" in problem] == problems


@pytest.mark.parametrize(
    ("domain", "records", "at", "policy"),
    [
        ("example.com", {"example.com": "v=DMARC1; p=reject; rua=mailto:d@example.com"}, "example.com", "reject"),
        ("news.example.com", {"example.com": "v=DMARC1; p=reject; sp=quarantine"}, "example.com", "quarantine"),
        ("a.b.example.com", {"example.com": "v=DMARC1; p=none", "b.example.com": "v=DMARC1; p=reject; psd=n"},
         "b.example.com", "reject"),
        ("x.example.co", {"co": "v=DMARC1; p=reject; psd=y", "example.co": "v=DMARC1; p=none"}, "example.co", "none"),
        ("example.com", {"example.com": "v=DMARC1"}, "example.com", "none"),
        ("example.com", {}, None, None),
    ],
)  # fmt: skip
def test_dmarc(
    server: ScriptedServer,
    look: Look,
    domain: str,
    records: dict[str, str],
    at: str | None,
    policy: str | None,
) -> None:
    for name, record in records.items():
        server.on("_dmarc." + name, txt(record.replace(";", "\\;")), "TXT")
    (row,) = look(domains=[domain])["domains"]
    assert (row["dmarc"]["at"], row["dmarc"]["policy"]) == (at, policy)
    assert ("no_dmarc" in row["problems"]) is (at is None)


def test_a_walk_up_a_long_name_asks_eight(server: ScriptedServer, look: Look) -> None:
    look(domains=[".".join("abcdefghijkl")])
    walked = [name for name, kind in server.asked if name.startswith("_dmarc.")]
    assert len(set(walked)) == 8
    assert {"_dmarc.a.b.c.d.e.f.g.h.i.j.k.l", "_dmarc.f.g.h.i.j.k.l", "_dmarc.l"} <= set(walked)


@pytest.mark.parametrize(
    ("record", "problems", "null"),
    [("0 .", ["null_mx"], True), ("10 mx.example.com.", [], False), (None, ["no_mx"], False)],
)
def test_where_mail_goes(
    server: ScriptedServer, look: Look, record: str | None, problems: list[str], null: bool
) -> None:
    if record:
        server.on("example.com", answer(record, kind="MX"), "MX")
    (row,) = look(domains=["example.com"])["domains"]
    assert [problem for problem in row["problems"] if problem.endswith("mx")] == problems
    assert row["null_mx"] is null


def test_inbound_protection(server: ScriptedServer, look: Look) -> None:
    server.on("_mta-sts.example.com", txt("v=STSv1\\; id=20260101"), "TXT")
    server.on("_smtp._tls.example.com", scripted.rcode("SERVFAIL"), "TXT")
    (row,) = look(domains=["example.com"])["domains"]
    assert (row["mta_sts"], row["tls_rpt"]) == (True, None)


def test_each_question_is_asked_once(server: ScriptedServer, look: Look) -> None:
    look(IP, "45.60.1.8", domains=["a.example.com", "b.example.com"])
    assert len(server.asked) == len(set(server.asked))
