#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: explain
short_description: Say what a pasted reply of a mail server means
version_added: 1.0.0
description:
  - Takes what a person can paste. A bare reply, a log line of Postfix, Exim, sendmail, qmail, Exchange or PowerMTA, a
    bounce message, or several of them.
  - Prints a short answer (who refuses, what it means, whose turn it is, what to do now, how long it takes, what not to
    do) and returns the whole diagnosis.
  - The text is never treated as a template, whatever it holds.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
  - postmaster.delist._knowledge
options:
  reply:
    description:
      - The text. For a text in an extra var use O(reply_variable) instead, as Ansible would template it.
    type: str
  reply_file:
    description:
      - A file on the controller with the text; the first MiB is read.
    type: path
  reply_variable:
    description:
      - The name of the variable from which the text is read as it is, when neither O(reply) nor O(reply_file) is given.
    type: str
    default: reply
  relay:
    description:
      - The host name of the server that answered, where the text does not say it.
    type: str
  language:
    description:
      - The language of the printed answer; the result has both.
    type: str
    choices: [en, ja]
    default: en
seealso:
  - module: postmaster.delist.diagnose
  - plugin: postmaster.delist.explain
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Explain the text in a file
  postmaster.delist.explain:
    reply_file: bounce.eml
    language: ja

# ansible-playbook explain.yml -e '{"reply": "550 5.7.1 ... Client host [203.0.113.7] blocked using FBLW15 ..."}'
- name: Explain the text in the extra var named reply
  postmaster.delist.explain:
"""

RETURN = r"""
diagnoses:
  description:
    - One finding for each refusal, without counts, and with C(receiver_name), C(summary) (all in one line),
      C(also_matched) (rules that hold too, but decided nothing) and C(reply), which holds C(code), C(enhanced),
      C(stage), C(text), C(relay_host), C(relay_ips), C(named_ips) and C(status).
    - Empty where the server accepted the mail or is ready for more.
  returned: success
  type: list
  elements: dict
  sample:
    - id: "microsoft_365/ip/203.0.113.7/ip_blocklisted_receiver"
      cause: ip_blocklisted_receiver
      confidence: medium
screen:
  description: The lines that were printed.
  returned: success
  type: list
  elements: str
  sample: ["Microsoft 365 (Exchange Online Protection): IP address on the receiver's own block list (203.0.113.7)"]
"""
