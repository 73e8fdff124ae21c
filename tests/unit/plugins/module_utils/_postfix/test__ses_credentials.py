# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _ses_credentials as ses

EXAMPLE = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
USER = "AKIAIOSFODNN7EXAMPLE"
V2 = "An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDy"
V4 = "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"


@pytest.mark.parametrize(
    ("secret", "region", "password"),
    [
        # aws/aws-sdk-php, tests/Ses/SesClientTest.php
        (EXAMPLE, "us-east-2", V4),
        # hashicorp/terraform-provider-aws, its tests of ses_smtp_password_v4
        ("some+secret+key", "eu-central-1", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"),
        ("some+secret+key", "us-west-1", "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj"),
    ],
)
def test_published_vectors(secret, region, password):
    assert ses.smtp_password(secret, region) == password
    assert ses.version(password) == 4
    made = ses.credentials(region=region, access_key_id=USER, secret_access_key=secret)
    assert made == ses.Credentials(USER, password)


def test_the_old_form_is_known_and_warned_about():
    assert ses.version(V2) == 2
    assert ses.credentials(region="us-east-1", user=USER, password=V2).warnings == (ses.OLD_FORM,)


def test_a_secret_given_as_a_password_is_warned_about():
    assert ses.credentials(region="us-east-1", user=USER, password=EXAMPLE).warnings == (ses.NOT_OF_SES,)


def test_a_good_password_is_taken_in_silence():
    assert ses.credentials(region="us-east-2", user=USER, password=V4).warnings == ()


@pytest.mark.parametrize("text", ["", "B", "!" * 44, base64.b64encode(b"\x09" + b"k" * 32).decode(), "é" * 44])
def test_what_is_no_password_of_ses(text):
    assert ses.version(text) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "neither"),
        ({"user": USER, "password": V4, "access_key_id": USER, "secret_access_key": EXAMPLE}, "both"),
        ({"user": USER}, "password or secret"),
        ({"secret_access_key": EXAMPLE}, "user"),
        ({"access_key_id": "ASIAIOSFODNN7EXAMPLE", "secret_access_key": EXAMPLE}, "Temporary keys"),
        ({"user": "ASIAIOSFODNN7EXAMPLE", "password": V4}, "Temporary keys"),
        ({"user": f"{USER}:x", "password": V4}, "no access key id"),
        ({"user": f"{USER}\nother", "password": V4}, "no access key id"),
        ({"user": "bob", "password": V4}, "no access key id"),
        ({"user": USER, "password": f"{V4}\n* smtp:[evil.example]"}, "control character"),
        ({"user": USER, "password": "two words"}, "blank"),
    ],
)
def test_what_cannot_log_in_is_refused_without_naming_a_secret(given, said):
    with pytest.raises(ses.CredentialsError) as refused:
        ses.credentials(region="us-east-1", **given)
    assert said in str(refused.value)
    for secret in (V4, EXAMPLE, "two words"):
        assert secret not in str(refused.value)
