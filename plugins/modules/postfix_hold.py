#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: postfix_hold
short_description: Keep mail in the queue that a block would bounce
version_added: 1.0.0
description:
  - While it is present, the refusals of a block become deferrals (C(smtp_delivery_status_filter)), so the mail stays in
    the queue, and the log still shows what the receiver said. A mailbox that does not exist still bounces.
  - What is held is what the run found on this host. Findings that cannot be believed (confidence V(low)) change
    nothing.
  - A hold only grows. What an earlier task holds stays held until O(state=absent) takes all of it away.
  - Our table comes before a filter that the host has already, also one in C(default_delivery_status_filter).
  - Before anything changes, Postfix itself is asked about every refused reply, which must be held, and about refusals
    of single recipients and messages, which must not.
  - The change is one transaction. What Postfix cannot work with is undone by itself, and O(state=absent) gives back
    C(main.cf) byte for byte. If somebody has edited it meanwhile, only what is ours is removed, and RV(left) names the
    rest.
  - A C(postfix_relay) on the same host stays as it is.
  - Needs Postfix 3.0 or later, and root.
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
      - The planned configuration is tried in a private folder in check mode too.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - Whether mail is held.
    type: str
    choices: [present, absent]
    default: present
  run_dir:
    description:
      - The folder of the run whose findings are held.
      - Mutually exclusive with O(findings).
    type: path
  findings:
    description:
      - The findings themselves, as in C(findings.json).
    type: list
    elements: dict
  receivers:
    description:
      - Hold the refusals of these receivers only, such as V(outlook_com). By default those of all.
      - A receiver that is not in the knowledge is the domain of its mail servers.
    type: list
    elements: str
    default: []
  causes:
    description:
      - Which causes are held. By default those in which the same mail will be delivered once the sender is accepted
        again (C(knowledge/hold.yml)).
    type: list
    elements: str
    default: []
  signatures:
    description:
      - Replies that no rule knows, to be held word for word. Addresses, times and ids in them may differ.
      - A reply begins with its code, such as V(550 5.7.1 Rejected by our new filter). It must say enough to be told
        from others.
      - By default the variable that O(signatures_variable) names.
    type: list
    elements: str
  signatures_variable:
    description:
      - The variable that has them. It is read as it is, so nothing in a reply is ever taken for a template.
    type: str
    default: hold_signatures
  everywhere:
    description:
      - Whether to hold what was found on other hosts too.
    type: bool
    default: false
  backoff:
    description:
      - How long held mail waits between two attempts, such as V(1h), so that it does not keep knocking. It sets
        C(minimal_backoff_time) and C(maximal_backoff_time), so it is for all mail that waits on this host.
      - By default, and while it was never set, nothing changes.
    type: str
  watch_seconds:
    description:
      - How long the log is watched after the change. A fault of Postfix in that time undoes the change.
    type: int
    default: 5
  asked:
    description:
      - What was asked for, to be kept on the host with the change. The action fills this.
    type: dict
  rules:
    description:
      - The rules to be held. The action fills this.
    type: list
    elements: dict
    default: []
  literals:
    description:
      - The replies to be held word for word. The action fills this.
    type: list
    elements: dict
    default: []
  replies:
    description:
      - What must be held. The action fills this.
    type: list
    elements: dict
    default: []
  near_misses:
    description:
      - What must not be held. The action fills this.
    type: list
    elements: str
    default: []
seealso:
  - module: postmaster.delist.bounce_info
  - module: postmaster.delist.diagnose
"""

EXAMPLES = r"""
- name: Hold what the run found
  postmaster.delist.postfix_hold:
    run_dir: out/20261124T001500Z
  become: true

- name: Hold a reply that no rule knows yet
  postmaster.delist.postfix_hold:
    signatures:
      - "554 5.7.1 Your server is not welcome here any more"
  become: true

- name: Hold no longer
  postmaster.delist.postfix_hold:
    state: absent
  become: true
"""

RETURN = r"""
rules:
  description: The rules of the knowledge whose replies are held.
  returned: success
  type: list
  elements: str
  sample: [outlook_com/s3140]
literals:
  description: The replies that are held word for word.
  returned: success
  type: list
  elements: str
  sample: []
was:
  description:
    - With O(state=absent), what was asked for when this was held, each time that it grew, and the back-off. Null where
      nothing was held.
  returned: success
  type: dict
  sample:
    asked: [{run: 20261124T001500Z, receivers: [outlook_com], causes: [], everywhere: false, signatures: []}]
    backoff: 1h
held:
  description:
    - What the queue holds because of this, counted in messages, and its oldest.
    - C(expires) says whether that one has used up 80 % of C(maximal_queue_lifetime).
  returned: success
  type: dict
  sample:
    messages: 412
    oldest_at: "2026-11-24T02:10:44+09:00"
    oldest_id: 4FxQ2T1Abcz
    lifetime: 432000
    expires: false
not_held:
  description: Findings of this host that are not held, and why.
  returned: success
  type: list
  elements: dict
  sample:
    - finding: example_net/none/mx1/unclassified
      reason: no rule knows this reply; if it is a block, name it in hold_signatures
plan:
  description: What changes in the host's files, as lines of a unified diff.
  returned: success
  type: list
  elements: str
  sample:
    - --- /etc/postfix/main.cf
    - +++ /etc/postfix/main.cf
    - "@@ -40 +40,2 @@"
    - " inet_protocols = all"
    - "+minimal_backoff_time = 1h"
drift:
  description: What somebody else has changed since our last change.
  returned: success
  type: list
  elements: str
  sample: []
left:
  description: What stays on the host because it is not ours any more.
  returned: success
  type: list
  elements: str
  sample: []
notes:
  description: What else happened.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _hold
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._options import HOLD
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix


def main() -> None:
    module = AnsibleModule(argument_spec=HOLD, mutually_exclusive=[["run_dir", "findings"]], supports_check_mode=True)
    try:
        postfix = Postfix(module.params["config_directory"])
        result = _hold.ensure(postfix, module.params, check_mode=module.check_mode)
    except PostfixError as error:
        module.fail_json(msg=str(error), faults=getattr(error, "faults", []), undone=getattr(error, "undone", True))
    for warning in _hold.warnings(result, removed=module.params["state"] == "absent"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
