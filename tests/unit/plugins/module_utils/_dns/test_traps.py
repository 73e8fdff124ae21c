# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traps of asking block lists, each played by a scripted server, each with the states that must come out."""

from __future__ import annotations

import dns.message
import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names, survey
from ansible_collections.postmaster.delist.plugins.module_utils._dns.patience import FIRST_PAUSE
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns import scripted
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.conftest import Ask, make_zone
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import ScriptedServer, answer
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.virtual_time import VirtualTime

TARGET, OTHER = "45.60.1.7", "45.60.1.8"
NAME, OTHER_NAME = "7.1.60.45.bl.test", "8.1.60.45.bl.test"
TEXT = {"en": "not served", "ja": "応答なし"}
REFUSAL = {"127.255.255.252-255": TEXT}


def test_four_outcomes(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2"))
    server.on("9.1.60.45.bl.test", scripted.nodata)
    server.on("10.1.60.45.bl.test", scripted.rcode("SERVFAIL"))
    found = ask(make_zone(), [TARGET, OTHER, "45.60.1.9", "45.60.1.10", "10.0.0.1"])
    assert [(row["target"], row["state"], row["cause_of_unknown"]) for row in found.rows] == [
        (TARGET, "listed", None),
        (OTHER, "clean", None),
        ("45.60.1.9", "clean", None),
        ("45.60.1.10", "unknown", "servfail"),
        ("10.0.0.1", "skipped", "not_global"),
    ]
    assert found.totals == {"listed": 1, "allowed": 0, "clean": 2, "unknown": 1, "skipped": 1, "coverage": 75.0}
    assert [row["target"] for row in found.short] == [TARGET, "45.60.1.10"]


@pytest.mark.parametrize(
    ("code", "cause"), [("SERVFAIL", "servfail"), ("FORMERR", "malformed"), ("NOTIMP", "malformed")]
)
def test_a_failure_is_never_clean(server: ScriptedServer, ask: Ask, code: str, cause: str) -> None:
    server.healthy("bl.test")
    server.on(NAME, scripted.rcode(code))
    assert ask(make_zone(), [TARGET]).state(TARGET) == ("unknown", cause)


def test_silence_is_never_clean(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, scripted.silence)
    found = ask(make_zone(), [TARGET, OTHER])
    assert found.state(TARGET) == ("unknown", "timeout")
    assert found.state(OTHER) == ("clean", None)
    assert server.count(NAME) == 2


def test_a_referral_is_never_clean(server: ScriptedServer, ask: Ask) -> None:
    def referral(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.authority.append(dns.rrset.from_text("test.", 60, "IN", "NS", "ns.test."))
        return response.to_wire()

    server.healthy("bl.test")
    server.on(NAME, referral)
    assert ask(make_zone(), [TARGET]).state(TARGET) == ("unknown", "lame")


def test_refused_by_rcode_stops_the_zone(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, scripted.rcode("REFUSED"))
    found = ask(make_zone(), [TARGET, OTHER])
    assert found.state(TARGET) == found.state(OTHER) == ("unknown", "refused")
    assert found.zones["bl.test"]["health"] == "refused"


def test_an_error_code_is_never_a_listing(server: ScriptedServer, ask: Ask) -> None:
    server.on("2.0.0.127.bl.test", answer("127.255.255.254"))
    found = ask(make_zone(errors=REFUSAL), [TARGET])
    assert found.state(TARGET) == ("unknown", "refused")
    assert found.zones["bl.test"]["health"] == "refused"
    assert found.zones["bl.test"]["says"] == [TEXT]
    assert server.count(NAME) == 0


def test_an_error_code_among_others_spoils_the_answer(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2", "127.255.255.255"))
    assert ask(make_zone(errors=REFUSAL), [TARGET]).state(TARGET) == ("unknown", "refused")


def test_an_error_bit_is_never_a_listing(server: ScriptedServer, ask: Ask) -> None:
    zone = make_zone(codes={}, masks={"2": "bad", "4": "worse"}, error_masks={"1": TEXT}, targets=["domain"])
    server.healthy("bl.test", kinds=["domain"])
    server.on("example.com.bl.test", answer("127.0.0.1"))
    assert ask(zone, domains=["example.com"]).state("example.com") == ("unknown", "refused")


def test_bits_are_combined(server: ScriptedServer, ask: Ask) -> None:
    zone = make_zone(codes={}, masks={"2": "bad", "4": "worse"}, error_masks={"1": TEXT}, targets=["domain"])
    server.healthy("bl.test", kinds=["domain"])
    server.on("example.com.bl.test", answer("127.0.0.6"))
    row = ask(zone, domains=["example.com"]).row("example.com")
    assert (row["state"], row["lists"], row["severity"]) == ("listed", ["bad", "worse"], "critical")


def test_one_is_a_listing_where_the_zone_says_so(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.1"))
    assert ask(make_zone(codes={"127.0.0.1-5": "bad"}), [TARGET]).state(TARGET) == ("listed", None)


def test_a_code_that_nobody_knows_is_unknown(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.77"))
    row = ask(make_zone(), [TARGET]).row(TARGET)
    assert (row["state"], row["cause_of_unknown"], row["codes"]) == ("unknown", "unrecognised", ["127.0.0.77"])


def test_a_parking_address_poisons_the_zone(server: ScriptedServer, ask: Ask) -> None:
    server.on("2.0.0.127.bl.test", answer("192.0.2.80"))
    server.on("1.0.0.127.bl.test", answer("192.0.2.80"))
    found = ask(make_zone(), [TARGET])
    assert (found.state(TARGET), found.zones["bl.test"]["health"]) == (("unknown", "poisoned"), "poisoned")


def test_a_zone_poisoned_on_the_way_is_not_believed_at_all(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2"))
    server.on(OTHER_NAME, lambda query: [(0.1, answer("198.51.100.1")(query))])
    found = ask(make_zone(), [TARGET, OTHER])
    assert found.state(TARGET) == found.state(OTHER) == ("unknown", "poisoned")


def test_a_rewriting_resolver_is_not_asked(server: ScriptedServer, ask: Ask) -> None:
    server.default = answer("192.0.2.1")
    found = ask(make_zone(), [TARGET])
    assert found.found.resolver == ("rewriting", ("192.0.2.1",))
    assert found.state(TARGET) == ("unknown", "resolver_rewrites")
    assert not [name for name, _kind in server.asked if name.endswith("bl.test")]


def test_all_answers_count_in_any_order(server: ScriptedServer, ask: Ask) -> None:
    zone = make_zone(codes={"127.0.0.2": "bad", "127.0.0.4": "worse", "127.0.0.10": "bad"})
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.4", "127.0.0.10", "127.0.0.2"))
    server.on(OTHER_NAME, answer("127.0.0.2", "127.0.0.4", "127.0.0.10"))
    found = ask(zone, [TARGET, OTHER])
    first, second = found.row(TARGET), found.row(OTHER)
    assert first["codes"] == second["codes"] == ["127.0.0.10", "127.0.0.2", "127.0.0.4"]
    assert first["list"] == "worse"


def test_ipv6_is_asked_in_nibbles(server: ScriptedServer, ask: Ask) -> None:
    nibbles = "2.2.0.0.6.a.c.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test"
    server.healthy("bl.test", kinds=["ip6"])
    server.on(nibbles, answer("127.0.0.2"))
    found = ask(make_zone(targets=["ip6"]), ["2001:0DB8::7ca6:22"], documentation=True)
    assert found.state("2001:db8::7ca6:22") == ("listed", None)


def test_a_zone_without_ipv6_is_not_asked_about_it(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    found = ask(make_zone(), [TARGET, "2a00:1450::1"])
    assert found.state("2a00:1450::1") == ("skipped", "not_for_this_kind")


def test_ipv6_is_proven_apart_from_ipv4(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    found = ask(make_zone(targets=["ip4", "ip6"]), [TARGET, "2a00:1450::1"])
    assert found.state(TARGET) == ("clean", None)
    assert found.state("2a00:1450::1") == ("unknown", "empty_or_dead")
    assert found.zones["bl.test"]["families"] == {"ip4": "healthy", "ip6": "empty_or_dead"}


def test_mapped_ipv4_is_asked_as_ipv4(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2"))
    assert ask(make_zone(), ["::ffff:45.60.1.7"]).state(TARGET) == ("listed", None)


NOT_GLOBAL = [
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.1.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "::1",
    "fe80::1",
    "fd00::1",
    "2001:db8::1",
    "64:ff9b::2d3c:107",
    "::ffff:10.1.2.3",
]


@pytest.mark.parametrize("ip", NOT_GLOBAL)
def test_what_is_not_global_is_never_sent_out(server: ScriptedServer, ask: Ask, ip: str) -> None:
    server.healthy("bl.test", kinds=["ip4", "ip6"])
    found = ask(make_zone(targets=["ip4", "ip6"]), [ip])
    assert found.problems == ["not_global"]
    assert not [name for name, _kind in server.asked if name.endswith("bl.test")]


def test_domains_are_asked_in_idna_and_lower_case(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test", kinds=["domain"])
    server.on("xn--bcher-kva.example.bl.test", answer("127.0.0.2"))
    found = ask(make_zone(targets=["domain"]), domains=["Bücher.Example.", "com", "192.0.2.1", "a..b"])
    assert found.state("xn--bcher-kva.example") == ("listed", None)
    assert set(found.problems) == {"no_domain", "address_given", "malformed"}


def test_an_emptied_zone_proves_nothing(server: ScriptedServer, ask: Ask) -> None:
    found = ask(make_zone(), [TARGET])
    assert (found.state(TARGET), found.zones["bl.test"]["health"]) == (("unknown", "empty_or_dead"), "empty_or_dead")
    assert server.count(NAME) == 0


def test_a_wildcard_proves_nothing(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on("1.0.0.127.bl.test", answer("127.0.0.2"))
    found = ask(make_zone(), [TARGET])
    assert (found.state(TARGET), found.zones["bl.test"]["health"]) == (("unknown", "wildcard"), "wildcard")


def test_a_zone_may_have_test_points_of_its_own(server: ScriptedServer, ask: Ask) -> None:
    zone = make_zone(targets=["domain"], tests={"domain": {"listed": "always.example", "clean": None}})
    server.on("always.example.bl.test", answer("127.0.0.2"))
    assert ask(zone, domains=["example.com"]).state("example.com") == ("clean", None)


def test_a_zone_without_a_test_point_is_never_clean(server: ScriptedServer, ask: Ask) -> None:
    zone = make_zone(tests={"ip4": {"listed": None, "clean": None}})
    server.on(NAME, answer("127.0.0.2"))
    found = ask(zone, [TARGET, OTHER])
    assert found.state(TARGET) == ("listed", None)
    assert found.state(OTHER) == ("unknown", "unproven")


def test_names_that_stand_empty_between_others_hide_the_zone(server: ScriptedServer, ask: Ask) -> None:
    """A resolver that takes a "no such name" in the middle for the end of the tree makes every target look clean."""
    server.on("127.bl.test", scripted.nxdomain)
    found = ask(make_zone(), [TARGET])
    assert found.state(TARGET) == ("unknown", "empty_or_dead")


def test_asking_ends_with_the_first_refusal(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on("0.1.60.45.bl.test", answer("127.255.255.255"))
    found = ask(make_zone(errors=REFUSAL), ["45.60.1.0/24", "45.60.2.0/24"])
    assert {(row["state"], row["cause_of_unknown"]) for row in found.rows} == {("unknown", "refused")}
    assert len(server.asked) < 300
    assert found.totals["coverage"] == 0.0
    assert found.short == []


def test_asking_ends_when_a_zone_falls_silent(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.healthy("other.test")
    server.default = lambda query: None if "45.bl.test" in str(query.question[0].name) else scripted.nxdomain(query)
    found = ask([make_zone(), make_zone("other.test")], ["45.60.1.0/24"], timeout=0.3)
    assert found.zones["bl.test"]["health"] == "timeout"
    assert found.zones["bl.test"]["unknown"] == 256
    assert found.zones["other.test"] == {**found.zones["other.test"], "health": "healthy", "clean": 256}


def test_a_rate_is_kept(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    ask(make_zone(limits={"per_second": 20}), ["45.60.1.0/29"])
    times = [when for (name, _kind), when in zip(server.asked, server.times) if name.endswith("bl.test")]
    assert len(times) == 10
    assert times[-1] - times[0] == pytest.approx(9 / 20)


def test_a_budget_is_kept(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    found = ask(make_zone(limits={"per_day": 5}), ["45.60.1.0/29"])
    assert [row["state"] for row in found.rows] == ["clean"] * 5 + ["unknown"] * 3
    assert found.rows[-1]["cause_of_unknown"] == "budget"


def test_time_runs_out(server: ScriptedServer, ask: Ask, virtual_time: VirtualTime) -> None:
    server.healthy("bl.test")
    started = virtual_time.now
    found = ask(make_zone(limits={"per_second": 10}), ["45.60.1.0/26"], max_seconds=0.5)
    assert virtual_time.now - started == pytest.approx(0.5)
    assert found.rows[0]["state"] == "clean"
    assert (found.rows[-1]["state"], found.rows[-1]["cause_of_unknown"]) == ("unknown", "deadline")
    assert found.zones["bl.test"]["health"] == "healthy"


def test_names_are_absolute_and_not_too_long(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test", kinds=["domain"])
    fits, too_long = ".".join(["a" * 61] * 4), ".".join(["a" * 62] * 4)
    assert len(fits) <= 253
    found = ask(make_zone(targets=["domain"]), domains=["example.com", fits, ".".join(["a" * 63] * 4)])
    assert found.state("example.com") == ("clean", None)
    assert found.state(fits) == ("unknown", "too_long")
    assert found.problems == ["too_long"]
    assert names.domain_target(too_long).problem is None


def test_each_name_is_asked_once_and_its_ttl_told(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2", ttl=120))
    found = ask(make_zone(), [TARGET, TARGET, "::ffff:45.60.1.7", "45.60.1.7/32"])
    assert server.count(NAME) == 1
    assert found.row(TARGET)["ttl"] == 120


def test_truncated_is_asked_again_by_tcp(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, scripted.truncated)
    server.tcp_script[NAME, "A"] = answer("127.0.0.2")
    assert ask(make_zone(), [TARGET]).state(TARGET) == ("listed", None)


def test_truncated_without_tcp_is_unknown(server_without_tcp: ScriptedServer, ask: Ask) -> None:
    server_without_tcp.healthy("bl.test")
    server_without_tcp.on(NAME, scripted.truncated)
    assert ask(make_zone(), [TARGET], via=server_without_tcp).state(TARGET) == ("unknown", "truncated")


def test_tcp_that_hangs_is_unknown(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, scripted.truncated)
    server.tcp_script[NAME, "A"] = scripted.silence
    assert ask(make_zone(), [TARGET]).state(TARGET) == ("unknown", "truncated")


def test_the_reason_is_the_target_s_own(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2"))
    server.on(NAME, answer('"Seen in " "a trap"', '"https://list.example/?ip=45.60.1.7"', kind="TXT"), "TXT")
    server.on("2.0.0.127.bl.test", answer('"the test entry"', kind="TXT"), "TXT")
    found = ask(make_zone(), [TARGET, OTHER])
    assert found.row(TARGET)["reason"] == "Seen in a trap | https://list.example/?ip=45.60.1.7"
    assert [name for name, kind in server.asked if kind == "TXT"] == [NAME]
    assert (server.edns[NAME, "TXT"], server.edns[NAME, "A"]) == (1232, 0)


def test_a_reason_is_foreign_text(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2"))
    server.on(NAME, answer('"\\027[31mred\\013\\010Bcc: x" "' + "y" * 255 + '" "' + "z" * 255 + '"', kind="TXT"), "TXT")
    reason = ask(make_zone(), [TARGET]).row(TARGET)["reason"]
    assert reason.isprintable()
    assert reason.startswith("[31mred Bcc: x")
    assert len(reason) == 300


def test_dnssec_bogus_is_unknown(server: ScriptedServer, ask: Ask) -> None:
    server.default = lambda query: (
        scripted.rcode("SERVFAIL")(query) if "bl.test" in str(query.question[0].name) else scripted.nxdomain(query)
    )
    found = ask(make_zone(), [TARGET])
    assert (found.state(TARGET), found.zones["bl.test"]["health"]) == (("unknown", "failed"), "failed")


def test_an_alias_is_followed(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, scripted.alias("7.1.60.45.mirror.test.", "127.0.0.2"))
    server.on(OTHER_NAME, scripted.alias("nothing.test."))
    found = ask(make_zone(), [TARGET, OTHER])
    assert found.state(TARGET) == ("listed", None)
    assert found.row(TARGET)["ttl"] == 60
    assert found.state(OTHER) == ("clean", None)


def test_an_allow_list_is_no_listing_against_you(server: ScriptedServer, ask: Ask) -> None:
    zone = make_zone("wl.test", kind="allow", codes={"127.0.*.0-3": "good"})
    server.healthy("wl.test")
    server.on("7.1.60.45.wl.test", answer("127.0.5.2"))
    row = ask(zone, [TARGET]).row(TARGET, "wl.test")
    assert (row["state"], row["kind"], row["severity"], row["delist"]) == ("listed", "allow", "info", None)


def test_a_mixed_list_says_both(server: ScriptedServer, ask: Ask) -> None:
    zone = make_zone(kind="mixed", codes={"127.0.0.2": "bad", "127.0.0.1": "good"}, neutral={"127.0.0.3": TEXT})
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.1"))
    server.on(OTHER_NAME, answer("127.0.0.3"))
    server.on("9.1.60.45.bl.test", answer("127.0.0.1", "127.0.0.2"))
    found = ask(zone, [TARGET, OTHER, "45.60.1.9"])
    assert found.row(TARGET)["kind"] == "allow"
    assert (found.row(OTHER)["state"], found.row(OTHER)["meanings"]) == ("clean", [TEXT])
    assert (found.row("45.60.1.9")["kind"], found.row("45.60.1.9")["list"]) == ("block", "bad")


def test_a_reply_with_a_wrong_id_is_ignored(server: ScriptedServer, ask: Ask) -> None:
    def forged(query: dns.message.Message) -> list:
        wire = answer("127.0.0.2")(query)
        return [bytes([wire[0] ^ 255]) + wire[1:], (0.05, scripted.nxdomain(query))]

    server.healthy("bl.test")
    server.on(NAME, forged)
    found = ask(make_zone(), [TARGET])
    assert found.state(TARGET) == ("clean", None)
    assert found.found.strays >= 1


def test_a_reply_to_another_question_is_ignored(server: ScriptedServer, ask: Ask) -> None:
    def forged(query: dns.message.Message) -> bytes:
        other = dns.message.make_query(OTHER_NAME, "A")
        other.id = query.id
        return answer("127.0.0.2")(other)

    server.healthy("bl.test")
    server.on(NAME, forged)
    assert ask(make_zone(), [TARGET]).state(TARGET) == ("unknown", "timeout")


def test_a_question_is_no_reply(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, lambda query: query.to_wire())
    assert ask(make_zone(), [TARGET]).state(TARGET) == ("unknown", "timeout")


def test_rubbish_is_unknown(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on(NAME, lambda query: answer("127.0.0.2")(query)[:-7])
    server.on(OTHER_NAME, lambda _query: b"\0")
    found = ask(make_zone(), [TARGET, OTHER])
    assert found.state(TARGET) == ("unknown", "malformed")
    assert found.state(OTHER) == ("unknown", "timeout")


def test_a_late_duplicate_changes_nothing(server: ScriptedServer, ask: Ask) -> None:
    def twice(query: dns.message.Message) -> list:
        return [scripted.nxdomain(query), (0.05, answer("127.0.0.2")(query))]

    server.healthy("bl.test")
    server.on(NAME, twice)
    server.on(OTHER_NAME, lambda query: [(0.2, scripted.nxdomain(query))])
    found = ask(make_zone(), [TARGET, OTHER])
    assert found.state(TARGET) == ("clean", None)
    assert found.found.strays >= 1


def test_strays_do_not_keep_it_busy(server: ScriptedServer, ask: Ask, virtual_time: VirtualTime) -> None:
    server.healthy("bl.test")
    server.on(NAME, lambda query: [scripted.nxdomain(query)] + [(0.01, scripted.nxdomain(query))] * 3)
    server.on(OTHER_NAME, scripted.silence)
    ask(make_zone(), [TARGET, OTHER])
    assert virtual_time.turns < 100


def test_a_lost_question_is_asked_again(server: ScriptedServer, ask: Ask, virtual_time: VirtualTime) -> None:
    server.healthy("bl.test")
    server.on(NAME, scripted.in_turn(scripted.silence, answer("127.0.0.2")))
    started = virtual_time.now
    assert ask(make_zone(), [TARGET]).state(TARGET) == ("listed", None)
    assert virtual_time.now - started <= FIRST_PAUSE


def test_ports_and_ids_are_many(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    ask(make_zone(), ["45.60.1.0/25"])
    assert len(server.sources) == 4
    assert len(set(server.ids)) > 100


def test_never_more_than_the_window_is_under_way(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.default = lambda query: [(0.15, scripted.nxdomain(query))]
    ask(make_zone(), ["45.60.0.0/23"], timeout=3, retries=0)
    times = sorted(when for (name, _kind), when in zip(server.asked, server.times) if name.endswith(".45.bl.test"))
    assert max(sum(start <= when < start + 0.14 for when in times) for start in times) <= 128


def test_another_resolver_helps_out(server: ScriptedServer) -> None:
    zone = make_zone()
    server.healthy("bl.test")
    server.on(NAME, answer("127.0.0.2"))
    # Nobody listens at 127.0.0.9: its questions go to the other one.
    found = survey.survey(
        [zone], names.targets([TARGET, OTHER], []), survey.Way(["127.0.0.9", "127.0.0.1"], server.port, timeout=2)
    )
    assert [tally.state(0) for tally in found.tallies] == [2]
    assert [tally.state(1) for tally in found.tallies] == [1]


def test_who_wants_to_know_hears_how_far_it_is(server: ScriptedServer) -> None:
    server.healthy("bl.test")
    heard: list[tuple[int, int]] = []
    way = survey.Way(["127.0.0.1"], server.port, timeout=2)
    survey.survey(
        [make_zone()], names.targets([TARGET, OTHER], []), way, lambda done, total: heard.append((done, total))
    )
    assert heard == [(1, 2), (2, 2)]
