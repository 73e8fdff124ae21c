# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import EndpointError, endpoint

RULES = {
    "hosts": [
        {"prefix": "cn-", "host": "email-smtp.{region}.amazonaws.com.cn"},
        {"prefix": "", "host": "email-smtp.{region}.amazonaws.com"},
    ],
    "starttls": [587, 2587, 25],
    "wrapper": [465, 2465],
}
VPC = "vpce-0ab.email-smtp.eu-west-1.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("given", "nexthop", "wrapper"),
    [
        ({"region": "us-east-1"}, "[email-smtp.us-east-1.amazonaws.com]:587", False),
        ({"region": "us-gov-west-1", "port": 2587}, "[email-smtp.us-gov-west-1.amazonaws.com]:2587", False),
        ({"region": "ap-northeast-1", "port": 465}, "[email-smtp.ap-northeast-1.amazonaws.com]:465", True),
        ({"region": "cn-north-1"}, "[email-smtp.cn-north-1.amazonaws.com.cn]:587", False),
        ({"region": "eu-west-1", "host": VPC.upper()}, f"[{VPC}]:587", False),
        ({"region": "eu-west-1", "host": VPC, "port": 10465, "wrapper": True}, f"[{VPC}]:10465", True),
    ],
)
def test_endpoint(given, nexthop, wrapper):
    found = endpoint(RULES, **given)
    assert (found.nexthop, found.wrapper) == (nexthop, wrapper)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"region": "Frankfurt"}, "no region"),
        ({"region": "us-east-1]:25 [evil.example"}, "no region"),
        ({"region": "us-east-1\n"}, "no region"),
        ({"region": "us-east-1", "port": 26}, "expected one of 587, 2587, 25, 465, 2465"),
        ({"region": "us-east-1", "port": 0, "wrapper": True}, "expected one of"),
        ({"region": "us-east-1", "port": 465, "wrapper": False}, "TLS from the start"),
        ({"region": "us-east-1", "host": "a b"}, "no host name"),
        ({"region": "us-east-1", "host": "192.0.2.1"}, "no host name"),
    ],
)
def test_what_is_no_endpoint(given, said):
    with pytest.raises(EndpointError, match=said):
        endpoint(RULES, **given)
