#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: delist_send
short_description: Send the delist requests of a run, each once
version_added: 1.0.0
description:
  - Sends the mails that C(postmaster.delist.delist_request) wrote, for cases that are in the ledger.
  - The ledger is told before the server is. Where it stays open whether a mail went out, because the connection or the
    controller was lost at that moment, it is not sent again; somebody looks into the log of the submission server and
    records C(sent) or C(unsent) with C(postmaster.delist.delist_case).
  - The server must offer TLS with a certificate that is valid for its name, and must not be one of the blocked
    addresses.
  - Web forms are filled in by people. Record that with C(postmaster.delist.delist_case) and C(event=submitted).
  - Runs on the controller, once for all hosts.
author:
  - postmaster.delist contributors (@postmaster-delist)
requirements:
  - SQLAlchemy 2.0 or later, on the controller
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._ledger
  - postmaster.delist._ledger.actor
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details:
      - Changes no host.
  idempotent:
    support: full
    details:
      - What was sent, or may have been sent, is not sent again.
options:
  run_dir:
    description: The folder of the run, with C(requests.json) and C(findings.json).
    type: path
    required: true
  server:
    description: The submission server (RFC 6409).
    type: dict
    required: true
    suboptions:
      host:
        description: Its name; its certificate must be for it.
        type: str
        required: true
      user:
        description: Who logs in. Without a user nobody does.
        type: str
      password:
        description: The password.
        type: str
      port:
        description: 587 for O(server.tls=starttls), 465 for O(server.tls=implicit), unless given.
        type: int
      tls:
        description: How the connection is encrypted. There is none that is not.
        type: str
        choices: [implicit, starttls]
        default: starttls
      ca_file:
        description: The certificates that are trusted, instead of those of the system.
        type: path
  cases:
    description:
      - The cases whose requests are sent.
      - By default all of the run.
    type: list
    elements: str
    default: []
  confirm:
    description: Really send. Without it only the plan is returned.
    type: bool
    default: false
seealso:
  - module: postmaster.delist.delist_request
  - module: postmaster.delist.delist_case
"""

EXAMPLES = r"""
- name: Send the request of one case
  postmaster.delist.delist_send:
    run_dir: out/latest
    cases: [PD-214AF310BC]
    confirm: true
    server:
      host: smtp.example.net
      user: postmaster@example.net
      password: "{{ vault_smtp_password }}"
"""

RETURN = r"""
requests:
  description: What became of each request, or would.
  returned: success
  type: list
  elements: dict
  contains:
    case:
      description: Its case.
      type: str
      sample: PD-214AF310BC
    outcome:
      description:
        - V(sent), V(planned), V(refused) (it was or may have been sent, or it is not its turn), V(failed) (the server
          did not take it), or V(unknown).
      type: str
      sample: sent
    reason:
      description: Why not.
      type: str
      sample: null
    message_id:
      description: The C(Message-ID) of the mail.
      type: str
      sample: <pd-214af310bc.5f0e@example.jp>
"""
