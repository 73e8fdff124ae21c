#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_audit
short_description: Say what is new, still there and gone since the last audit of a fleet
version_added: 1.0.0
description:
  - Puts together what a diagnosed run shows. Blocks, listings, the DNS of the senders, the configuration of each
    Postfix, holds and relays, open cases, and how each receiver took the mail compared with the days before.
  - Each such concern has a name that is the same every night. Compared with the ledger it is V(new), V(still) there,
    V(cleared), or V(unknown_now), where nobody could look again. Only what was looked at can be cleared.
  - Writes C(audit.json) into the folder of the run. O(operation=remember) appends that to the ledger, once.
  - Changes no host.
author:
  - postmaster.delist contributors (@postmaster-delist)
requirements:
  - SQLAlchemy >= 2.0
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.run_log
  - postmaster.delist._knowledge
  - postmaster.delist._ledger
  - postmaster.delist._ledger.actor
attributes:
  idempotent:
    support: full
    details:
      - The same run is remembered once. In check mode the ledger is read, and never written.
options:
  operation:
    description:
      - With V(compare) the run is compared with what the ledger remembers. With V(remember) it is appended to it.
    type: str
    required: true
    choices: [compare, remember]
  run_dir:
    description: The folder of the run. It holds C(findings.json), and C(audit.json) for V(remember).
    type: path
    required: true
  baseline:
    description: Whether what is there now is known from now on, so that it fails no audit until it was gone once.
    type: bool
    default: false
  merged:
    description:
      - Names of runs that are parts of this one, as slices of the fleet. What they have left in the ledger is not taken
        for a night before.
    type: list
    elements: str
    default: []
  diagnosis:
    description: The name of the variable with the result of M(postmaster.delist.diagnose).
    type: str
    default: diagnosis_made
  lists:
    description: The name of the variable with the result of M(postmaster.delist.diagnose_listings).
    type: str
    default: diagnosis_listed
seealso:
  - module: postmaster.delist.incident_report
  - module: postmaster.delist.delist_case
"""

EXAMPLES = r"""
- name: Compare this run with the nights before
  postmaster.delist.fleet_audit:
    operation: compare
    run_dir: "{{ evidence_run.path }}"
  run_once: true
  delegate_to: localhost
  register: audit_made

- name: Remember it
  postmaster.delist.fleet_audit:
    operation: remember
    run_dir: "{{ evidence_run.path }}"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
path:
  description: The file that holds the audit.
  returned: O(operation=compare)
  type: str
  sample: /home/oncall/out/20261124T001500Z/audit.json
count:
  description: How many concerns there are, those that are gone included.
  returned: success
  type: int
  sample: 12
remembered:
  description: Whether this was news to the ledger.
  returned: O(operation=remember)
  type: bool
  sample: true
"""
