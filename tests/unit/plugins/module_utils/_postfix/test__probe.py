# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _probe
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Done, Postfix

ME = "double-bounce@mx1.example"
YOU = "you@outlook.com"
OURS = ("postfix/pickup", f"AAAAA1: uid=0 from=<{ME}>")
TAKEN = ", relay=mx.example[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)"


def line(queue_id, recipient=YOU, rest=TAKEN, program="postfix/smtp"):
    return program, f"{queue_id}: to=<{recipient}>{rest}"


def test_the_line_of_our_queue_id_is_the_answer():
    answer = _probe.find([OURS, line("BBBBB2"), line("AAAAA1")], YOU, ME)
    assert (answer.queue_id, answer.status, answer.code, answer.dsn) == ("AAAAA1", "deliverable", 250, "2.1.5")
    assert (answer.service, answer.relay_host, answer.relay_ip) == ("postfix/smtp", "mx.example", "192.0.2.1")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [OURS],
        [line("AAAAA1")],  # nobody picked it up
        [("postfix/pickup", "AAAAA1: uid=0 from=<other@mx1.example>"), line("AAAAA1")],
        [OURS, line("AAAAA1", recipient="other@outlook.com")],
        [OURS, line("AAAAA1", rest=TAKEN.replace("deliverable", "sent"))],
        [OURS, ("postfix/smtp", "AAAAA1: garbage deliverable")],
    ],
)
def test_what_is_not_an_answer(lines):
    assert _probe.find(lines, YOU, ME) is None


@pytest.fixture
def postfix(tmp_path):
    calls = []

    def run(command, stdin, timeout):
        calls.append(command)
        values = {"syslog_name": "postfix", "maillog_file": str(tmp_path / "mail.log"), "myorigin": "mx1.example"}
        values.update(double_bounce_sender="double-bounce", myhostname="mx1.example")
        wanted = [name for name in command[4:] if name in values]
        return Done(0, "".join(f"{name} = {values[name]}\n" for name in wanted), "")

    (tmp_path / "main.cf").write_text("", encoding="utf-8")
    made = Postfix(str(tmp_path), run=run)
    made.calls = calls
    return made


@pytest.mark.parametrize(
    "address", ["-bs@x.example", "a b@x.example", "x", "a@x.example\nb", "a@[192.0.2.1]", "<a@x.example>"]
)
def test_an_address_is_no_option_and_no_list(postfix, address):
    with pytest.raises(PostfixError, match="cannot be probed with"):
        _probe.ask(postfix, address)
    assert not [call for call in postfix.calls if call[0] == "sendmail"]


def test_without_an_answer_it_ends(postfix):
    times = iter(range(100))
    answer = _probe.ask(postfix, YOU, timeout=5, clock=lambda: next(times), sleep=lambda seconds: None)
    assert (answer.status, answer.seconds) == (None, 5)
    assert postfix.calls[-1][-4:] == ["-bv", "-f", ME, YOU]
