#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: postfix_lint_info
short_description: Look over a Postfix for what loses mail or gets its address listed
version_added: 1.0.0
description:
  - Looks at the configuration of one Postfix instance for what does harm without anybody's attack. DNS lists whose
    every answer rejects mail, asked through a public resolver or not. Lists that have ended. Signs of an open relay.
    Bounces to forged senders. A greeting that is no full name.
  - Says what the roles C(hold) and C(relay) have applied, since when, and until when it was meant.
  - Asks nothing but the host's own C(postconf), and reads whom its resolver asks. Tables are not looked into.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
  - postmaster.delist._knowledge
  - postmaster.delist._postfix
options:
  facts:
    description:
      - What is known of lists and public resolvers. Filled in from the knowledge of the collection.
    type: dict
    default: {}
notes:
  - To see what has been applied, C(become) is needed; only root may read that record.
seealso:
  - module: postmaster.delist.bounce_info
"""

EXAMPLES = r"""
- name: Look over this Postfix
  postmaster.delist.postfix_lint_info:
  become: true
  register: look

- name: Stop where all inbound mail could be rejected
  ansible.builtin.assert:
    that: look.faults | selectattr('code', 'eq', 'list_unfiltered_public') | length == 0
"""

RETURN = r"""
config_directory:
  description: The instance.
  returned: success
  type: str
  sample: /etc/postfix
helo:
  description: The name that it greets with.
  returned: success
  type: str
  sample: mx1.example.jp
resolvers:
  description: Whom the host asks for names.
  returned: success
  type: list
  elements: str
  sample: [8.8.8.8]
faults:
  description:
    - What is wrong. C(code) is a fault of C(knowledge/lint.yml), which has severity, explanation and remedy.
    - C(parameter) and C(value) say where.
  returned: success
  type: list
  elements: dict
  sample:
    - {code: list_unfiltered_public, parameter: smtpd_recipient_restrictions, value: zen.spamhaus.org}
layers:
  description:
    - What is applied. C(expires_at) is null where nobody said when it should be gone.
    - Null where the record cannot be read; C(notes) has the reason.
  returned: success
  type: list
  elements: dict
  sample:
    - {name: relay, at: "2026-11-24T09:15:00+09:00", by: postmaster.delist, expires_at: "2026-12-01T09:15:00+09:00"}
notes:
  description: What could not be read, and why.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _lint
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix


def main() -> None:
    module = AnsibleModule(argument_spec=_lint.OPTIONS, supports_check_mode=True)
    try:
        found = _lint.look(Postfix(module.params["config_directory"]), _lint.Facts.of(module.params["facts"]))
    except (PostfixError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
