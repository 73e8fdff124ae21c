# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import parse_line, parse_reason

HOST = "mx1.example.net[192.0.2.25]"
HEAD = "Nov 24 01:55:29 mx1 postfix/smtp[245]: "
FINAL = f"4ABC1234: to=<a@example.net>, relay={HOST}:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=5.7.1, status=bounced "


@pytest.mark.parametrize(
    ("sentence", "shape", "stage", "reply"),
    [
        (f"host {HOST} said: 550 5.7.1 no (in reply to RCPT TO command)", "said", "RCPT TO", "550 5.7.1 no"),
        (f"host {HOST} said: 550 5.7.1 no (in reply to end of DATA command)", "said", "end of DATA", "550 5.7.1 no"),
        (f"host {HOST} said: 550 no (a) (b) (in reply to MAIL FROM command)", "said", "MAIL FROM", "550 no (a) (b)"),
        (f"host {HOST} said: 502 no (in reply to LHLO command)", "said", "HELO", "502 no"),
        (f"host {HOST} said: 502 no (in reply to QUIT command)", "said", None, "502 no"),
        (f"host {HOST} refused to talk to me: 554 IP=203.0.113.7", "refused", "greeting", "554 IP=203.0.113.7"),
        (f"SASL authentication failed; server {HOST} said: 535 5.7.8 bad", "auth", None, "535 5.7.8 bad"),
        (f"connect to {HOST}:25: Connection timed out", "connect", None, None),
        (f"lost connection with {HOST} while receiving the initial server greeting", "lost", "greeting", None),
        (f"lost connection with {HOST} while performing the EHLO handshake", "lost", "HELO", None),
        (f"lost connection with {HOST} while sending RCPT TO", "lost", "RCPT TO", None),
        (f"conversation with {HOST} timed out while sending message body", "timeout", "DATA", None),
        (
            f"conversation with {HOST} timed out while sending end of data -- message may be sent more than once",
            "timeout",
            "end of DATA",
            None,
        ),
        (f"TLS is required, but was not offered by host {HOST}", "tls", None, None),
        (f"message size 9 exceeds size limit 8 of server {HOST}", "size", None, None),
    ],
)
def test_every_sentence_names_its_host_and_stage(sentence, shape, stage, reply):
    reason = parse_reason(sentence)
    assert (reason.shape, reason.stage, reason.reply) == (shape, stage, reply or sentence)
    assert (reason.host, reason.ip) == ("mx1.example.net", "192.0.2.25")
    assert not reason.suspended


def test_a_sentence_without_a_host_is_kept_whole():
    reason = parse_reason("mail for example.net loops back to myself")
    assert reason == (None, None, "mail for example.net loops back to myself", None, "other", False, False)


def test_a_suspended_delivery_repeats_the_inner_reason():
    reason = parse_reason(f"delivery temporarily suspended: host {HOST} refused to talk to me: 421 4.7.0 busy")
    assert (reason.suspended, reason.shape, reason.reply) == (True, "refused", "421 4.7.0 busy")


def test_a_nested_error_belongs_to_the_outer_host_and_keeps_the_inner_words():
    reason = parse_reason(
        f"host {HOST} said: 550 host back.example.org[192.0.2.9] said: 550 5.1.1 who (in reply to DATA command)"
    )
    assert (reason.host, reason.stage) == ("mx1.example.net", "DATA")
    assert reason.reply == "550 host back.example.org[192.0.2.9] said: 550 5.1.1 who"


@pytest.mark.parametrize("cut", [" (in reply to RCP", " (in reply", " (in", " (i", " ("])
def test_a_sentence_that_the_log_cut_off_loses_its_broken_end(cut):
    reason = parse_reason(f"host {HOST} said: 550 5.7.1 no{cut}", closed=False)
    assert (reason.reply, reason.stage, reason.truncated) == ("550 5.7.1 no", None, True)


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        "2026-11-24T01:55:29.608526+00:00 mx1 postfix/smtp[245]: ",
        "2026-11-24T01:55:29Z mx1 postfix-out/lmtp[245]: ",
        "Nov  4 01:55:29 mx1.example.jp postfix/ses/smtp[245]: ",
        "Nov 24 01:55:29 mx1 mail.info postfix/smtp[245]: ",
        "Nov 24 01:55:29 <mail.info> mx1 postfix/smtp[245]: ",
        "",
        "mail.log:42: ",
    ],
)
def test_a_pasted_line_is_read_under_any_head(head):
    line = parse_line(f"{head}{FINAL}(host {HOST} said: 550 5.7.1 no (in reply to RCPT TO command))\n")
    assert line is not None
    assert (line.queue_id, line.recipient, line.relay_host, line.relay_ip) == (
        "4ABC1234",
        "a@example.net",
        "mx1.example.net",
        "192.0.2.25",
    )
    assert (line.dsn, line.status, line.reason.reply) == ("5.7.1", "bounced", "550 5.7.1 no")


def test_the_host_comes_from_the_sentence_where_no_relay_was_reached():
    line = parse_line(
        HEAD + "4ABC1234: to=<a@example.net>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, status=deferred"
        f" (connect to {HOST}:25: Connection refused)"
    )
    assert line is not None
    assert (line.relay_host, line.relay_ip) == ("mx1.example.net", "192.0.2.25")


def test_an_earlier_mail_exchanger_has_a_line_without_a_status():
    line = parse_line(f"{HEAD}4ABC1234: host {HOST} said: 421 4.7.0 later (in reply to MAIL FROM command)")
    assert line is not None
    assert (line.status, line.recipient, line.reason.reply) == (None, None, "421 4.7.0 later")


@pytest.mark.parametrize(
    ("sentence", "shape", "stage"),
    [
        (f"lost connection with {HOST} while performing the EHLO handshake", "lost", "HELO"),
        (f"conversation with {HOST} timed out while receiving the initial server greeting", "timeout", "greeting"),
    ],
)
def test_so_has_one_that_hung_up_or_fell_silent(sentence, shape, stage):
    line = parse_line(f"{HEAD}4ABC1234: {sentence}")
    assert line is not None
    assert (line.status, line.relay_host, line.reason.shape, line.reason.stage) == (
        None,
        "mx1.example.net",
        shape,
        stage,
    )


def test_a_quoted_local_part_cannot_forge_the_fields_after_it():
    hostile = r'"x>, relay=evil[198.51.100.1]:25, delay=1, dsn=5.0.0, status=bounced (host \" said"@example.net'
    line = parse_line(HEAD + FINAL.replace("a@example.net", hostile) + f"(host {HOST} said: 550 no)")
    assert line is not None
    assert (line.recipient, line.relay_host) == (hostile, "mx1.example.net")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "550 5.7.1 no",
        f"Nov 24 01:55:29 mx1 postfix/smtpd[245]: {FINAL}(host {HOST} said: 550 no)",
        f"Nov 24 01:55:29 mx1 amavis[245]: quotes postfix/smtp[245]: {FINAL}(host {HOST} said: 550 no)",
        f"Nov 24 01:55:29 mx1 postfix/qmgr[245]: {FINAL}(host {HOST} said: 550 no)",
        "Nov 24 01:55:29 mx1 postfix/qmgr[245]: 4ABC1234: removed",
    ],
)
def test_other_programs_and_our_own_smtpd_are_not_clients(line):
    assert parse_line(line) is None


def test_the_retry_service_speaks_where_it_repeats_a_client():
    line = parse_line(
        "Nov 24 01:55:29 mx1 postfix/error[245]: 4ABC1234: to=<a@example.net>, relay=none, delay=1, delays=1/0/0/0,"
        f" dsn=4.4.1, status=deferred (delivery temporarily suspended: host {HOST} refused to talk to me: 554 no)"
    )
    assert line is not None
    assert (line.reason.suspended, line.relay_host) == (True, "mx1.example.net")


def test_long_and_nested_texts_cost_no_more_than_their_length():
    start = time.process_time()
    for text in (
        "delivery temporarily suspended: " * 20000,
        f"host {HOST} said: " * 20000,
        HEAD + "4ABC1234: to=<" + '"' * 50000,
        "(in reply to " * 20000,
        "a" * 500000,
    ):
        parse_reason(text, closed=False)
        parse_line(text)
    assert time.process_time() - start < 2
