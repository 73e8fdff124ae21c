#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: postfix_relay
short_description: Send blocked destinations, or all mail, through Amazon SES, and take that back
version_added: 1.0.0
description:
  - With V(destinations), mail for O(domains) goes through Amazon SES by a transport of its own. Everything else goes on
    as before, and main.cf changes by one routing parameter and the pace of that transport.
  - With V(all) all mail for others goes by the same transport. V(relayhost) is the form that the documentation of AWS
    gives (relayhost and C(smtp_sasl_*) in main.cf).
  - The certificate of Amazon SES is verified before the password is sent, whatever main.cf says about TLS.
  - What Amazon SES refuses (bounces without a sender, mail of unverified senders, an account that is paused) stays in
    the queue. Only what is the recipient's fault is returned.
  - The change is a transaction. It is tried in a copy first; after the reload a question goes through the relay, down
    to login and recipient but without a message, and the log is watched. On any fault all of it is undone.
  - With O(state=absent) the host gets back the very configuration that it had. Where somebody else edited it meanwhile,
    only what is ours is taken out, and that is said.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._postfix
  - postmaster.delist._postfix.log
attributes:
  check_mode:
    support: full
    details:
      - The change is tried in a copy of the configuration, and Amazon SES is not asked.
  diff_mode:
    support: full
    details:
      - The password is never shown.
  idempotent:
    support: full
options:
  state:
    description: Whether the relay is on.
    type: str
    choices: [present, absent]
    default: present
  scope:
    description: What goes through the relay.
    type: str
    choices: [destinations, all, relayhost]
    default: destinations
  domains:
    description:
      - The recipient domains that are relayed, for O(scope=destinations).
      - A domain that the host itself receives or forwards is left out. Anything that is no plain domain is refused.
    type: list
    elements: str
    default: []
  exceptions:
    description: Recipient addresses that keep the way they had.
    type: list
    elements: str
    default: []
  probes:
    description: Recipient addresses for M(postmaster.delist.delivery_probe) to ask about. They keep the way they had.
    type: list
    elements: str
    default: []
  max_domains:
    description: More domains than this are refused.
    type: int
    default: 1000
  override:
    description:
      - What to do although it is refused, by the name that the refusal gives.
      - The first three are refused by the host, the others by M(postmaster.delist.relay_plan).
    type: list
    elements: str
    choices:
      - existing_relayhost
      - sender_dependent
      - sasl_plugin
      - ses_sandbox
      - ses_paused
      - red_cause
      - invalid_recipients
      - quota
      - unverified_senders
    default: []
  expires:
    description:
      - When the relay should be gone, as V(48h), V(7d) or an RFC 3339 time. It is only noted, for audits to remind of.
    type: str
  asked:
    description:
      - What somebody asked for, to be kept on the host with the change, such as the run whose findings named
        O(domains). It changes nothing.
    type: dict
  region:
    description: The region of AWS. Needed with O(state=present).
    type: str
  port:
    description: The port of Amazon SES. V(587), V(2587) and V(25) use STARTTLS, V(465) and V(2465) TLS from the start.
    type: int
    default: 587
  endpoint:
    description: Another server than the region's own, such as a VPC endpoint.
    type: str
  ca_file:
    description: The file of certificate authorities. By default the system's.
    type: path
  user:
    description: The user name of Amazon SES's SMTP credentials.
    type: str
  password:
    description: The password to it.
    type: str
  access_key_id:
    description: Instead of O(user), an IAM access key. Temporary ones (C(ASIA...)) cannot be used.
    type: str
  secret_access_key:
    description: Its secret. The SMTP password is derived from it on the controller; the secret reaches no host.
    type: str
  rate:
    description:
      - How many recipients in a second the account may send to, as M(postmaster.delist.ses_account_info) tells. By
        default 1, which every account may.
    type: float
  hosts:
    description: How many hosts share that rate.
    type: int
    default: 1
  verify:
    description: Whether to ask through the relay before the change counts as done.
    type: bool
    default: true
  verify_recipient:
    description: The recipient of that question. No message is sent.
    type: str
    default: success@simulator.amazonses.com
  verify_sender:
    description: Its envelope sender. By default Postfix's double-bounce address.
    type: str
  verify_seconds:
    description: Seconds to wait for the answer.
    type: float
    default: 40.0
  watch_seconds:
    description: Seconds to watch Postfix's log for faults after the reload.
    type: float
    default: 5.0
  rules:
    description: What is known of Amazon SES. Filled in from the knowledge of the collection.
    type: dict
notes:
  - Bounces and complaints of relayed mail go to Amazon SES's own feedback, no longer to the host. A C(status=sent) in
    the log means that Amazon SES took the message.
seealso:
  - module: postmaster.delist.delivery_probe
  - module: postmaster.delist.postfix_queue
  - module: postmaster.delist.ses_account_info
"""

EXAMPLES = r"""
- name: Send the mail for two domains through Amazon SES
  postmaster.delist.postfix_relay:
    domains: [outlook.com, hotmail.com]
    probes: [our.test.mailbox@outlook.com]
    region: eu-central-1
    access_key_id: "{{ relay_access_key_id }}"
    secret_access_key: "{{ relay_secret_access_key }}"
    rate: 14
    hosts: "{{ ansible_play_hosts_all | length }}"
    expires: 7d
  become: true

- name: Put everything back
  postmaster.delist.postfix_relay:
    state: absent
  become: true
"""

RETURN = r"""
relay:
  description: What is on.
  returned: success, with O(state=present)
  type: dict
  sample:
    scope: destinations
    region: eu-central-1
    host: email-smtp.eu-central-1.amazonaws.com
    port: 587
    syslog_name: postfix/ses
    domains: [hotmail.com, outlook.com]
    exceptions: []
    probes: [our.test.mailbox@outlook.com]
    delay: 1
    recipients: 3
    rate: 14.0
    hosts: 4
    ca_file: null
    override: []
    asked: {}
    expires: 7d
    expires_at: "2026-12-01T09:15:00+09:00"
was:
  description: What was on, in the same form. Null where nothing was.
  returned: success, with O(state=absent)
  type: dict
  sample: null
left_out:
  description: Domains that are not relayed, and the parameter that makes them the host's own.
  returned: success, with O(state=present)
  type: list
  elements: dict
  sample: [{domain: lists.example.jp, parameter: relay_domains}]
plan:
  description: What changes in the host's files, as lines of a unified diff. Secrets are not shown.
  returned: success
  type: list
  elements: str
  sample: ["--- /etc/postfix/main.cf", "+++ /etc/postfix/main.cf", "+ses_destination_rate_delay = 1s"]
left:
  description: What a restore leaves on the host because it is not ours any more.
  returned: success
  type: list
  elements: str
  sample: []
undone:
  description: Whether the host is as it was before.
  returned: failure, when the change was begun
  type: bool
  sample: true
faults:
  description: The lines of Postfix's log that told against the change.
  returned: failure, when the change was begun
  type: list
  elements: str
  sample: ["postfix/ses/smtp: warning: SASL authentication failure: No worthy mechs found"]
layers:
  description: All that this collection has changed on the host, with who did it and when.
  returned: success
  type: list
  elements: dict
  sample: [{name: relay, at: "2026-11-24T09:15:00+09:00", by: oncall from 192.0.2.4, settings: {scope: destinations}}]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay, _relay_options
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError, TransactionError


def main() -> None:
    module = AnsibleModule(
        argument_spec=_relay_options.ACTION,
        supports_check_mode=True,
        required_if=[("state", "present", ("region", "rules"))],
    )
    try:
        result = _relay.run(module.params, check_mode=module.check_mode)
    except TransactionError as error:
        module.fail_json(msg=str(error), undone=error.undone, faults=error.faults)
    except (PostfixError, ValueError) as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
