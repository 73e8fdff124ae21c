#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: case_report
short_description: Say what is due in the open cases, with the commands
version_added: 1.0.0
description:
  - Shows on one screen what is to be done for each open case of the play's hosts, whose turn it is, and the complete
    command for it; and writes the same to C(cases.md) in the folder of the run, and C(summary.json) with C(cases_due).
  - Only reads the ledger. Runs on the controller, once for all hosts.
author:
  - postmaster.delist contributors (@postmaster-delist)
requirements:
  - SQLAlchemy 2.0 or later, on the controller
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._knowledge
  - postmaster.delist._ledger
attributes:
  check_mode:
    support: full
    details:
      - The folder of the run is the run's own log, so it is written in check mode too.
  diff_mode:
    support: N/A
    details:
      - Changes nothing but the run's own log.
  idempotent:
    support: full
    details:
      - Never reports a change.
options:
  run_dir:
    description: The folder of the run.
    type: path
    required: true
  mailboxes:
    description: A mailbox of your own at each receiver, by the receiver's slug, about which the play asks.
    type: dict
    default: {}
  can_send:
    description: Whether the play sends mails with C(confirm=yes). Otherwise a person does, and records it.
    type: bool
    default: false
  language:
    description: The language of screen and C(cases.md).
    type: str
    choices: [en, ja]
    default: en
  gathered:
    description:
      - The variable in which each host registered the gathering of its evidence. Without it no host was asked.
    type: str
  steps:
    description: The variables of steps that may have failed, by step (V(answers), V(sending), V(cases)).
    type: dict
    default: {}
  closed:
    description: The variable in which the closing of cases was registered.
    type: str
  sent:
    description: The variable in which the sending was registered.
    type: str
seealso:
  - module: postmaster.delist.delist_case
"""

EXAMPLES = r"""
- name: Say what is due
  postmaster.delist.case_report:
    run_dir: out/latest
"""

RETURN = r"""
path:
  description: Where all of it is.
  returned: success
  type: str
  sample: out/20261124T001500Z/cases.md
due:
  description: What is due now, as in C(summary.json).
  returned: success
  type: list
  elements: dict
  sample:
    - case: PD-214AF310BC
      finding: outlook_com/ip/203.0.113.7/ip_blocklisted_receiver
      title: "Outlook.com: on its block list (203.0.113.7)"
      hosts: [mx1]
      state: submitted
      since: "2026-11-24T01:00:00+00:00"
      due: chase
      due_at: "2026-11-27T01:00:00+00:00"
      is_due: true
      who: you
      by: kim@controller
      what: No answer in time. Answer your own mail or form once, politely, with the ticket 1318598611.
      path: null
      commands: [ansible-playbook postmaster.delist.follow_up -i hosts.yml -e case=PD-214AF310BC -e event=chased]
policy:
  description: Whether this run can be relied on as a whole, and if not, why.
  returned: success
  type: dict
  sample: {passed: true, reasons: []}
"""
