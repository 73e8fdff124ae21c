# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each way in which Postfix words a refusal, and what only looks like one, through the whole engine."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _render
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import sums_of

HOST = "mx1.example.net[198.51.100.25]"
SAID = f"host {HOST} said: 550 5.7.1 203.0.113.7 is blocked (in reply to RCPT TO command)"


def line(
    reason: str, *, status: str = "deferred", relay: str = f"{HOST}:25", program: str = "smtp", **more: str
) -> str:
    queue_id, to, dsn, delay = (
        more.get(name, default)
        for name, default in (("queue_id", "4AB1C2D3"), ("to", "a@example.com"), ("dsn", "4.0.0"), ("delay", "1.5"))
    )
    return (
        f"Nov 24 {more.get('time', '10:00:00')} mx1 postfix/{program}[7]: {queue_id}: to=<{to}>, relay={relay},"
        f" delay={delay}, delays=0.1/0/0.4/1, dsn={dsn}, status={status} ({reason})"
    )


def said(text: str, program: str = "smtp", at: str = "10:00:00") -> str:
    return f"Nov 24 {at} mx1 postfix/{program}[7]: 4AB1C2D3: {text}"


def replies(*lines: str) -> list[dict[str, t.Any]]:
    return _render.replies(sums_of("".join(one + "\n" for one in lines).encode()), Privacy("domains"))


def only(*lines: str) -> dict[str, t.Any]:
    (reply,) = replies(*lines)
    return reply


def outcomes(reply: dict[str, t.Any]) -> dict[str, int]:
    return {outcome: number for outcome, number in reply["outcomes"].items() if number}


# The sentences


def test_a_refused_command_names_host_code_stage_and_address() -> None:
    reply = only(line(SAID, status="bounced", dsn="5.7.1"))
    assert (reply["relay_host"], reply["relay_ips"]) == ("mx1.example.net", ["198.51.100.25"])
    assert (reply["code"], reply["enhanced"], reply["stage"], reply["shape"]) == (550, "5.7.1", "RCPT TO", "said")
    assert reply["named_ips"] == ["203.0.113.7"]


def test_the_port_is_that_of_the_newest_line() -> None:
    assert only(line(SAID), line(SAID, relay=f"{HOST}:587"))["relay_port"] == 587
    assert only(said(f"host {HOST} said: 450 4.7.1 no (in reply to RCPT TO command)"))["relay_port"] is None


def test_a_greeting_refusal_is_a_deferral_whose_quoted_code_counts() -> None:
    reply = only(line(f"host {HOST} refused to talk to me: 554 IP=203.0.113.7 - problem"))
    assert (reply["code"], reply["dsn"], reply["stage"], reply["shape"]) == (554, "4.0.0", "greeting", "refused")
    assert reply["named_ips"] == ["203.0.113.7"]
    assert outcomes(reply) == {"deferred": 1}


def test_a_connection_timed_out() -> None:
    reply = only(line(f"connect to {HOST}:25: Connection timed out", relay="none"))
    assert (reply["shape"], reply["relay_host"], reply["code"]) == ("connect", "mx1.example.net", None)


def test_a_connection_refused() -> None:
    assert only(line(f"connect to {HOST}:25: Connection refused", relay="none"))["shape"] == "connect"


def test_a_connection_lost_in_the_greeting() -> None:
    reply = only(line(f"lost connection with {HOST} while receiving the initial server greeting"))
    assert (reply["shape"], reply["stage"]) == ("lost", "greeting")


def test_a_connection_lost_after_a_recipient() -> None:
    assert only(line(f"lost connection with {HOST} while sending RCPT TO"))["stage"] == "RCPT TO"


def test_a_connection_lost_in_the_helo_handshake() -> None:
    assert only(line(f"lost connection with {HOST} while performing the HELO handshake"))["stage"] == "HELO"


def test_a_conversation_timed_out() -> None:
    reply = only(line(f"conversation with {HOST} timed out while sending message body"))
    assert (reply["shape"], reply["stage"]) == ("timeout", "DATA")


def test_a_name_that_is_not_found() -> None:
    text = "Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try again"
    reply = only(line(text, relay="none"))
    assert (reply["shape"], reply["relay_host"], reply["text"]) == ("other", None, text)


def test_tls_required_but_not_offered() -> None:
    assert only(line(f"TLS is required, but was not offered by host {HOST}"))["shape"] == "tls"


def test_mail_that_loops_back() -> None:
    reply = only(line("mail for example.com loops back to myself", relay="none", status="bounced"))
    assert (reply["shape"], outcomes(reply)) == ("other", {"bounced": 1})


def test_an_unknown_transport_error_comes_from_no_client_and_does_not_count() -> None:
    assert replies(line("unknown mail transport error", relay="none", program="error")) == []


def test_a_failed_login_at_a_relayhost() -> None:
    reply = only(line(f"SASL authentication failed; server {HOST} said: 535 5.7.8 bad credentials"))
    assert (reply["shape"], reply["code"]) == ("auth", 535)


# One reason, many lines


def test_a_suspended_delivery_repeats_a_reason_and_is_counted_apart() -> None:
    greeting = f"host {HOST} refused to talk to me: 421 4.7.0 busy"
    reply = only(
        line(greeting),
        line("delivery temporarily suspended: " + greeting, relay="none", program="error", queue_id="4AB1C2D4"),
        line("delivery temporarily suspended: " + greeting, relay="none", program="retry", queue_id="4AB1C2D5"),
    )
    assert outcomes(reply) == {"deferred": 1, "suspended": 2}
    assert (reply["service"], reply["relay_host"]) == ("postfix/smtp", "mx1.example.net")


def test_a_line_about_an_earlier_mail_exchanger_is_evidence_but_no_second_delivery() -> None:
    earlier, final = replies(
        said(f"host {HOST} said: 421 4.7.0 [203.0.113.7] later (in reply to MAIL FROM command)"),
        line(
            "host mx2.example.net[198.51.100.26] said: 421 4.7.0 [203.0.113.7] later (in reply to MAIL FROM command)",
            relay="mx2.example.net[198.51.100.26]:25",
        ),
    )
    assert [outcomes(earlier), outcomes(final)] == [{"non_final": 1}, {"deferred": 1}]
    assert [earlier["recipients"], final["recipients"]] == [0, 1]


def test_an_earlier_mail_exchanger_that_refused_to_talk_counts_when_the_next_took_the_mail() -> None:
    sums = sums_of(
        "".join(
            one + "\n"
            for one in (
                said(f"host {HOST} refused to talk to me: 554 5.7.1 no"),
                line("250 ok", status="sent", relay="mx2.example.net[198.51.100.26]:25", dsn="2.0.0"),
            )
        ).encode()
    )
    assert [group.outcomes for group in sums.replies.groups.values()] == [{"non_final": 1}]
    assert {relay: count.number for relay, count in sums.relays.counts.items()} == {
        ("postfix/smtp", "mx2.example.net"): 1
    }


def test_an_earlier_mail_exchanger_that_hung_up_or_fell_silent_counts_once_whatever_the_next_one_does() -> None:
    lost = f"lost connection with {HOST} while receiving the initial server greeting"
    silent = "conversation with mx2.example.net[198.51.100.26] timed out while sending MAIL FROM"
    third = "lost connection with mx3.example.net[198.51.100.27] while sending RCPT TO"
    found = {
        reply["relay_host"]: (reply["shape"], reply["stage"], outcomes(reply), reply["recipients"], reply["code"])
        for reply in replies(said(lost), said(silent), line(third, relay="mx3.example.net[198.51.100.27]:25"))
    }
    assert found == {
        "mx1.example.net": ("lost", "greeting", {"non_final": 1}, 0, None),
        "mx2.example.net": ("timeout", "MAIL FROM", {"non_final": 1}, 0, None),
        "mx3.example.net": ("lost", "RCPT TO", {"deferred": 1}, 1, None),
    }


def test_what_stands_behind_such_a_sentence_is_not_part_of_it() -> None:
    reply = only(said(f"lost connection with {HOST} while sending RCPT TO @example.com>, relay=none"))
    assert reply["text"] == f"lost connection with {HOST} while sending RCPT TO"
    assert reply["stage"] == "RCPT TO"


def test_a_client_that_hung_up_on_us_is_no_evidence() -> None:
    for program in ("smtpd", "postscreen", "qmgr"):
        assert replies(said(f"lost connection with {HOST} while sending RCPT TO", program=program)) == []
    assert replies(said("lost connection after DATA from pc.example.jp[192.0.2.1]", program="smtpd")) == []


def test_an_expired_message_counts_under_the_reply_of_its_last_try() -> None:
    reply = only(
        line(SAID, delay="400000"),
        said("from=<s@example.jp>, status=expired, returned to sender", program="qmgr", at="10:00:01"),
    )
    assert outcomes(reply) == {"deferred": 1, "expired": 1}


def test_a_message_given_up_by_hand_is_expired_too() -> None:
    reply = only(
        line(SAID, delay="4"),
        said("from=<s@example.jp>, status=force-expired, returned to sender", program="qmgr", at="10:00:01"),
    )
    assert outcomes(reply) == {"deferred": 1, "expired": 1}


def test_an_expired_recipient_that_got_the_mail_at_a_later_try_is_not_lost() -> None:
    reply = only(
        line(SAID, to="early@example.com", delay="100"),
        line(SAID, to="late@example.com", delay="5000", time="11:20:00"),
        said("from=<s@example.jp>, status=expired, returned to sender", program="qmgr", at="11:20:01"),
    )
    assert outcomes(reply) == {"deferred": 2, "expired": 1}


def test_a_soft_bounce_stays_in_the_queue_whatever_the_receiver_said() -> None:
    assert outcomes(only(line(SAID, status="SOFTBOUNCE", dsn="5.7.1"))) == {"deferred": 1, "soft_bounced": 1}


def test_an_address_probe_is_evidence_without_a_recipient() -> None:
    reply = only(line(SAID, status="undeliverable", dsn="5.7.1"))
    assert (outcomes(reply), reply["recipients"]) == ({"undeliverable": 1}, 0)
    assert replies(line("250 2.1.5 ok", status="deliverable", dsn="2.1.5")) == []


def test_a_receiver_that_quotes_a_callout_to_us_speaks_for_itself() -> None:
    reply = only(
        line(
            f"host {HOST} said: 450 4.1.7 <s@example.jp>: unverified address: host mx.example.jp[203.0.113.7] said:"
            " 450 4.7.1 try later (in reply to RCPT TO command)"
        )
    )
    assert (reply["relay_host"], reply["code"], reply["named_ips"]) == ("mx1.example.net", 450, [])


def test_a_nested_error_keeps_the_outer_host_and_the_inner_words() -> None:
    reply = only(
        line(
            f"host {HOST} said: 550 host back.example.org[192.0.2.9] said: 550 5.7.1 [203.0.113.7] blocked"
            " (in reply to end of DATA command)"
        )
    )
    assert (reply["relay_host"], reply["stage"]) == ("mx1.example.net", "end of DATA")
    assert "back.example.org" in reply["text"]
    assert reply["named_ips"] == ["203.0.113.7"]


def test_a_reply_of_several_lines_is_one_sentence() -> None:
    reply = only(
        line(
            f"host {HOST} said: 550-5.7.1 [203.0.113.7] Our system has detected that 550-5.7.1 this is spam."
            " 550 5.7.1 https://support.example.net/ abc123def4567890 - gsmtp (in reply to end of DATA command)"
        )
    )
    assert reply["signature"] == (
        "550 5.7.1 [*] Our system has detected that this is spam. https://support.example.net/ * - gsmtp"
    )


def test_replies_that_name_different_addresses_are_different_groups() -> None:
    assert len(replies(line(SAID), line(SAID.replace("203.0.113.7", "203.0.113.8")))) == 2


def test_the_relays_own_address_is_never_the_one_named() -> None:
    assert only(line(f"host {HOST} said: 550 198.51.100.25 refuses"))["named_ips"] == []


# Queue ids, instances, services


def test_a_queue_id_used_again_is_another_message() -> None:
    sums = sums_of(
        "".join(
            one + "\n" for one in (line(SAID, delay="1"), line(SAID, delay="1", time="12:00:00", to="b@example.com"))
        ).encode()
    )
    assert [sender.messages for sender in sums.mails.senders().known.values()] == [2]


def test_a_long_queue_id_retried_for_hours_is_one_message() -> None:
    long_id = "4FxQ2T1Abcz9pGh"
    sums = sums_of(
        "".join(
            one + "\n"
            for one in (
                line(SAID, delay="1", queue_id=long_id),
                line(SAID, delay="7201", time="12:00:00", queue_id=long_id),
            )
        ).encode()
    )
    assert [(sender.messages, sender.refusals) for sender in sums.mails.senders().known.values()] == [(1, 2)]


def test_instances_and_transports_with_a_name_of_their_own_are_told_apart() -> None:
    other = line(SAID).replace("postfix/smtp", "postfix-203.0.113.7/smtp")
    third = line(SAID).replace("postfix/smtp", "postfix/ses/smtp")
    assert {reply["service"] for reply in replies(line(SAID), other, third)} == {
        "postfix/smtp",
        "postfix-203.0.113.7/smtp",
        "postfix/ses/smtp",
    }


def test_lmtp_is_a_client_too() -> None:
    assert only(line(SAID, program="lmtp"))["service"] == "postfix/lmtp"


# What never counts


def test_a_delivery_into_a_content_filter_is_no_delivery() -> None:
    sums = sums_of((line("250 ok", status="sent", relay="127.0.0.1[127.0.0.1]:10024") + "\n").encode())
    assert sums.relays.counts == {}
    sums = sums_of((line("250 ok", status="sent", relay="localhost[::1]:10024") + "\n").encode())
    assert sums.relays.counts == {}


def test_our_own_refusals_never_count() -> None:
    rejects = (
        "NOQUEUE: reject: RCPT from u[198.51.100.9]: 554 5.7.1 Service unavailable; Client host [198.51.100.9] blocked",
        "4AB1C2D3: milter-reject: END-OF-MESSAGE from u[198.51.100.9]: 5.7.1 Spam; from=<x@y.example>",
        "4AB1C2D3: reject: RCPT from u[198.51.100.9]: 450 4.1.1 (in reply to RCPT TO command)",
    )
    assert replies(*(said(text, program="smtpd") for text in rejects)) == []


def test_other_programs_that_quote_such_a_line_never_count() -> None:
    quoted = line(SAID, status="bounced")
    assert replies(f"Nov 24 10:00:00 mx1 myapp[9]: {quoted}", "  " + quoted, f"mail.log:1: {quoted}") == []


def test_what_local_delivery_says_never_counts() -> None:
    for program in ("local", "virtual", "pipe", "bounce", "smtpd"):
        assert replies(line(SAID, status="bounced", program=program)) == []


def test_a_quoted_recipient_cannot_forge_fields() -> None:
    hostile = r'"x>, relay=evil[198.51.100.1]:25, delay=1, dsn=5.0.0, status=bounced (host e"@example.com'
    reply = only(line(SAID, to=hostile, status="bounced"))
    assert (reply["relay_host"], reply["recipient_domains"]) == ("mx1.example.net", {"example.com": 1})


def test_a_line_that_begins_as_ours_and_makes_no_sense_is_counted_as_unread() -> None:
    broken = line(SAID).replace("delay=1.5", "delay=soon")
    sums = sums_of(f"{broken}\n{line(SAID)}\n".encode())
    assert (sums.matched, sums.unparsed) == (1, 1)


def test_a_line_cut_off_before_its_reason_is_refused_mail_all_the_same() -> None:
    reply = only(line(SAID, status="bounced").partition("(")[0] + "(")
    assert (outcomes(reply), reply["text"], reply["truncated"]) == ({"bounced": 1}, "", True)
    assert (reply["relay_host"], reply["recipients"]) == ("mx1.example.net", 1)


def test_a_recipient_without_a_domain_and_the_null_sender_are_read() -> None:
    assert only(line(SAID, to="postmaster"))["recipient_domains"] == {"postmaster": 1}
