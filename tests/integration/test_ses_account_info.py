# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action ses_account_info: boto3 itself against a server of its own, no account of anybody."""

from __future__ import annotations

import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils import _ses_account as ses
from ansible_collections.postmaster.delist.plugins.plugin_utils._ses_errors import SesError, guarded
from ansible_collections.postmaster.delist.tests.integration.ses_api import ACCOUNT, Api, serving

pytest.importorskip("boto3", reason="needs boto3")

USER, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PASSWORD = "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Iterator[Api]:
    """The server, and nobody's own credentials around."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with serving() as running:
        running.answers["identities"] = {
            "EmailIdentities": [identity("Example.jp", verified=True), identity("x@other.example", verified=False)],
            "NextToken": "more",
        }
        running.answers["identities#more"] = {"EmailIdentities": [identity("late.example", verified=False)]}
        yield running


def identity(name: str, *, verified: bool) -> dict[str, t.Any]:
    kind = "EMAIL_ADDRESS" if "@" in name else "DOMAIN"
    return {"IdentityName": name, "IdentityType": kind, "VerificationStatus": "SUCCESS" if verified else "PENDING"}


def ask(api: Api, *, login: ses.Login | None = None, **given: t.Any) -> dict[str, t.Any]:
    login = login or ses.Login(USER, SECRET)
    made = ses.client("us-east-2", login, endpoint_url=api.url)
    return ses.account(made, **{"region": "us-east-2", "senders": [], "recipients": [], **given})


def test_quota_state_and_identities_of_all_pages(api: Api) -> None:
    told = ask(api, senders=["info@shop.example.jp", "x@other.example", "late.example", "nobody.example"])
    assert (told["sandbox"], told["sending"], told["status"]) == (False, True, "HEALTHY")
    assert told["quota"] == {"a_day": 50000.0, "a_second": 14.0, "sent": 1200.0, "left": 48800.0}
    assert [entry["name"] for entry in told["identities"]] == ["example.jp", "late.example", "x@other.example"]
    assert [(entry["verified"], entry["by"]) for entry in told["senders"]] == [
        (True, "example.jp"),
        (False, "x@other.example"),
        (False, "late.example"),
        (False, None),
    ]
    assert told["unknown"] == []


def test_no_limit_is_no_number(api: Api) -> None:
    api.answers["account"] = {**ACCOUNT, "SendQuota": {"Max24HourSend": -1.0, "SentLast24Hours": 5.0}}
    assert ask(api)["quota"] == {"a_day": None, "a_second": None, "sent": 5.0, "left": None}


def test_a_new_account_is_in_the_sandbox(api: Api) -> None:
    api.answers["account"] = {"SendQuota": {}}
    told = ask(api)
    assert (told["sandbox"], told["sending"]) == (True, False)


def test_suppressed_recipients(api: Api) -> None:
    found = {"SuppressedDestination": {"EmailAddress": "b@x.example", "Reason": "BOUNCE", "LastUpdateTime": 1795000000}}
    api.answers["suppression/addresses/b@x.example"] = found
    told = ask(api, recipients=["a@x.example", "b@x.example"])
    assert told["suppressed"] == [
        {"address": "b@x.example", "reason": "BOUNCE", "since": told["suppressed"][0]["since"]}
    ]


def test_what_may_not_be_asked_is_unknown_and_the_rest_is_told(api: Api) -> None:
    api.answers["identities"] = (403, "AccessDeniedException")
    told = ask(api, senders=["example.jp"])
    assert told["identities"] is None
    assert told["senders"] == [{"sender": "example.jp", "verified": None, "by": None}]
    assert told["unknown"][0]["msg"].endswith("allow it ses:ListEmailIdentities")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((403, "AccessDeniedException"), "allow it ses:GetAccount"),
        ((403, "UnrecognizedClientException"), "does not know the access key"),
        ((403, "InvalidSignatureException"), "this machine's clock"),
        ((403, "ExpiredTokenException"), "get new ones"),
        ((418, "TeapotException{{ 7 }}"), "TeapotException"),
    ],
)
def test_errors_have_names_and_tell_no_secret(api: Api, answer: tuple[int, str], said: str) -> None:
    api.answers["account"] = answer
    with pytest.raises(SesError, match="GetAccount") as failed:
        ask(api)
    assert said in str(failed.value)
    assert SECRET not in str(failed.value)


def test_without_credentials_it_says_so(api: Api) -> None:
    with pytest.raises(SesError, match="no credentials were found"):
        ask(api, login=ses.Login())


def test_a_server_out_of_reach_is_named(api: Api) -> None:
    api.url = "http://127.0.0.1:1"
    with pytest.raises(SesError, match="cannot be reached"):
        ask(api)


def test_without_the_library_it_says_what_to_install() -> None:
    with pytest.raises(SesError, match="pip install 'boto3") as missing, guarded("client"):
        raise ImportError("no boto3")
    assert missing.value.code == "boto3_missing"


def test_in_a_play(api: Api, run_tasks: t.Callable[..., t.Any], tmp_path: Path) -> None:
    file = tmp_path / "password"
    given = {"region": "us-east-2", "endpoint_url": api.url, "access_key_id": USER, "secret_access_key": SECRET}
    tasks = [
        {"name": "Ask", "postmaster.delist.ses_account_info": {**given, "smtp_password_file": str(file)}},
        {"name": "Ask for nothing", "postmaster.delist.ses_account_info": {**given, "region": "us east"},
         "ignore_errors": True},
    ]  # fmt: skip
    run = run_tasks(tasks, args=["-vvvv"])
    told = run.of("Ask").data
    assert (told["changed"], told["quota"]["a_second"]) == (False, 14.0)
    assert told["smtp"] == {"user": USER, "password_file": str(file)}
    assert file.read_text(encoding="ascii") == PASSWORD + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run.of("Ask for nothing").data["code"] == "InvalidRegionError"
    for secret in (SECRET, PASSWORD):
        assert secret not in run.stdout + run.stderr
    assert not any(SECRET in headers for headers in api.headers)
