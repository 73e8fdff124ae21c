#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: delist_reply_info
short_description: Read what receivers answered to delist requests
version_added: 1.0.0
description:
  - Reads answers from mail files, Maildir, mbox or an IMAP mailbox, and says what each decides, address by address,
    with the sentence that it rests on.
  - Matches each answer to the cases of the ledger by the receiver's ticket, by our Message-ID, by our reference and by
    address. An answer may advance a case only when it names our ticket or our Message-ID, and the site's own mail
    server has verified by DKIM or DMARC that it comes from the receiver that was asked. Any other is shown, with the
    reason.
  - Only reads. Nothing is marked, moved or deleted, and no link is opened; links are returned.
  - Runs on the controller, once for all hosts.
author:
  - postmaster.delist contributors (@postmaster-delist)
requirements:
  - authres, on the controller, to read C(Authentication-Results)
  - imap-tools, for O(imap)
  - SQLAlchemy 2.0 or later, to match answers to cases
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
  - postmaster.delist._knowledge
  - postmaster.delist._ledger
options:
  paths:
    description:
      - Mail files (C(.eml)), mboxes and Maildir folders on the controller.
      - One of O(paths) and O(imap) is required.
    type: list
    elements: path
    default: []
  imap:
    description: A mailbox on a server.
    type: dict
    suboptions:
      host:
        description: The name of the server; its certificate must be for it.
        type: str
        required: true
      user:
        description: Who logs in.
        type: str
        required: true
      password:
        description: The password.
        type: str
        required: true
      port:
        description: 993 for O(imap.tls=implicit), 143 for O(imap.tls=starttls), unless given.
        type: int
      folder:
        description: The folder in which the answers arrive.
        type: str
        default: INBOX
      tls:
        description: How the connection is encrypted. There is none that is not.
        type: str
        choices: [implicit, starttls]
        default: implicit
      ca_file:
        description: The certificates that are trusted, instead of those of the system.
        type: path
  days:
    description: How many days back O(imap) is read.
    type: int
    default: 14
  newest:
    description: How many mails of each place are read at most, the newest ones.
    type: int
    default: 200
  authserv_ids:
    description:
      - The names under which the site's own mail servers write C(Authentication-Results) (RFC 8601). They must take
        away such headers of others that carry these names.
      - Without any, no answer advances a case.
    type: list
    elements: str
    default: []
  run_dir:
    description: The folder of a run. With it, the answers are written to its C(answers.json) instead of returned.
    type: path
seealso:
  - module: postmaster.delist.delist_case
"""

EXAMPLES = r"""
- name: Read the answers in a mailbox
  postmaster.delist.delist_reply_info:
    imap:
      host: imap.example.net
      user: postmaster@example.net
      password: "{{ vault_imap_password }}"
    authserv_ids: [mx.example.net]

- name: Read one answer
  postmaster.delist.delist_reply_info:
    paths: [answer.eml]
"""

RETURN = r"""
answers:
  description: The answers, each once. Not with O(run_dir).
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: Where it lies.
      type: str
      sample: answer.eml
    from:
      description: The address in C(From), unproven.
      type: str
      sample: support@microsoft.com
    verdicts:
      description: What it says of each address (null, of all), and the sentence.
      type: list
      elements: dict
      sample:
        - {ip: 203.0.113.7, verdict: removed, wording: microsoft/removed,
           sentence: The IP address you submitted has been reviewed and removed from our block lists.}
    tickets:
      description: The receiver's numbers.
      type: list
      elements: dict
      sample: [{number: "1318598611", id: SRX1318598611ID}]
    authenticated:
      description: The domains for which the site's own server vouches.
      type: list
      elements: str
      sample: [microsoft.com]
    matches:
      description: The cases that it names, how, and why it may not advance them (C(why_not), null where it may).
      type: list
      elements: dict
      sample: [{case: PD-214AF310BC, by: [ticket], why_not: null}]
    advances:
      description: The cases that it may advance.
      type: list
      elements: str
      sample: [PD-214AF310BC]
    links:
      description: The links in it, none of which was opened.
      type: list
      elements: str
      sample: ["https://sender.office.com/confirm"]
count:
  description: How many answers there are. With O(run_dir).
  returned: success
  type: int
  sample: 2
path:
  description: Where they were written. With O(run_dir).
  returned: success
  type: str
  sample: out/20261124T001500Z/answers.json
notes:
  description: What could not be read, and why.
  returned: success
  type: list
  elements: str
  sample: []
"""
