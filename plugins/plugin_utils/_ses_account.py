# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What an account of Amazon SES may send in one region, from the API (SES v2, through boto3).

Each part is asked by itself: what the user may not ask stays unknown, and the rest is told.
"""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ses_errors import SesError, guarded

_PAGE = 1000
_MOST_PAGES = 20
_TIMEOUT = 10


class Login(t.NamedTuple):
    """All null: what boto3 itself finds (environment, files, role of the machine)."""

    access_key_id: str | None = None
    secret_access_key: str | None = None
    session_token: str | None = None
    profile: str | None = None


def client(region: str, login: Login, *, endpoint_url: str | None = None) -> t.Any:
    """Return a client for one task.

    :raises SesError: boto3 is missing, or the profile is
    """
    with guarded("client"):
        import boto3
        from botocore.config import Config

        session = boto3.session.Session(
            aws_access_key_id=login.access_key_id,
            aws_secret_access_key=login.secret_access_key,
            aws_session_token=login.session_token,
            profile_name=login.profile,
            region_name=region,
        )
        config = Config(connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT, retries={"max_attempts": 3})
        return session.client("sesv2", endpoint_url=endpoint_url, config=config)


def account(ses: t.Any, *, region: str, senders: t.Sequence[str], recipients: t.Sequence[str]) -> dict[str, t.Any]:
    """Return quota, state and identities, and what the account thinks of senders and recipients.

    :raises SesError: not even the account can be asked
    """
    with guarded("GetAccount"):
        told = ses.get_account()
    quota = told.get("SendQuota") or {}
    most, sent = quota.get("Max24HourSend"), quota.get("SentLast24Hours")
    unknown: list[dict[str, str]] = []
    identities = _or_unknown(unknown, lambda: _identities(ses))
    return {
        "region": region,
        "sandbox": not told.get("ProductionAccessEnabled", False),
        "sending": bool(told.get("SendingEnabled", False)),
        "status": told.get("EnforcementStatus"),
        # A negative maximum is Amazon's word for no limit.
        "quota": {
            "a_day": None if most is None or most < 0 else most,
            "a_second": quota.get("MaxSendRate"),
            "sent": sent,
            "left": None if most is None or most < 0 or sent is None else max(0.0, most - sent),
        },
        "identities": identities,
        "senders": [_sender(sender, identities) for sender in senders],
        "suppressed": _or_unknown(unknown, lambda: _suppressed(ses, recipients)) if recipients else [],
        "unknown": unknown,
    }


def _or_unknown(unknown: list[dict[str, str]], ask: t.Callable[[], t.Any]) -> t.Any:
    try:
        return ask()
    except SesError as error:
        unknown.append({"part": error.operation, "code": error.code, "msg": str(error)})
        return None


def _identities(ses: t.Any) -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = []
    token: dict[str, str] = {}
    for _page in range(_MOST_PAGES):
        with guarded("ListEmailIdentities"):
            page = ses.list_email_identities(PageSize=_PAGE, **token)
        for entry in page.get("EmailIdentities") or ():
            found.append(
                {
                    "name": entry["IdentityName"].lower(),
                    "kind": "address" if entry["IdentityType"] == "EMAIL_ADDRESS" else "domain",
                    "verified": entry.get("VerificationStatus", "SUCCESS" if entry.get("SendingEnabled") else "")
                    == "SUCCESS",
                }
            )
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    return sorted(found, key=lambda entry: entry["name"])


def _sender(sender: str, identities: list[dict[str, t.Any]] | None) -> dict[str, t.Any]:
    """Return whether mail of this address or domain is taken: its own identity decides, else the nearest domain's."""
    if identities is None:
        return {"sender": sender, "verified": None, "by": None}
    known = {entry["name"]: entry["verified"] for entry in identities}
    for name in _names(sender.lower()):
        if name in known:
            return {"sender": sender, "verified": known[name], "by": name}
    return {"sender": sender, "verified": False, "by": None}


def _names(sender: str) -> t.Iterator[str]:
    if "@" in sender:
        yield sender
    labels = sender.rpartition("@")[2].split(".")
    yield from (".".join(labels[start:]) for start in range(len(labels) - 1))


def _suppressed(ses: t.Any, recipients: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """Return which addresses the account's suppression list has: mail to them is taken and thrown away."""
    found = []
    for address in recipients:
        try:
            with guarded("GetSuppressedDestination"):
                told = ses.get_suppressed_destination(EmailAddress=address)["SuppressedDestination"]
        except SesError as error:
            if error.code != "NotFoundException":
                raise
            continue
        since = told.get("LastUpdateTime")
        found.append({"address": address, "reason": told.get("Reason"), "since": since and since.isoformat()})
    return found
