# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _watch
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Done
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix.fake_postfix import FakePostfix

STAMP = "2026-11-24T02:03:04.000000+00:00 mx1 "


@pytest.fixture
def fake(tmp_path) -> FakePostfix:
    return FakePostfix(tmp_path / "etc")


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "mail.log"
    path.write_text("")
    return path


def watched(fake, log, *lines, before=(), strict=()):
    log.write_text("".join(f"{STAMP}{line}\n" for line in before))
    watch = _watch.Watch.of(fake.postfix, log_paths=[str(log)], strict=strict)
    watch.begin()
    with log.open("a") as file:
        file.writelines(f"{STAMP}{line}\n" for line in lines)
    return watch.faults()


@pytest.mark.parametrize(
    "line",
    [
        "postfix/smtp[123]: fatal: unsupported dictionary type: nosuch",
        "postfix/qmgr[123]: panic: out of order",
        "postfix/master[1]: warning: /usr/lib/postfix/sbin/smtp: bad command startup -- throttling",
        "postfix/smtp[123]: warning: regexp:/etc/postfix/x is unavailable. open /etc/postfix/x: No such file",
        "postfix/smtp[123]: warning: texthash:/x: table lookup problem",
        "postfix/qmgr[123]: warning: transport resolver failure: address resolver failure",
    ],
)
def test_faults(fake, log, line):
    assert watched(fake, log, line) == [line.replace("[123]", "").replace("[1]", "")]


@pytest.mark.parametrize(
    "line",
    [
        "postfix/smtp[123]: 4FxQ: to=<a@b>, dsn=5.7.1, status=bounced (host x said: 550 5.7.1 blocked)",
        "postfix/sendmail[9]: fatal: usage: sendmail [options]",
        "postfix/postdrop[9]: fatal: uid 1000: not authorised",
        "postfix-out/smtp[123]: fatal: of another instance",
        "sshd[9]: fatal: mm_answer_sign: throttling",
        "dovecot: fatal: is unavailable",
        "postfix/smtp[1]: warning: SASL authentication failed; server said: 535",
    ],
)
def test_no_faults(fake, log, line):
    assert watched(fake, log, line) == []


def test_a_log_in_the_format_of_rfc_5424(fake, log):
    log.write_text("")
    watch = _watch.Watch.of(fake.postfix, log_paths=[str(log)])
    watch.begin()
    with log.open("a") as file:
        file.write(f"<22>1 {STAMP}postfix/smtp 123 - - fatal: unsupported dictionary type: nosuch\n")
        # Of a name that rsyslog has cut nobody knows whether it was a daemon or a user's command.
        file.write(f"<22>1 {STAMP}postfix 124 - -  fatal: usage: sendmail [options]\n")
    assert watch.faults() == ["postfix/smtp: fatal: unsupported dictionary type: nosuch"]


def test_logins_and_tls_of_our_service(fake, log):
    line = "postfix/ses/smtp[123]: warning: SASL authentication failed; server x said: 535 5.7.8"
    assert watched(fake, log, line, strict=["postfix/ses"]) == [line.replace("[123]", "")]
    other = "postfix/smtp[123]: warning: SASL authentication failed; server x said: 535 5.7.8"
    assert watched(fake, log, other, strict=["postfix/ses"]) == []


def test_what_was_said_before_is_no_fault_of_ours(fake, log):
    line = "postfix/smtpd[{}]: warning: hash:/etc/aliases is unavailable. open database"
    assert watched(fake, log, line.format(44), before=[line.format(7)]) == []


def test_a_log_that_is_rotated_meanwhile(fake, log):
    log.write_text("x" * 1000)
    watch = _watch.Watch.of(fake.postfix, log_paths=[str(log)])
    watch.begin()
    log.rename(log.with_suffix(".1"))
    log.write_text(f"{STAMP}postfix/smtp[1]: fatal: x\n")
    assert watch.faults() == ["postfix/smtp: fatal: x"]


def test_the_journal_is_read_by_its_trusted_fields(fake, log, monkeypatch):
    monkeypatch.setattr(_watch.os.path, "isdir", lambda path: True)
    entry = {"SYSLOG_IDENTIFIER": "postfix/smtp", "MESSAGE": "fatal: no such table", "_UID": "0"}
    forged = {**entry, "MESSAGE": "panic: at the disco", "_UID": "1000"}
    binary = {**entry, "MESSAGE": [102, 97]}
    other = {**entry, "SYSLOG_IDENTIFIER": "cron"}

    def run(command, stdin, timeout):
        if command[0] != "journalctl":
            return fake.run(command, stdin, timeout)
        if "--show-cursor" in command:
            return Done(0, "-- cursor: s=1;i=2\n", "")
        assert "--after-cursor=s=1;i=2" in command
        return Done(0, "".join(f"{json.dumps(each)}\n" for each in (entry, forged, binary, other)) + "broken\n", "")

    watch = _watch.Watch(_watch.Postfix(str(fake.folder), run), [str(log)])
    watch.begin()
    assert watch.faults() == ["postfix/smtp: fatal: no such table"]
