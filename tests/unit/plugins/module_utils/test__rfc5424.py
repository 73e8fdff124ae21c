# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import Rewriter

STAMP = "2026-11-24T00:15:00.123456+09:00"
HOST = "mx1.example.net[198.51.100.25]"
TO = "4ABCDE: to=<a@example.net>"
rewrite = Rewriter(str).rewrite
TAIL = "delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred"


@pytest.mark.parametrize(
    "header",
    [
        f"<22>1 {STAMP} mx1 postfix/smtp 812 - - ",
        f"<22>1 {STAMP} mx1 postfix/smtp 812 - -  ",
        f"1 {STAMP} mx1 postfix/smtp 812 - - ",
        f"<22>{STAMP} mx1 postfix/smtp 812 - - ",
        f"{STAMP} mx1 postfix/smtp 812 - - ",
        f"<22>1 {STAMP} mx1 postfix/smtp 812 ID47 - \ufeff",
        f'<22>1 {STAMP} mx1 postfix/smtp 812 - [meta sequenceId="1"] \ufeff',
        f'<22>1 {STAMP} mx1 postfix/smtp 812 - [a@32473 x="]\\" 7 - - " y="z"][b] ',
    ],
)
def test_a_header_becomes_that_of_other_files(header):
    assert rewrite(f"{header}4ABCDE: something\n") == f"{STAMP} mx1 postfix/smtp[812]: 4ABCDE: something\n"
    of_bytes = Rewriter(str.encode)
    assert of_bytes.is_in(header.encode())
    assert of_bytes.rewrite(f"x\n{header}röhre".encode()) == f"x\n{STAMP} mx1 postfix/smtp[812]: röhre".encode()


@pytest.mark.parametrize(
    "line",
    [
        f"{STAMP} mx1 postfix/smtp[812]: 4ABCDE: something",
        f"Nov 24 00:15:00 mx1 myapp[1]: <22>1 {STAMP} mx1 postfix/smtp 812 - - 4ABCDE: quoted",
        f"<22>1 {STAMP} mx1 kernel - - - [ 12.3] x",
        "<22>1 - mx1 postfix/smtp 812 - - 4ABCDE: without a time",
        f"<22>1 {STAMP} mx1 postfix/smtp 812 - [broken 4ABCDE: something",
        f"{STAMP} mx1 myapp: 812 - - x",
        "",
    ],
)
def test_other_lines_are_left_as_they_are(line):
    assert rewrite(line) == line


@pytest.mark.parametrize(
    ("said", "program"),
    [
        (f"{TO}, relay={HOST}:25, {TAIL} (host {HOST} said: 450 no)", "postfix/smtp"),
        (f"{TO}, orig_to=<root>, relay=mx[2001:db8::1]:587, {TAIL} (x)", "postfix/smtp"),
        (f'4ABCDE: to=<"a> b"@example.net>, relay={HOST}:25, {TAIL} (x)', "postfix/smtp"),
        (f"{TO}, relay=none, {TAIL} (connect to {HOST}:25: Connection refused)", "postfix/smtp"),
        (f"{TO}, relay=none, {TAIL} (delivery temporarily suspended: host {HOST} refused)", "postfix/smtp"),
        (f"4ABCDE: host {HOST} said: 421 later (in reply to RCPT TO command)", "postfix/smtp"),
        (f"4ABCDE: lost connection with {HOST} while sending RCPT TO", "postfix/smtp"),
        ("4ABCDE: from=<a@example.jp>, status=expired, returned to sender", "postfix/qmgr"),
        (f"{TO}, relay=none, {TAIL} (User unknown in virtual alias table)", "postfix"),
        (f"{TO}, relay=local, {TAIL} (unknown user)", "postfix"),
        (f"{TO}, relay=mx7[private/dovecot-lmtp], {TAIL} (said: 450 no)", "postfix"),
        (rf'4ABCDE: to=<"a>, relay={HOST}:25, "@example.jp>, relay=local, {TAIL} (unknown user)', "postfix"),
        ("4ABCDE: from=<a@example.jp>, size=1, nrcpt=1 (queue active)", "postfix"),
        ("NOQUEUE: reject: RCPT from x[198.51.100.9]: 554 no", "postfix"),
    ],
)
def test_what_was_said_tells_who_spoke_where_a_name_was_cut(said, program):
    rewriter = Rewriter(str)
    for name in ("postfix", "postfix-out"):
        line = rewriter.rewrite(f"<22>1 {STAMP} mx1 {name} 812 - -  {said}\n")
        assert line == f"{STAMP} mx1 {program.replace('postfix', name)}[812]: {said}\n"
    assert rewriter.guessed == 2 * (program != "postfix")


def test_what_another_program_quotes_is_still_not_postfix():
    said = f"{TO}, relay={HOST}:25, {TAIL} (host {HOST} said: 450 no)"
    line = rewrite(f"<22>1 {STAMP} mx1 myapp 812 - - got: {STAMP} mx1 postfix[1]: {said}")
    assert line.startswith(f"{STAMP} mx1 myapp[812]: ")


def test_another_program_that_speaks_so_is_not_postfix():
    said = f"{TO}, relay={HOST}:25, {TAIL} (host {HOST} said: 450 no)"
    assert rewrite(f"<22>1 {STAMP} mx1 myapp 812 - - {said}") == f"{STAMP} mx1 myapp[812]: {said}"


@pytest.mark.parametrize(
    "hostile",
    [
        f"{STAMP} h a 1 - [" + 'x="y" ' * 30_000,
        f"{STAMP} h a 1 - " + '[x="' * 30_000,
        f"{STAMP} h a 1 - " + "[]" * 60_000,
        f"{STAMP} h postfix 1 - - ABCDE: to=<" + '"\\' * 60_000,
        f"{STAMP} h postfix 1 - - ABCDE: to=<\n" * 3_000,
        (f"{STAMP} h postfix 1 - - ABCDE: to=<a>, relay=none, " + "(" * 50 + "\n") * 1_500,
        f"{STAMP} h postfix 1 - - ABCDE: host \n" * 3_000,
    ],
)
def test_a_hostile_line_costs_no_more_than_its_length(hostile):
    began = time.process_time()
    rewrite(hostile)
    assert time.process_time() - began < 0.5
