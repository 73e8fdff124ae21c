# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""User and password of Amazon SES's SMTP servers: derived from an IAM secret, or judged as they are given.

Runs on controller and mail hosts: standard library only, Python 3.8+. No message of this file names a secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import typing as t

# The steps of Signature Version 4 with SES's fixed date, and the version byte before the result:
# https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
_DATE = b"11111111"
_STEPS = (b"ses", b"aws4_request", b"SendRawEmail")
_V4 = 4
_V2 = 2
_KEY_BYTES = 32

_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{15,127}")
_TEMPORARY = "ASIA"
# What a line of a password table can hold: no blank, no control character, nothing but ASCII.
_PASSWORD = re.compile(r"[!-~]{8,512}")

OLD_FORM = (
    "The SMTP password is of the old form (Signature Version 2, made before 2019): Amazon throttles such senders more. "
    "Derive a new one from the IAM secret, or make new SMTP credentials."
)
NOT_OF_SES = (
    "The SMTP password does not look like one of Amazon SES (44 characters, beginning with B): an IAM secret is not a "
    "password. Give it as secret_access_key, and the password is derived."
)


class CredentialsError(ValueError):
    """The credentials cannot be used; says which of them, and what is to be given instead."""


class Credentials(t.NamedTuple):
    """What logs in, and what should be known about it."""

    user: str
    password: str
    warnings: tuple[str, ...] = ()


def smtp_password(secret: str, region: str) -> str:
    """Return the SMTP password that an IAM secret has in one region (44 characters, the first is B)."""
    key = hmac.new(b"AWS4" + secret.encode(), _DATE, hashlib.sha256).digest()
    for step in (region.encode(), *_STEPS):
        key = hmac.new(key, step, hashlib.sha256).digest()
    return base64.b64encode(bytes([_V4]) + key).decode()


def version(password: str) -> int | None:
    """Return 4 or 2 for a password of SES by its first byte, None for anything else."""
    try:
        raw = base64.b64decode(password, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw[0] if len(raw) == _KEY_BYTES + 1 and raw[0] in (_V2, _V4) else None


def credentials(
    *,
    region: str,
    user: str | None = None,
    password: str | None = None,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
) -> Credentials:
    """Return what to log in with, from an SMTP user and password or from an IAM key and its secret.

    :raises CredentialsError: both are given or neither, a part is missing, or it cannot work
    """
    smtp, iam = (user, password), (access_key_id, secret_access_key)
    if any(smtp) == any(iam):
        raise CredentialsError(
            "Give either the SMTP user and password of Amazon SES, or an IAM access key and its secret, not "
            + ("both." if any(smtp) else "neither.")
        )
    name, secret = (user, password) if any(smtp) else (access_key_id, secret_access_key)
    if not name or not secret:
        missing = "user" if not name else "password or secret"
        raise CredentialsError(f"The {missing} of Amazon SES is missing.")
    _check_name(name)
    if any(iam):
        return Credentials(name, smtp_password(secret, region))
    if not _PASSWORD.fullmatch(secret):
        raise CredentialsError("The SMTP password has a blank or a control character, or fewer than 8 characters.")
    warning = {_V4: None, _V2: OLD_FORM}.get(version(secret) or 0, NOT_OF_SES)
    return Credentials(name, secret, (warning,) if warning else ())


def _check_name(name: str) -> None:
    if not _USER.fullmatch(name):
        raise CredentialsError("The user of Amazon SES is no access key id: 16 or more letters and digits, as AKIA....")
    if name.startswith(_TEMPORARY):
        raise CredentialsError(
            "Temporary keys (ASIA..., of a role or STS) cannot log in at Amazon SES's SMTP servers: "
            "give the key of an IAM user that may ses:SendRawEmail."
        )
