#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: diagnose
short_description: Find out from a run's evidence who blocks which address, and why
version_added: 1.0.0
description:
  - Reads the evidence of all mail hosts, C(<run_dir>/evidence/*.json), and writes the findings,
    C(<run_dir>/findings.json).
  - A finding is one counterpart (a receiver, or a block list that receivers quote), one subject and one cause, over all
    hosts, with what it means, whose turn it is and what to do, in English and Japanese.
  - Runs once, on the controller. An evidence file that cannot be read becomes a note; the others are still diagnosed.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.run_log
  - postmaster.delist._knowledge
attributes:
  idempotent:
    support: full
options:
  run_dir:
    description:
      - The folder of the run.
    type: path
    required: true
notes:
  - An address that a reply names is believed when it is among the fleet's configured addresses, or, on hosts that know
    no public address of their own, when the receiver's own relay or relays of two organisations name it. Otherwise the
    finding has low confidence, and no request is written from it.
seealso:
  - module: postmaster.delist.explain
  - module: postmaster.delist.diagnose_listings
"""

EXAMPLES = r"""
- name: Diagnose the evidence of this run
  postmaster.delist.diagnose:
    run_dir: "{{ evidence_run.path }}"
  register: diagnosis
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
path:
  description: The file with the findings.
  returned: success
  type: str
  sample: /home/oncall/out/20261124T001500Z/findings.json
count:
  description: How many findings there are.
  returned: success
  type: int
  sample: 3
causes:
  description: How many findings there are of each cause.
  returned: success
  type: dict
  sample: {ip_blocklisted_receiver: 2, recipient_invalid: 1}
addresses:
  description: The public addresses of the fleet, as configured or as named by replies that are believed.
  returned: success
  type: list
  elements: str
  sample: [203.0.113.7]
domains:
  description: The domains that a believed finding is about.
  returned: success
  type: list
  elements: str
  sample: []
helo:
  description: The name that each configured address greets with, where the evidence has a look at the configuration.
  returned: success
  type: dict
  sample: {203.0.113.7: mx1.example.jp}
notes:
  description: What could not be read, with C(code), C(path), and a sentence in C(en) and C(ja).
  returned: success
  type: list
  elements: dict
  sample:
    - code: evidence_not_json
      path: mx2.json
      en: "mx2.json is not whole JSON: its evidence is left out"
      ja: "mx2.json は完全なJSONではないため、その証跡は除外しました"
"""
