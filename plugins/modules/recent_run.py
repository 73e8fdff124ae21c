#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: recent_run
short_description: Find a run whose findings can still be used
version_added: 1.0.0
description:
  - Looks for the newest run of all the hosts of the play that has been diagnosed and is not too old, so that what was
    found a moment ago need not be gathered again.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
options:
  path:
    description:
      - Where the folders of the runs are. A relative path starts where C(ansible-playbook) was started.
    type: path
    default: out
  run:
    description:
      - The name of the run to be used, however old it is. It must have been diagnosed.
    type: str
  max_age:
    description:
      - How old a run may be, in seconds.
    type: int
    default: 3600
seealso:
  - module: postmaster.delist.run_folder
  - module: postmaster.delist.diagnose
"""

EXAMPLES = r"""
- name: Use what was found within the hour
  postmaster.delist.recent_run:
  register: findings_recent
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
found:
  description: Whether there is such a run.
  returned: success
  type: bool
  sample: true
path:
  description: The absolute path of its folder, or null.
  returned: success
  type: str
  sample: /home/oncall/out/20261124T001500Z
run_id:
  description: Its name, or null.
  returned: success
  type: str
  sample: 20261124T001500Z
"""
