#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_report
short_description: Say what a hold, a relay or a restore changes on hosts, and what receivers answered them
version_added: 1.0.0
description:
  - Prints a few lines of at most 80 columns about what tasks have registered on the hosts of the play. Hosts of which
    the same is to be said share a line.
  - Runs on the controller, once for all hosts.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
options:
  hold:
    description: The name of the variable in which M(postmaster.delist.postfix_hold) registered its result.
    type: str
  relay:
    description: The name of the variable in which M(postmaster.delist.postfix_relay) registered its result.
    type: str
  asked:
    description:
      - The name of the variable in which M(postmaster.delist.delivery_probe) registered its results, in a loop over
        items whose C(key) is the receiver.
    type: str
  state:
    description: Whether hold and relay were put there, or taken away.
    type: str
    choices: [present, absent]
    default: present
  planned:
    description: Whether nothing has changed yet.
    type: bool
    default: false
  language:
    description: The language of the lines.
    type: str
    choices: [en, ja]
    default: en
seealso:
  - module: postmaster.delist.incident_report
"""

EXAMPLES = r"""
- name: Say what is held
  postmaster.delist.host_report:
    hold: hold_done
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
screen:
  description: The lines.
  returned: success
  type: list
  elements: str
  sample:
    - "HELD    mx1, mx2: refusals like microsoft_365/fblw15 wait in the queue from now on"
all_accept:
  description: Whether receivers were asked, and all of them take mail again.
  returned: success
  type: bool
  sample: false
"""

# What it does is in plugins/action/host_report.py.
