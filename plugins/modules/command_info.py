#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: command_info
short_description: Give the complete command of this run, or of another playbook in the same way
version_added: 1.0.0
description:
  - Returns the command line of this run, with its inventory, limit, vault and become options, so that it can be copied.
  - Extra vars are repeated unless they are secrets, pasted text, or for one run only. Those in files are named by their
    files. The names of those that are not repeated are returned.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
options:
  playbook:
    description:
      - The name of another playbook of this collection, such as V(restore). By default this run's own.
    type: str
  extra:
    description:
      - Further extra vars of the command.
    type: dict
    default: {}
  show:
    description:
      - A label. The command is then printed behind it, in lines that can be copied into a shell.
    type: str
seealso:
  - module: postmaster.delist.postfix_hold
"""

EXAMPLES = r"""
- name: Know how to undo this
  postmaster.delist.command_info:
    playbook: restore
    extra:
      confirm: "yes"
    show: UNDO
  register: hold_undo
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
command:
  description: The command, quoted for a shell.
  returned: success
  type: str
  sample: ansible-playbook postmaster.delist.restore -i hosts.yml -l mx1 -b -e confirm=yes
left_out:
  description: Variables that the command does not set though this run has them, since they are secrets, too long, or
    no plain words. It may not be complete without them.
  returned: success
  type: list
  elements: str
  sample: []
told:
  description: The command, and in brackets which variables have to be added to it, if there are any.
  returned: success
  type: str
  sample: "ansible-playbook postmaster.delist.relay -i hosts.yml -b (add what it does not repeat: relay_password)"
"""
