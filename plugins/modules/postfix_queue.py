#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: postfix_queue
short_description: See what mail Postfix's queue holds and why, and let it go at a rate
version_added: 1.0.0
description:
  - Groups the deferred mail of a queue by the reply that holds it, and says how old the oldest is.
  - With O(release=true) it has messages tried again, one by one and no faster than O(rate). Flushing the queue instead
    would knock at the receiver with all of it at once.
  - Messages are chosen by reply, recipient domain or queue id, and each has to fit all that is given. Mail that
    somebody put on hold by hand (C(postsuper -h)) is counted and left alone.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._postfix
attributes:
  check_mode:
    support: full
    details:
      - RV(released) names what would be released.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - What was delivered is gone from the queue. What was deferred again is released again.
options:
  signatures:
    description: The replies that hold the mail, as in RV(groups), or as the receiver said them.
    type: list
    elements: str
    default: []
  domains:
    description: Recipient domains.
    type: list
    elements: str
    default: []
  queue_ids:
    description: Queue ids.
    type: list
    elements: str
    default: []
  release:
    description: Whether to have the chosen messages tried again.
    type: bool
    default: false
  everything:
    description: Release all deferred mail. Without it, O(release) wants at least one of the choices above.
    type: bool
    default: false
  rate:
    description: Messages to release in a second.
    type: float
    default: 1.0
  max_seconds:
    description: After so many seconds the rest is left for another call.
    type: int
    default: 300
  max_groups:
    description: The most groups to return, the largest first.
    type: int
    default: 50
notes:
  - A message that has other recipients than those chosen is tried for all of them.
seealso:
  - module: postmaster.delist.postfix_relay
"""

EXAMPLES = r"""
- name: See what is held
  postmaster.delist.postfix_queue:
  become: true
  register: queue

- name: Let the mail for outlook.com go, two messages a second
  postmaster.delist.postfix_queue:
    domains: [outlook.com]
    release: true
    rate: 2
  become: true
  register: queue
  until: queue.remaining == 0
  retries: 100
  delay: 0
"""

RETURN = r"""
messages:
  description: How many messages are in the queue.
  returned: success
  type: int
  sample: 96
deferred:
  description: How many of them wait to be tried again.
  returned: success
  type: int
  sample: 96
on_hold:
  description: How many of them were put on hold by hand.
  returned: success
  type: int
  sample: 0
oldest_at:
  description: When the oldest deferred message came. Null when there is none.
  returned: success
  type: str
  sample: "2026-11-24T02:10:44+09:00"
expires_at:
  description: When Postfix gives it up. Null when there is none.
  returned: success
  type: str
  sample: "2026-11-29T02:10:44+09:00"
groups:
  description: The deferred mail by the reply that holds it.
  returned: success
  type: list
  elements: dict
  sample:
    - signature: "550 5.7.1 Service unavailable; Client host [*] blocked using FBLW15"
      text: "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15"
      stage: RCPT TO
      relay_host: outlook-com.olc.protection.outlook.com
      messages: 96
      recipients: 101
      recipient_domains: {outlook.com: 101}
      oldest_at: "2026-11-24T02:10:44+09:00"
matched:
  description: How many messages were chosen.
  returned: success
  type: int
  sample: 96
released:
  description: The queue ids of those that are tried again.
  returned: success
  type: list
  elements: str
  sample: [3f5KzR1vC2z4P]
refused:
  description: Those that Postfix would not try again, and what it said.
  returned: success
  type: list
  elements: dict
  sample: []
remaining:
  description: How many chosen messages had no time.
  returned: success
  type: int
  sample: 0
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _queue
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError


def main() -> None:
    module = AnsibleModule(argument_spec=_queue.OPTIONS, supports_check_mode=True)
    try:
        result = _queue.run(module.params, check_mode=module.check_mode)
    except (PostfixError, ValueError) as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
