# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for Amazon SES says what the documentation says, in each case that can destroy or hold mail."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.postmaster.delist.tests.lab import plan, steering
from ansible_collections.postmaster.delist.tests.lab.handle import Lab

CLIENT = """
import json, smtplib, ssl, sys
asked = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=asked["ca"])
if asked["port"] in (465, 2465):
    client = smtplib.SMTP_SSL(asked["name"], asked["port"], context=context, timeout=10)
else:
    client = smtplib.SMTP(asked["name"], asked["port"], timeout=10)
    if asked["starttls"]:
        client.starttls(context=context)
client.ehlo()
try:
    if asked["user"]:
        client.login(asked["user"], asked["password"])
    for _mail in range(asked["mails"]):
        refused = client.sendmail(asked["sender"], asked["to"], f"From: {asked['from']}\\r\\n\\r\\nx\\r\\n")
    print("sent")
except smtplib.SMTPRecipientsRefused as error:
    code, text = next(iter(error.recipients.values()))
    print(code, text.decode())
except smtplib.SMTPResponseException as error:
    print(error.smtp_code, error.smtp_error.decode())
"""


def say(lab: Lab, **asked: t.Any) -> str:
    """What comes of a mail, from a client that checks certificates."""
    defaults = {
        "ca": str(lab.place.secrets / "ca.pem"),
        "name": plan.SES_NAME,
        "port": 587,
        "starttls": True,
        "user": steering.SES_USER,
        "password": steering.SES_PASSWORD,
        "sender": "ops@lab.example",
        "from": "ops@lab.example",
        "to": ["a@contoso.com"],
        "mails": 1,
    }
    return lab.python(CLIENT, json.dumps(defaults | asked)).strip()


@pytest.mark.parametrize("port", [25, 587, 2587, 465, 2465])
def test_mail_of_a_verified_sender_is_taken_on_every_port(lab: Lab, port):
    assert say(lab, port=port) == "sent"
    taken = lab.mail.seen("ses")[-1]
    assert (taken["login"], taken["tls"], taken["accepted"]) == (steering.SES_USER, True, True)


@pytest.mark.parametrize(
    ("settings", "asked", "reply"),
    [
        ({}, {"user": "", "starttls": False}, "530 Must issue a STARTTLS command first"),
        ({}, {"user": ""}, "530 Authentication required"),
        ({}, {"password": "wrong"}, "535 Authentication Credentials Invalid"),
        ({"unsubscribed": True}, {}, "535 Account not subscribed to SES"),
        ({}, {"sender": ""}, "501 Invalid MAIL FROM address provided"),
        ({}, {"sender": "x@foreign.example"}, "554 Message rejected: Email address is not verified."),
        ({}, {"from": "x@foreign.example"}, "554 Message rejected: Email address is not verified."),
        ({"sandbox": True}, {}, "554 Message rejected: Email address is not verified."),
        ({"denied": True}, {}, "554 Access denied: User `arn:aws:iam::"),
        ({"paused": True}, {}, "554 Message rejected: Sending paused for this account."),
        ({"rate": 2}, {"mails": 3}, "454 Throttling failure: Maximum sending rate exceeded."),
        ({"quota": 0}, {}, "454 Throttling failure: Daily message quota exceeded."),
        ({"answers": {"a@contoso.com": "553 Address not valid"}}, {}, "553 Address not valid"),
    ],
)
def test_mail_is_refused_as_documented(lab: Lab, settings, asked, reply):
    lab.world.set("ses", **settings)
    assert say(lab, **asked).startswith(reply)
    assert lab.mail.received("ses") == [] or settings == {"rate": 2}


@pytest.mark.parametrize("certificate", ["unknown", "wrong_name"])
def test_a_client_that_checks_certificates_can_tell(lab: Lab, certificate):
    lab.world.set("ses", certificate=certificate)
    with pytest.raises(RuntimeError, match="CERTIFICATE_VERIFY_FAILED"):
        say(lab)
    assert lab.mail.seen("ses") == []
