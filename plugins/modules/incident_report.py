#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_report
short_description: Say on one screen who blocks us and what to do, and write the reports of a run
version_added: 1.0.0
description:
  - Reads the folder of a run, evidence, findings and requests, and prints one screen of at most 24 lines and 80
    columns, the answer first.
  - Writes C(summary.json) for scripts, and the files that O(formats) asks for, into the same folder. They are written
    whenever the folder is there, even if some hosts or steps failed; what is missing is said.
  - Text from outside is printed without control characters, and is no markup, formula, label or link in any format.
  - Runs on the controller, once for all hosts.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.run_log
attributes:
  idempotent:
    support: full
    details:
      - The same folder gives the same report, but for the time at which it was written.
options:
  run_dir:
    description: The folder of the run, as M(postmaster.delist.run_folder) returns it.
    type: path
    required: true
  language:
    description: The language of screen, report and reasons.
    type: str
    choices: [en, ja]
    default: en
  formats:
    description:
      - Which files to write. A file that an earlier report wrote into the folder, and this one does not, is removed.
      - V(markdown) is C(report.md), for people.
      - V(html) is C(report.html), one page in both languages for screen and paper. It loads and runs nothing.
      - V(jsonl) is C(findings.jsonl), a whole finding on each line; its schema is C(knowledge/schema/report_line.json).
      - V(csv) is C(findings.csv), for spreadsheets; a cell that would be a formula begins with an apostrophe.
      - V(junit) is C(junit.xml), a test suite for each host with a case for each cause that is a block, and a suite for
        the steps of the run and the block lists.
      - V(prometheus) is C(metrics.prom), gauges in Prometheus' text format. What is cleared has no series any more.
    type: list
    elements: str
    choices: [markdown, html, jsonl, csv, junit, prometheus]
    default: [markdown, html, junit]
  step_summary:
    description:
      - A file to append the Markdown report to, such as the one that GitHub Actions names in E(GITHUB_STEP_SUMMARY).
        What would be beyond its limit of 1 MiB is cut off at a line, and said.
      - Not written in check mode.
    type: path
  metrics_file:
    description:
      - A file with the same text as V(prometheus) of O(formats), put in place by a rename. Its name ends in C(.prom),
        and its folder is read by the textfile collector of a node_exporter on the controller.
      - Not written in check mode.
    type: path
  notify_urls:
    description:
      - Where to send a short message, as URLs of apprise (Slack, Teams workflows, PagerDuty, mail, LINE and many more).
        It takes C(apprise) on the controller.
      - A message is sent when something has changed since the newest run of the same hosts before this one, such as a
        block that is new or gone, or hosts that could no longer be read. Without such a run, when there is a block or a
        gap.
      - They are secrets, and are in no result, reason or log. A message that does not arrive fails nothing; it is a
        warning, and told in RV(notices).
      - Not sent in check mode.
    type: list
    elements: str
    default: []
  notify_webhook:
    description:
      - A URL to which the same is posted as JSON, schema C(knowledge/schema/notice.json). Its C(text) is all that many
        chats want. It takes nothing but Ansible. What is said of O(notify_urls) holds for it too.
    type: str
  notify_always:
    description: Send the message of every run, changed or not.
    type: bool
    default: false
  gathered:
    description:
      - The name of the variable in which the task that gathered the evidence registered its result on each host.
      - It says which hosts failed or were unreachable. A host of the play without it counts as failed.
    type: str
    default: evidence_host
  diagnosis:
    description:
      - The name of the variable with the result of M(postmaster.delist.diagnose), so that its failure is reported.
    type: str
    default: diagnosis_made
  lists:
    description:
      - The name of the variable with the result of M(postmaster.delist.diagnose_listings). Without one, nothing is said
        about block lists.
    type: str
    default: diagnosis_listed
  request:
    description:
      - The name of the variable with the result of M(postmaster.delist.delist_request), so that its failure is
        reported.
    type: str
    default: request_written
  audit:
    description:
      - The name of the variable with the result of M(postmaster.delist.fleet_audit). With one, the screen and the
        reports say what has changed, and the policy weighs it.
    type: str
    default: audit_made
  fail_on:
    description:
      - What the policy refuses. V(unreachable) are hosts that could not be reached or read.
      - The others weigh an audit alone. V(new), V(critical) and V(overdue) are concerns that are neither accepted, nor
        known by a baseline, nor for information only. V(unknown_ratio) is more than O(max_unknown).
    type: list
    elements: str
    choices: [new, critical, overdue, unknown_ratio, unreachable]
    default: [new, critical, overdue, unknown_ratio, unreachable]
  max_unknown:
    description: The percentage of the lists' answers that may stay unknown in an audit.
    type: float
    default: 50.0
  ledger:
    description:
      - Where the ledger of the cases is, as M(postmaster.delist.delist_case) takes it. It is only read. The open cases
        of the play's hosts stand in the report, unless the run is an audit, which has them among its concerns.
      - Where there is none, nothing is said of cases. One that cannot be read fails nothing, and the report says why.
      - By default C(postmaster-delist/ledger.sqlite3) in the user's folder for data (C(XDG_DATA_HOME)).
    type: str
    version_added: 1.1.0
  accepted:
    description:
      - A file on the controller with what is accepted in an audit, each entry with C(reason), C(owner), C(expires) (the
        last day on which it counts), and what it is about, by C(id), C(check), C(subject), C(receiver), C(list) or
        C(host).
    type: path
seealso:
  - module: postmaster.delist.fleet_audit
  - module: postmaster.delist.run_folder
  - module: postmaster.delist.delist_request
"""

EXAMPLES = r"""
- name: Say who blocks us and what to do
  postmaster.delist.incident_report:
    run_dir: "{{ evidence_run.path }}"
    language: ja
  run_once: true
  delegate_to: localhost
  register: report_written

- name: End with an error unless every host was read
  ansible.builtin.assert:
    that: report_written.policy.passed
    fail_msg: "{{ report_written.policy.reasons | join('; ') }}"
"""

RETURN = r"""
files:
  description: The absolute paths of the files of O(formats).
  returned: success
  type: dict
  sample: {markdown: /home/oncall/out/20261124T001500Z/report.md}
path:
  description: The absolute path of C(summary.json).
  returned: success
  type: str
  sample: /home/oncall/out/20261124T001500Z/summary.json
notices:
  description: What became of each message; empty where there was nothing to say or nobody to tell.
  returned: success
  type: list
  elements: dict
  contains:
    to:
      description: V(webhook), or V(apprise) with the number of the URL.
      type: str
      sample: apprise 1
    sent:
      description: Whether the service took it.
      type: bool
      sample: true
    reason:
      description: Why not; it holds nothing of the URL.
      type: str
      sample: null
policy:
  description: Whether the run can be relied on as a whole. Findings alone do not count against it.
  returned: success
  type: dict
  contains:
    passed:
      description: Every host was read, and every step done.
      type: bool
      sample: false
    reasons:
      description: Why it cannot, in the report's language.
      type: list
      elements: str
      sample: ["mx3 was unreachable: Connection refused"]
"""
