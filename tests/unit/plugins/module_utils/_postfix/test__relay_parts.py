# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import re
from types import SimpleNamespace

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_hold_table as hold_table
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_layer as layers
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_preflight as preflight
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_service as service
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _transport_map as transport
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._expiry import expires_at
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Done, Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_pace import Pace, pace
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import Endpoint

HOST = "email-smtp.us-east-1.amazonaws.com"
NOW = datetime.datetime(2026, 11, 24, 9, 15, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))


@pytest.mark.parametrize(
    ("rate", "hosts", "expected"),
    [
        (14, 1, Pace(1, 14)),
        (14, 4, Pace(1, 3)),
        (14, 14, Pace(1, 2)),
        (14, 20, Pace(2, 2)),
        (1, 1, Pace(1, 2)),
        (1, 10, Pace(10, 2)),
        (200, 1, Pace(1, 50)),
        (0.5, 1, Pace(2, 2)),
        (None, 3, Pace(3, 2)),
        (0, 0, Pace(1, 2)),
    ],
)
def test_all_hosts_together_stay_within_the_rate(rate, hosts, expected):
    found = pace(rate, hosts)
    assert found == expected
    # One recipient a message, as most mail is.
    assert hosts / found.delay <= (rate or 1)
    # With 1 Postfix would count destinations by recipient, and the delay would slow nothing.
    assert found.recipients >= 2


def test_a_pace_says_what_a_day_brings():
    assert Pace(3, 2).a_day == 28800


def rules(table):
    """Read the table as Postfix does, as far as it goes: `if !/.../`, one rule, `endif`."""
    lines = [line for line in table.splitlines() if not line.startswith("#")]
    assert [lines[0][:4], lines[2]] == ["if !", "endif"]
    pattern, result = lines[1].rsplit(" ", 1)
    assert result == "4$1"
    return re.compile(lines[0][5:-1], re.I), re.compile(pattern[1:-1], re.I)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (f"5.0.0 host {HOST}[192.0.2.1] said: 554 Message rejected: Email address is not verified.", True),
        (f"5.0.0 host {HOST}[192.0.2.1] said: 554 Something that nobody has heard of", True),
        (f"5.3.4 message size 9 exceeds size limit 8 of server {HOST}[192.0.2.1]", True),
        (f"5.0.0 host {HOST}[192.0.2.1] said: 553 Invalid address", False),
        ("5.1.1 host mx.example[192.0.2.1] said: 550 5.1.1 User unknown", False),
        (f"5.0.0 host {HOST.replace('.', 'x')}[192.0.2.1] said: 554 no", False),
        (f"4.0.0 host {HOST}[192.0.2.1] said: 454 Throttling failure", False),
        ("5.1.1 unknown user: bob", False),
    ],
)
def test_whatever_the_relay_refuses_is_held_but_for_what_is_known_as_hard(text, held):
    hard, rule = rules(hold_table.table(HOST, [" said: 553 ", "a.b"], head="# ours\n"))
    assert bool(not hard.search(text) and rule.search(text)) is held


def test_the_table_with_the_password_is_never_asked():
    table = transport.Table(("a.example",), (), (), (), "a.example ses:[x]:587\n")
    wanted = SimpleNamespace(endpoint=Endpoint(HOST, 587, False), table=table)
    asked = layers.lookups(wanted, {"must_hold": ["5.0.0 host {host} said: 554 x"], "must_not_hold": []})
    assert [one[0] for one in asked] == [layers.HOLD, layers.TRANSPORT]
    assert layers.PASSWORD not in str(asked)


def test_a_literal_means_just_itself():
    text = "a.b*c+d?e(f)g[h]i{j}k|l^m$n\\o/p"
    assert re.fullmatch(hold_table.literal(text), text)
    assert "/" not in hold_table.literal(text).replace("\\/", "")


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "é", "\x7f"])
def test_what_cannot_be_a_literal(text):
    with pytest.raises(hold_table.HoldTableError):
        hold_table.literal(text)


def options_of(line):
    return dict(each.strip()[3:].split("=", 1) for each in line.splitlines()[1:])


def test_the_transport_says_all_that_matters_itself():
    made = service.service(
        Endpoint(HOST, 465, True),
        syslog_name="postfix/ses",
        password_maps="texthash:/p",
        status_filter="regexp:/h",
        ca_file="/ca",
        chroot="y",
        known=service.PARAMETERS,
    )
    assert made.line.splitlines()[0].split() == ["ses", "unix", "-", "-", "y", "-", "-", "smtp"]
    options = options_of(made.line)
    assert (options["smtp_tls_security_level"], options["smtp_tls_wrappermode"]) == ("secure", "yes")
    for neutral in (
        "smtp_tls_policy_maps",
        "smtp_generic_maps",
        "smtp_reply_filter",
        "relayhost",
        "smtp_fallback_relay",
    ):
        assert options[neutral] == ""
    assert not any(" " in value for value in options.values())


def test_an_older_postfix_is_not_told_what_it_does_not_know():
    known = [name for name in service.PARAMETERS if name != "smtp_tls_connection_reuse"]
    made = service.service(
        Endpoint(HOST, 587, False),
        syslog_name="x",
        password_maps="p",
        status_filter="h",
        ca_file="/ca",
        chroot="-",
        known=known,
    )
    assert "smtp_tls_connection_reuse" not in options_of(made.line)


def test_authorities_are_looked_for_where_systems_have_them(tmp_path):
    empty, good = tmp_path / "empty.pem", tmp_path / "good.pem"
    empty.write_text("", encoding="ascii")
    good.write_text("-----BEGIN CERTIFICATE-----\n", encoding="ascii")
    assert preflight.ca_file(None, [str(tmp_path / "none"), str(empty), str(good)]) == str(good)
    with pytest.raises(PostfixError, match="install ca-certificates"):
        preflight.ca_file(None, [str(empty)])
    with pytest.raises(PostfixError, match="holds no certificate"):
        preflight.ca_file(str(empty))


def test_without_a_plugin_no_login(tmp_path):
    (tmp_path / "main.cf").write_text("", encoding="ascii")
    (tmp_path / "sasl2").mkdir()
    with_cyrus = Postfix(str(tmp_path), run=lambda command, stdin, timeout: Done(0, "cyrus\n", ""))
    with pytest.raises(PostfixError, match=r"libsasl2-modules .* cyrus-sasl-plain"):
        preflight.check_sasl(with_cyrus, [str(tmp_path / "*")])
    (tmp_path / "sasl2" / "libplain.so.2").touch()
    preflight.check_sasl(with_cyrus, [str(tmp_path / "*")])
    without = Postfix(str(tmp_path), run=lambda command, stdin, timeout: Done(0, "dovecot\n", ""))
    with pytest.raises(PostfixError, match="without Cyrus SASL"):
        preflight.check_sasl(without, [str(tmp_path / "*")])


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("48h", "2026-11-26T09:15:00+09:00"),
        ("7d", "2026-12-01T09:15:00+09:00"),
        ("2026-12-24T00:00:00Z", "2026-12-24T00:00:00+00:00"),
        ("2026-12-24T00:00:00+09:00", "2026-12-24T00:00:00+09:00"),
    ],
)
def test_an_end_is_a_span_or_a_time(text, end):
    assert expires_at(text, NOW) == end


@pytest.mark.parametrize("text", ["", "0h", "-1d", "tomorrow", "2026-12-24", "2026-12-24T00:00:00", "99999d"])
def test_what_is_no_end(text):
    with pytest.raises(ValueError, match="expected a span"):
        expires_at(text, NOW)
