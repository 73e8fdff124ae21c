# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What can go wrong with the API of Amazon SES, in our own words: those of the library may quote what was signed."""

from __future__ import annotations

import contextlib
import sys
import typing as t

_BY_CODE = {
    "AccessDeniedException": "the IAM user may not do this: allow it ses:{operation}",
    "UnrecognizedClientException": "AWS does not know the access key: it may be deleted, or of another partition",
    "InvalidClientTokenId": "AWS does not know the access key: it may be deleted, or of another partition",
    "InvalidSignatureException": "the secret does not belong to the access key, or this machine's clock is wrong",
    "SignatureDoesNotMatch": "the secret does not belong to the access key, or this machine's clock is wrong",
    "ExpiredTokenException": "the temporary credentials have expired: get new ones",
    "ExpiredToken": "the temporary credentials have expired: get new ones",
    "TooManyRequestsException": "too many requests: try again in a minute",
    "ThrottlingException": "too many requests: try again in a minute",
    "NotFoundException": "there is no such thing in this region",
}
_BY_CLASS = {
    "NoCredentialsError": "no credentials were found: give access_key_id and secret_access_key, or a profile",
    "PartialCredentialsError": "the credentials are incomplete: access_key_id and secret_access_key belong together",
    "ProfileNotFound": "there is no such profile in the configuration of AWS",
    "EndpointConnectionError": "the server cannot be reached: check the region and the way to the Internet",
    "ConnectTimeoutError": "the server cannot be reached: check the region and the way to the Internet",
    "ReadTimeoutError": "the server does not answer in time",
    "SSLError": "the server's certificate cannot be verified",
    "InvalidRegionError": "this is no region of AWS",
}


class SesError(Exception):
    """The API could not be asked. C(operation) is what was asked, C(code) AWS's or the library's name for it."""

    def __init__(self, operation: str, code: str, reason: str) -> None:
        super().__init__(f"Amazon SES ({operation}): {reason}")
        self.operation = operation
        self.code = code


@contextlib.contextmanager
def guarded(operation: str) -> t.Iterator[None]:
    """Turn what boto3 raises within into C(SesError)."""
    try:
        yield
    except ImportError:
        raise SesError(
            operation,
            "boto3_missing",
            f"boto3 is not installed for {sys.executable}: install it there with pip install 'boto3>=1.34'",
        ) from None
    except Exception as error:
        if not type(error).__module__.startswith(("boto3.", "botocore.")):
            raise
        raise _translated(operation, error) from None


def _translated(operation: str, error: Exception) -> SesError:
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        code = str((response.get("Error") or {}).get("Code") or "unknown")
        return SesError(operation, code, _BY_CODE.get(code, f"AWS answers {code[:80]!r}").format(operation=operation))
    code = type(error).__name__
    return SesError(operation, code, _BY_CLASS.get(code, f"it cannot be asked ({code})"))
