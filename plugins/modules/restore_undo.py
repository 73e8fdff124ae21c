#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: restore_undo
short_description: Say how to bring back what a restore took away
version_added: 1.0.0
description:
  - Takes what M(postmaster.delist.postfix_hold) and M(postmaster.delist.postfix_relay) say was on each host, and
    returns the commands that put it there again, the hold before the relay. Hosts that had the same share a command.
  - The settings are written to files on the controller, in the folder C(restored) of O(path), and the commands name
    these. A secret is never in them. A setting that could be more than data is left out and named.
  - Runs on the controller, once for all hosts.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
attributes:
  check_mode:
    support: full
    details:
      - The files are notes of the run. They are written in check mode too, and never count as changed.
  diff_mode:
    support: N/A
    details:
      - Changes no host.
  idempotent:
    support: full
options:
  hold:
    description: The name of the variable in which the task that took the hold away registered its result.
    type: str
    default: restore_hold
  relay:
    description: The name of the variable in which the task that took the relay away registered its result.
    type: str
    default: restore_relay
  config_directory:
    description: The configuration directory of the Postfix instance, where it is not Postfix's own.
    type: str
  log_paths:
    description: Where Postfix's log is, where it is not found by itself.
    type: list
    elements: str
    default: []
  path:
    description: The folder that holds the folders of runs.
    type: path
    default: out
  show:
    description: A label. The commands are then printed behind it, in lines that can be copied into a shell.
    type: str
seealso:
  - module: postmaster.delist.command_info
"""

EXAMPLES = r"""
- name: Know how to bring it back
  postmaster.delist.restore_undo:
    show: UNDO
  run_once: true
  delegate_to: localhost
  register: restore_undo
"""

RETURN = r"""
commands:
  description: The commands, in the order in which to give them; in brackets which variables have to be added.
  returned: success
  type: list
  elements: str
  sample:
    - ansible-playbook postmaster.delist.hold -i hosts.yml -b -e @out/restored/20261124T091500.000001Z-1-hold.json
      -e run=20261124T001500Z -e confirm=yes
undos:
  description: The same in parts, with C(playbook), C(hosts), C(command), C(left_out) and the C(path) of the file.
  returned: success
  type: list
  elements: dict
  sample: []
"""

# What it does is in plugins/action/restore_undo.py.
