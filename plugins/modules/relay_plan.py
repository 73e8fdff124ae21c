#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: relay_plan
short_description: See what relaying through Amazon SES would mean for a fleet, before it is done
version_added: 1.0.0
description:
  - Reads the findings and the evidence of a run and says which hosts would relay which domains, how many recipients a
    day that is and what it costs, how fast each host may send, and what speaks against it.
  - Only findings that can be believed count (not those of low confidence), and only causes that another address helps
    against. What a log names that is no plain domain is dropped.
  - Runs once, on the controller, for the hosts of the play. Writes C(<run_dir>/relay.json).
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._knowledge
attributes:
  check_mode:
    support: full
    details:
      - The plan is part of the run's own log. It is written in check mode too, and never counts as changed.
  diff_mode:
    support: N/A
    details:
      - Changes no host.
  idempotent:
    support: full
options:
  run_dir:
    description: The folder of the run.
    type: path
    required: true
  region:
    description: The region of AWS.
    type: str
    required: true
  scope:
    description: What would go through the relay, as in M(postmaster.delist.postfix_relay).
    type: str
    choices: [destinations, all, relayhost]
    default: destinations
  domains:
    description: Recipient domains to relay on all hosts, besides those of the findings.
    type: list
    elements: str
    default: []
  senders:
    description: The domains that mail is sent from. By default those of the refused mail.
    type: list
    elements: str
    default: []
  override:
    description: Refusals, by their code, that somebody has decided to accept.
    type: list
    elements: str
    default: []
  max_domains:
    description: More domains than this are refused.
    type: int
    default: 1000
  sharing:
    description:
      - How many hosts share the account's rate. By default those that would relay in this play, and those of the
        inventory that are not in it but may relay as well, by the findings of the run or because it knows nothing of
        them. So slices of a fleet keep to the rate together.
    type: int
    default: 0
  rate:
    description: How many recipients in a second the account may send to. By default what it said itself.
    type: float
    default: 0
  account:
    description: The name of the variable that holds the result of M(postmaster.delist.ses_account_info).
    type: str
    default: relay_account
  dns:
    description: The name of the variable that holds the result of M(postmaster.delist.sender_dns_info).
    type: str
    default: relay_dns
  show:
    description: Whether to show the plan on the screen.
    type: bool
    default: false
  language:
    description: The language of the screen.
    type: str
    choices: [en, ja]
    default: en
seealso:
  - module: postmaster.delist.postfix_relay
"""

EXAMPLES = r"""
- name: What would a relay mean?
  postmaster.delist.relay_plan:
    run_dir: out/20261124T001500Z
    region: eu-central-1
    show: true
  run_once: true
  delegate_to: localhost
  register: plan
"""

RETURN = r"""
hosts:
  description: For each host of the play, whether it would relay, which domains, and how many recipients a day.
  returned: success
  type: dict
  sample:
    mx1: {relays: true, domains: [hotmail.com, outlook.com], recipients_a_day: 4200, receivers: [outlook_com]}
relaying:
  description: The hosts that would relay.
  returned: success
  type: list
  elements: str
  sample: [mx1]
domains:
  description: All domains that would be relayed.
  returned: success
  type: list
  elements: str
  sample: [hotmail.com, outlook.com]
recipients_a_day:
  description: How many recipients a day that is, as the evidence shows.
  returned: success
  type: int
  sample: 4200
cost:
  description: What Amazon SES takes for them a day, without attachments.
  returned: success
  type: dict
  sample: {currency: USD, a_day: 0.42}
rate:
  description: The account's recipients in a second. Null when not known.
  returned: success
  type: float
  sample: 14.0
sharing:
  description: By how many hosts it is shared.
  returned: success
  type: int
  sample: 2
elsewhere:
  description: Those of them that are not in this play.
  returned: success
  type: list
  elements: str
  sample: []
pace:
  description: How fast each host would send, and how many messages a day all together could.
  returned: success
  type: dict
  sample: {delay: 1, recipients: 14, a_day: 86400}
quota_left:
  description: What is left of the account's quota. Null when not known or not limited.
  returned: success
  type: float
  sample: 48800.0
senders:
  description: The domains that mail is sent from.
  returned: success
  type: list
  elements: str
  sample: [example.jp]
refusals:
  description: What speaks against it, with C(code), whether it is C(overridden), and a sentence in C(en) and C(ja).
  returned: success
  type: list
  elements: dict
  sample: []
refused:
  description: The sentences of those that are not overridden.
  returned: success
  type: list
  elements: str
  sample: []
notes:
  description: What should be known before, in the same form.
  returned: success
  type: list
  elements: dict
  sample: []
not_believed:
  description: How many findings were left out because they cannot be believed.
  returned: success
  type: int
  sample: 0
dropped:
  description: What the evidence names that is no domain.
  returned: success
  type: list
  elements: str
  sample: []
screen:
  description: What the screen shows.
  returned: success
  type: list
  elements: str
  sample: ["PLAN: relay 2 domains through Amazon SES (eu-central-1)"]
path:
  description: The file with the plan.
  returned: success
  type: str
  sample: /home/oncall/out/20261124T001500Z/relay.json
"""

# What it does is in plugins/action/relay_plan.py.
