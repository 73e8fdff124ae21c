#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: delist_request
short_description: Write the request that ends a block, as this receiver wants it
version_added: 1.0.0
description:
  - For each finding of C(postmaster.delist.diagnose), writes what the receiver or the operator of the list asks for,
    a mail as a draft (C(.eml)) or a crib for a web form (C(.form.md), field by field), or says why there is none and
    what to do instead.
  - A draft has no C(Date), the mail program adds it when the draft is sent. It is marked as a draft by C(X-Unsent), and
    its C(Message-ID) follows from its content.
  - Recipients and pages come from what the collection knows of a receiver. An address that a reply prints is used only
    when it is below the receiver's own domains.
  - Nothing is made up. What happened and what was fixed is said by the operator, or there is no request.
  - Runs on the controller, once for all hosts. Sends nothing.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.run_log
  - postmaster.delist._knowledge
attributes:
  idempotent:
    support: full
    details:
      - The same findings and words give the same bytes.
options:
  run_dir:
    description:
      - The folder of the run. Its C(findings.json) is read, unless O(findings) is given, and C(requests.json) and
        C(requests/) are written into it.
      - Required, unless O(findings) is given.
    type: path
  findings:
    description:
      - The findings themselves, for ad hoc use. Without O(run_dir) nothing is written, and each request is returned
        with its C(files).
    type: list
    elements: dict
  organisation:
    description: Who asks. A mail needs it.
    type: str
  contact_name:
    description: The person who asks. A mail needs it.
    type: str
  contact_phone:
    description: A telephone number; some forms demand one.
    type: str
  sender:
    description:
      - The mail address in C(From).
      - By default O(reply_to).
    type: str
  reply_to:
    description:
      - The mailbox to which the answer goes. A mail needs it.
      - It must not be hosted behind the blocked address; otherwise the request is refused (RV(requests[].refused)).
    type: str
  fixed_text:
    description:
      - What happened and what was fixed, in the operator's own words; or what was checked without finding anything.
        Without it every request is refused.
      - A text for all findings, or a mapping from the id or slug of a finding, the slug of a receiver or list, an
        address, or V(default), to a text.
    type: raw
  answer:
    description:
      - The receiver's answer to an earlier request, a file (C(.eml) or text). Where it says no about a finding
        (not qualified, not listed, needs more information), a reply is drafted, in the same thread.
      - The reply goes only to an address below the receiver's own domains.
    type: path
  new_facts:
    description: What is new since the request, in the operator's own words. A reply to an answer needs it.
    type: str
  domains:
    description: The domains from which mail is sent.
    type: list
    elements: str
    default: []
  website:
    description: A web site that says who the sender is; some receivers look for one.
    type: str
  ip_ownership:
    description: Since when the address is in use, whether it is dedicated or shared, from whom it is rented.
    type: str
  volume:
    description: How much mail of what kind leaves this address in a day.
    type: str
  sender_names:
    description:
      - What DNS says of the addresses, as far as it was looked up, a mapping from address to C(ptr) and C(helo).
    type: dict
    default: {}
  language:
    description: The language of cribs; each help text is given in both, this one first.
    type: str
    choices: [en, ja]
    default: en
  mail_language:
    description: The language of mails to receivers that have no template of their own.
    type: str
    choices: [en, ja]
    default: en
  allow_documentation:
    description:
      - Write requests for documentation addresses (RFC 5737, RFC 3849) too. Only samples and tests have a use for it.
    type: bool
    default: false
  check_mailbox:
    description: Look up in DNS where the mail of O(reply_to) goes.
    type: bool
    default: true
  dns_server:
    description:
      - The address of the resolver for O(check_mailbox).
      - By default those of the system.
    type: str
  dns_port:
    description: The port of O(dns_server).
    type: int
    default: 53
  template_paths:
    description:
      - Folders with a site's own templates, laid out like C(knowledge/) of the collection, for example
        C(receivers/outlook_com/form.yml) or C(request/mail.en.eml.j2). The first folder that has a file wins.
      - Templates are rendered in a sandbox of their own, never by Ansible.
    type: list
    elements: path
    default: []
seealso:
  - module: postmaster.delist.diagnose
"""

EXAMPLES = r"""
- name: Write the requests of this run
  postmaster.delist.delist_request:
    run_dir: out/20261124T001500Z
    organisation: Example Mail Ltd.
    contact_name: Kenzo Tanaka
    reply_to: postmaster@example.org
    domains: [example.jp]
    fixed_text:
      default: We checked our logs of 20 to 24 November and found no abuse; the volume was 2,000 messages a day.
      outlook_com: A contact form was abused on 23 November. It was closed at 18:40 UTC and has a captcha now.
  run_once: true
  delegate_to: localhost
  register: request_written
"""

RETURN = r"""
path:
  description: The absolute path of requests.json.
  returned: when O(run_dir) is given
  type: str
  sample: /home/oncall/out/20261124T001500Z/requests.json
requests:
  description: One entry for each finding, in the same order.
  returned: success
  type: list
  elements: dict
  contains:
    finding:
      description: The id of the finding.
      type: str
      sample: outlook_com/ip/203.0.113.7/ip_blocklisted_receiver
    slug:
      description: The slug of the finding.
      type: str
      sample: outlook-com-203-0-113-7-3fa1c2
    case:
      description: Our own reference, always the same for the same finding. It stands in subject and text.
      type: str
      sample: PD-214AF310BC
    receiver:
      description: The slug of the receiver, or null where a list decides.
      type: str
      sample: outlook_com
    list:
      description: The slug of the list, or null.
      type: str
    kind:
      description: What was written, V(email), V(form) or V(none).
      type: str
      sample: form
    channel:
      description: The channel by which this counterpart is asked, also when nothing was written.
      type: str
      sample: form
    path:
      description: The file, relative to the folder of the run, or null.
      type: str
      sample: requests/outlook-com-203-0-113-7-3fa1c2.form.md
    to:
      description: The recipient of a mail, or null.
      type: str
    url:
      description: The page of a form or list, or null.
      type: str
      sample: https://olcsupport.office.com
    subject:
      description: The subject of a mail, or null.
      type: str
    message_id:
      description: The Message-ID of a mail, or null.
      type: str
    expected_answer:
      description: How long an answer usually takes, an ISO 8601 duration or null.
      type: str
      sample: PT48H
    propagation:
      description: How long it takes after a removal until all servers know, an ISO 8601 duration or null.
      type: str
      sample: PT48H
    refused:
      description:
        - Why no request was written although one could be asked for, with C(code), C(en) and C(ja); else null.
        - The codes are V(low_confidence), V(subject_unknown), V(ip_not_public), V(documentation_address),
          V(no_contact), V(fixed_text_missing), V(words_missing) and V(mailbox_behind_block).
      type: dict
    refusals:
      description: All such reasons, the gravest first.
      type: list
      elements: dict
    notice:
      description:
        - The files that tell customers of the block, by language (C(en), C(ja)), relative to the folder of the run; or
          null.
      type: dict
    escalation:
      description:
        - The reply to O(answer) where it says no about this finding, or null. C(verdict) and C(sentence) of the answer,
          its C(tickets), C(path), C(to), C(subject) and C(message_id) of the reply, and C(refused), as above with the
          codes V(answer_unverified) and V(new_facts_missing).
      type: dict
    instruction:
      description: What to do now, as C(en) and C(ja). The first line says it in short.
      type: dict
    files:
      description: The texts themselves, by their paths.
      returned: when O(run_dir) is not given
      type: dict
"""
