#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: delivery_probe
short_description: Find out whether a receiver takes mail from this host again, without sending a message
version_added: 1.0.0
description:
  - Has Postfix ask the receiver about one recipient (C(sendmail -bv)), which goes as far as C(RCPT TO), and judges the
    answer by the text of the reply. The status does not count, since a hold turns it into 4.x.y.
  - A receiver that blocks at C(DATA) or later cannot be tested so. Then the verdict is V(inconclusive), and only one
    real message to a willing mailbox tells more.
  - While M(postmaster.delist.postfix_relay) is on, the recipient must be among its C(probes), so that this recipient
    alone goes the direct way. Probing itself changes nothing on the host.
  - Takes one recipient, on purpose. Asking a receiver about many is what harvesters of addresses do.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._knowledge
  - postmaster.delist._postfix
  - postmaster.delist._postfix.log
attributes:
  check_mode:
    support: full
    details:
      - The receiver is not asked, and the verdict is V(inconclusive).
  diff_mode:
    support: N/A
    details:
      - Changes no host.
  idempotent:
    support: full
    details:
      - Never reports a change.
options:
  recipient:
    description: A mailbox at the receiver that exists, best one of your own.
    type: str
    required: true
  sender:
    description:
      - The envelope sender. Postfix mails a report about each probe to it.
      - By default Postfix's double-bounce address, which gets none.
    type: str
  timeout:
    description: Seconds to wait for the answer.
    type: float
    default: 60.0
  blocked_at:
    description: The stage at which the receiver refused before, as in a finding. It decides what a probe can prove.
    type: str
    choices: [greeting, HELO, MAIL FROM, RCPT TO, DATA, end of DATA]
  receiver:
    description:
      - The receiver's slug. The stage is then taken from what O(run_dir) found for this host, and where it found no
        block the receiver is not asked.
    type: str
  run_dir:
    description: The folder of the run, for O(receiver).
    type: path
seealso:
  - module: postmaster.delist.postfix_relay
"""

EXAMPLES = r"""
- name: Does Outlook.com take our mail again?
  postmaster.delist.delivery_probe:
    recipient: our.test.mailbox@outlook.com
    blocked_at: MAIL FROM
  become: true
  register: probe
"""

RETURN = r"""
verdict:
  description: V(accepting), V(blocked), or V(inconclusive).
  returned: success
  type: str
  sample: blocked
reason:
  description: Why, with C(code), and a sentence in C(en) and C(ja).
  returned: success
  type: dict
  sample:
    code: refused
    en: "Still blocked: 550 5.7.1 Client host [203.0.113.7] blocked using FBLW15"
    ja: "まだブロックされています：550 5.7.1 Client host [203.0.113.7] blocked using FBLW15"
cause:
  description: The cause of a refusal, as in findings. Null where there was none.
  returned: success
  type: str
  sample: ip_blocklisted_receiver
answer:
  description: What Postfix logged about it. C(status) is null when there was nothing in time.
  returned: success
  type: dict
  sample:
    status: undeliverable
    queue_id: DEBB0220882
    service: postfix/smtp
    relay_host: outlook-com.olc.protection.outlook.com
    relay_ip: 104.47.1.36
    dsn: 5.7.1
    code: 550
    enhanced: 5.7.1
    stage: MAIL FROM
    shape: said
    text: "550 5.7.1 Client host [203.0.113.7] blocked using FBLW15"
    seconds: 0.9
    through_relay: false
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _probe, _probe_options
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError


def main() -> None:
    module = AnsibleModule(argument_spec=_probe_options.ACTION, supports_check_mode=True)
    try:
        answer = _probe.run(module.params, check_mode=module.check_mode)
    except PostfixError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, answer=answer)


if __name__ == "__main__":
    main()
