#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ses_account_info
short_description: See what an account of Amazon SES may send
version_added: 1.0.0
description:
  - Asks Amazon SES (API v2) for quota and rate, whether the account is still in the SES sandbox or is paused, which
    identities are verified, and which recipients the account would silently not send to.
  - Runs on the controller. What the IAM user may not ask is null in the result and named in RV(unknown); only when not
    even the account can be asked, the task fails.
  - Needs C(ses:GetAccount); C(ses:ListEmailIdentities) and C(ses:GetSuppressedDestination) for the rest.
requirements:
  - boto3 >= 1.34
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
options:
  region:
    description: The region of AWS. Each has its own identities, quota and sandbox.
    type: str
    required: true
  access_key_id:
    description:
      - The IAM access key. Without it, what boto3 itself finds is used (environment, C(~/.aws), the role of a machine).
    type: str
  secret_access_key:
    description: Its secret.
    type: str
  session_token:
    description: The token that belongs to temporary credentials.
    type: str
  profile:
    description: A profile of the AWS configuration, instead of a key.
    type: str
  endpoint_url:
    description: Another server than the region's own, such as a VPC endpoint.
    type: str
  senders:
    description: Addresses or domains that mail is sent from, to be told which of them are verified.
    type: list
    elements: str
    default: []
  recipients:
    description: Addresses to look for in the account's suppression list, one question each.
    type: list
    elements: str
    default: []
  smtp_password_file:
    description:
      - A file on the controller to write the SMTP password into that O(secret_access_key) has in this region. Only its
        owner can read it. Nothing is written in check mode.
      - M(postmaster.delist.postfix_relay) does not need it, as it derives the password itself.
    type: path
seealso:
  - module: postmaster.delist.postfix_relay
"""

EXAMPLES = r"""
- name: How much may still be sent today, and are our senders verified?
  postmaster.delist.ses_account_info:
    region: eu-central-1
    senders: [example.jp]
  delegate_to: localhost
  run_once: true
  register: ses
"""

RETURN = r"""
region:
  description: The region that was asked.
  returned: success
  type: str
  sample: eu-central-1
sandbox:
  description: Whether the account may only send to verified addresses, 200 a day.
  returned: success
  type: bool
  sample: false
sending:
  description: Whether the account may send at all.
  returned: success
  type: bool
  sample: true
status:
  description: V(HEALTHY), V(PROBATION) or V(SHUTDOWN).
  returned: success
  type: str
  sample: HEALTHY
quota:
  description:
    - Recipients in 24 hours (C(a_day), C(sent), C(left)) and in a second (C(a_second)), over all who use the account.
      Null stands for what is not limited or not told.
  returned: success
  type: dict
  sample: {a_day: 50000.0, a_second: 14.0, sent: 1200.0, left: 48800.0}
identities:
  description: The addresses and domains of the account. Null when they may not be listed.
  returned: success
  type: list
  elements: dict
  sample: [{name: example.jp, kind: domain, verified: true}]
senders:
  description: For each of O(senders) whether its mail is taken (null when that is unknown), and by which identity.
  returned: success
  type: list
  elements: dict
  sample: [{sender: example.jp, verified: true, by: example.jp}]
suppressed:
  description: Those of O(recipients) to which mail would be taken and not sent.
  returned: success
  type: list
  elements: dict
  sample: [{address: bob@example.com, reason: BOUNCE, since: "2026-11-20T03:00:00+00:00"}]
unknown:
  description: What could not be asked.
  returned: success
  type: list
  elements: dict
  sample:
    - part: ListEmailIdentities
      code: AccessDeniedException
      msg: "Amazon SES (ListEmailIdentities): the IAM user may not do this: allow it ses:ListEmailIdentities"
smtp:
  description: The SMTP user, and the file that holds the password.
  returned: with O(smtp_password_file)
  type: dict
  sample: {user: AKIAIOSFODNN7EXAMPLE, password_file: /home/oncall/ses.password}
code:
  description: The name that AWS or boto3 has for what went wrong.
  returned: failure
  type: str
  sample: AccessDeniedException
"""

# What it does is in plugins/action/ses_account_info.py.
