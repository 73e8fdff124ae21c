#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_folder
short_description: Open the folder of a run on the controller
version_added: 1.0.0
description:
  - Makes the folder into which a run writes what it finds, and notes in its C(run.json) when the run began and for
    which hosts.
  - Relative to the folder in which C(ansible-playbook) was started, the folder is C(out/<run_id>/); C(out/latest)
    points to the newest one.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.run_log
attributes:
  idempotent:
    support: N/A
    details:
      - Each run has a folder of its own, unless O(run) names one.
options:
  path:
    description:
      - Where the folders of the runs are. A relative path starts where C(ansible-playbook) was started.
    type: path
    default: out
  run:
    description:
      - The name of the run, V([A-Za-z0-9_.-]), at most 64 characters. An existing folder is used again, so several
        slices of a fleet can be gathered into one run.
      - By default the second in which the run began, in UTC.
    type: str
  keep_runs:
    description:
      - Remove older runs than the newest so many, the present one included. By default all are kept.
      - Only folders that this module has made and named itself by the time are removed. Those of O(run) stay, and so
        does what has no summary and began within a day, for it may still run. Not in check mode.
    type: int
  keep_days:
    description:
      - Remove runs that began longer ago. Together with O(keep_runs), only those that both give up.
    type: float
seealso:
  - module: postmaster.delist.incident_report
"""

EXAMPLES = r"""
- name: Open the folder of this run
  postmaster.delist.run_folder:
  register: evidence_run
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
run_id:
  description: The name of the run.
  returned: success
  type: str
  sample: 20261124T001500Z
path:
  description: The absolute path of its folder.
  returned: success
  type: str
  sample: /home/oncall/out/20261124T001500Z
started_at:
  description: When the run began, RFC 3339 with offset.
  returned: success
  type: str
  sample: "2026-11-24T09:15:00+09:00"
hosts:
  description: The hosts of the play, reachable or not.
  returned: success
  type: list
  elements: str
  sample: [mx1, mx2]
removed:
  description: The names of the runs that were removed.
  returned: success
  type: list
  elements: str
  sample: [20260824T001500Z]
"""
