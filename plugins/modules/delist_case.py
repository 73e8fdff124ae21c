#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: delist_case
short_description: Keep the cases of blocked senders, from detection to proven delivery
version_added: 1.0.0
description:
  - A case is the life of one finding. It is kept as events in a ledger that only ever appends; any number of people
    and machines may write to it at once.
  - The same finding always has the same case. What is refused again after a proven delivery is a new case, linked to
    the old one.
  - A receiver that says C(removed) does not close a case. Only C(delivered) does, and only with a message from the
    blocked address to the same receiver, later than the last refusal.
  - Runs on the controller, once for all hosts.
author:
  - postmaster.delist contributors (@postmaster-delist)
requirements:
  - SQLAlchemy 2.0 or later, on the controller
  - psycopg 3, for a ledger in PostgreSQL
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._knowledge
  - postmaster.delist._ledger
  - postmaster.delist._ledger.actor
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - The states of a case before and after O(operation=advance).
  idempotent:
    support: full
    details:
      - An event that is the last of its case already is not recorded again, a finding that says nothing new neither.
options:
  operation:
    description:
      - V(open) opens the cases of the findings of a run, or brings them up to date, and notes which requests are
        written.
      - V(advance) records an O(event) of a O(case).
      - V(answers) records what the answers in O(run_dir) say, where C(postmaster.delist.delist_reply_info) found that
        they may advance a case; the same answer once.
      - V(list) returns cases, V(due) what is to be done now.
      - V(export) writes all events as JSON lines to O(path); V(import) adds those that are not in the ledger yet.
      - V(relays) returns the relays whose deliveries could close a case of the play's hosts, as
        O(postmaster.delist.bounce_info#module:proofs) takes them. V(delivered) closes the cases that the evidence in
        O(run_dir) proves to be over, and writes their postmortems there.
      - V(retests) returns which host should ask which receiver now, V(probed) records what the play has O(registered)
        of it.
      - V(own_side) notes the O(event) V(held), V(relayed) or V(restored) in the cases of the hosts that the
        O(registered) results have changed, and opens those of O(run_dir) first. Without O(ledger) it does nothing
        unless there is a ledger already.
      - V(postmortem) writes what a O(case) has shown below O(path), as Markdown and HTML, in English and Japanese.
    type: str
    required: true
    choices:
      - advance
      - answers
      - delivered
      - due
      - export
      - import
      - list
      - open
      - own_side
      - postmortem
      - probed
      - relays
      - retests
  run_dir:
    description:
      - The folder of the run whose C(findings.json), C(answers.json) or C(evidence/) is read. Required by
        O(operation=open), O(operation=answers), O(operation=delivered) and O(operation=probed), which leave the open
        cases of the play's hosts in its C(cases.json), for M(postmaster.delist.delist_request).
    type: path
  case:
    description:
      - The case, such as V(PD-214AF310BC). Required by O(operation=advance) and O(operation=postmortem).
    type: str
  event:
    description:
      - What happened. Required by O(operation=advance) and O(operation=own_side).
      - C(delivered) needs C(at), C(line), C(relay_host) and C(egress_ip) in O(data).
    type: str
    choices:
      - acknowledged
      - asked
      - chased
      - decided
      - delivered
      - escalated
      - expired
      - held
      - note
      - relayed
      - restored
      - sent
      - submitted
      - unsent
  data:
    description: What is to be kept with the event, plain JSON; C(tickets), C(verdict), C(promised), C(propagation).
    type: dict
    default: {}
  states:
    description: Only cases in these states.
    type: list
    elements: str
    choices:
      - detected
      - ready
      - submitted
      - acknowledged
      - decided
      - propagating
      - retesting
      - denied
      - escalated
      - reopened
      - closed
      - expired
  receiver:
    description: Only cases of this receiver.
    type: str
  egress_ip:
    description: Only cases of this address.
    type: str
  open_only:
    description: Leave out cases that have ended.
    type: bool
    default: true
  history:
    description: Return the events of each case, too.
    type: bool
    default: false
  path:
    description: The file of O(operation=export) and O(operation=import), or the folder of O(operation=postmortem).
    type: path
  mailboxes:
    description: A mailbox of your own at each receiver, by the receiver's slug, for O(operation=retests).
    type: dict
    default: {}
  registered:
    description:
      - The variables that tasks of the play have registered on each host, for O(operation=probed) and
        O(operation=own_side).
    type: list
    elements: str
    default: []
seealso:
  - module: postmaster.delist.diagnose
  - module: postmaster.delist.delist_request
  - module: postmaster.delist.delist_reply_info
"""

EXAMPLES = r"""
- name: Open the cases of this run
  postmaster.delist.delist_case:
    operation: open
    run_dir: out/latest

- name: Note that the form was sent
  postmaster.delist.delist_case:
    operation: advance
    case: PD-214AF310BC
    event: submitted
    data: {by: Kim, tickets: ["1318598611"]}

- name: See what is to be done
  postmaster.delist.delist_case:
    operation: due
  register: cases_due
"""

RETURN = r"""
cases:
  description: The cases, or those that were changed.
  returned: O(operation=open), O(operation=advance), O(operation=answers), O(operation=list), O(operation=delivered),
    O(operation=probed) and O(operation=own_side)
  type: list
  elements: dict
  contains:
    id:
      description: The name of the case; requests carry it.
      type: str
      sample: PD-214AF310BC
    state:
      description:
        - The choices of O(states) are all that there are.
      type: str
      sample: propagating
    since:
      description: When it came into this state, RFC 3339.
      type: str
      sample: "2026-11-25T02:00:00+00:00"
    due:
      description: What is to be done next, if anything.
      type: str
      sample: retest
    due_at:
      description: When, RFC 3339.
      type: str
      sample: "2026-11-27T02:00:00+00:00"
    finding:
      description: The id of the finding.
      type: str
      sample: outlook_com/ip/203.0.113.7/ip_blocklisted_receiver
    tickets:
      description: The receiver's numbers for it.
      type: list
      elements: str
      sample: ["1318598611"]
    possibly_sent:
      description: The Message-ID of a request of which nobody knows whether it went out.
      type: str
      sample: <pd-214af310bc@example.jp>
    relapse_of:
      description: The earlier case of the same finding.
      type: str
      sample: null
    events:
      description: What happened, the oldest first. With O(history=true).
      type: list
      elements: dict
      sample:
        - {id: 0a9b4b1e-0000-4000-8000-000000000000, case: PD-214AF310BC, at: "2026-11-24T00:00:00.000000+00:00",
           actor: kim@controller, kind: note, data: {text: on the phone}}
due:
  description: What is to be done now, the longest overdue first.
  returned: O(operation=due)
  type: list
  elements: dict
  sample:
    - {case: PD-214AF310BC, finding: outlook_com/ip/203.0.113.7/ip_blocklisted_receiver, state: submitted, due: chase,
       due_at: "2026-11-27T02:00:00+00:00"}
relays:
  description: Host names, and domains with a dot before them.
  returned: O(operation=relays)
  type: list
  elements: str
  sample: [.mail.protection.outlook.com]
retests:
  description: Who should ask, where and about which mailbox.
  returned: O(operation=retests)
  type: list
  elements: dict
  sample:
    - {case: PD-214AF310BC, receiver: outlook_com, host: mx1, recipient: our.test.mailbox@outlook.com,
       stage: MAIL FROM}
files:
  description: The postmortems that were written.
  returned: O(operation=delivered) and O(operation=postmortem)
  type: list
  elements: str
  sample: [out/20261126T001500Z/postmortems/PD-214AF310BC.en.md]
events:
  description: How many events were written, or were added.
  returned: O(operation=export) and O(operation=import)
  type: int
  sample: 42
"""
