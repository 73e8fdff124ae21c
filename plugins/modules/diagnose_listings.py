#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: diagnose_listings
short_description: Join what block lists and DNS say to the findings of a run
version_added: 1.0.0
description:
  - Takes the results of M(postmaster.delist.dnsbl_info) and M(postmaster.delist.sender_dns_info) from the variables
    that their tasks registered, and writes them into the folder of the run as C(listings.json).
  - Adds to each finding of C(findings.json) where its address or domain is listed (C(listings)), what would make a
    request fail (C(blockers)), and whether the list that a reply named still has it (C(list_state)).
  - Runs on the controller. Asks nobody.
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.run_log
  - postmaster.delist._knowledge
attributes:
  idempotent:
    support: full
options:
  run_dir:
    description: The folder of the run, with the findings of M(postmaster.delist.diagnose).
    type: path
    required: true
  places:
    description:
      - Where the lists were asked from, V(controller) or the names of hosts, in the order of O(lists).
      - What one was refused counts from the next one that the list answered.
    type: list
    elements: str
    required: true
  targets:
    description: The addresses and domains that were to be asked about.
    type: list
    elements: str
    default: []
  lists:
    description:
      - The names of the variables with the results of M(postmaster.delist.dnsbl_info). Skipped tasks are left out.
    type: list
    elements: str
    default: [diagnosis_lists_asked, diagnosis_lists_again]
  sender_dns:
    description: The name of the variable with the result of M(postmaster.delist.sender_dns_info).
    type: str
    default: diagnosis_sender_dns
seealso:
  - module: postmaster.delist.diagnose
  - module: postmaster.delist.dnsbl_info
  - module: postmaster.delist.sender_dns_info
author:
  - postmaster.delist contributors (@postmaster-delist)
"""

EXAMPLES = r"""
- name: Join what the lists say
  postmaster.delist.diagnose_listings:
    run_dir: "{{ evidence_run.path }}"
    places: [controller]
    targets: "{{ diagnosis.addresses }}"
    lists: [lists]
    sender_dns: sender_dns
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
path:
  description: The file with what lists and DNS said.
  returned: success
  type: str
  sample: /home/oncall/out/20261124T001500Z/listings.json
totals:
  description: Pairs of target and list, as in RV(postmaster.delist.dnsbl_info#module:totals).
  returned: success
  type: dict
  sample: {listed: 1, allowed: 0, clean: 40, unknown: 3, coverage: 93.2}
"""
