#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sender_dns_info
short_description: Look at the DNS of a mail sender as receivers and block lists do
version_added: 1.0.0
description:
  - Looks at the reverse names, their forward confirmation and the HELO names of sending addresses, and at SPF, DKIM,
    DMARC, MX, MTA-STS and TLS reports of sending domains.
  - Says which of it would make a request for removal fail, and which receivers and lists want it.
  - What could not be looked up is unknown, never a problem and never in order.
requirements:
  - dnspython >= 2.3
options:
  addresses:
    description: Sending addresses. Private and reserved ones are skipped.
    type: list
    elements: str
    default: []
  domains:
    description: Sending domains.
    type: list
    elements: str
    default: []
  helo:
    description: The name that each address greets with, by address.
    type: dict
    default: {}
  selectors:
    description: The DKIM selectors of each domain, by domain. There is no way to find them in the DNS.
    type: dict
    default: {}
  max_seconds:
    description: Seconds that the whole run may take. There is no limit by default.
    type: float
  allow_documentation:
    description: Look at documentation addresses (RFC 5737, RFC 3849) too. Of use with a test server only.
    type: bool
    default: false
  knowledge_paths:
    description:
      - Folders with a file C(sender_dns.yml) of your own, whose entries are laid over the collection's.
      - Read on the controller.
    type: list
    elements: path
    default: []
  requirements:
    description: What receivers want. Filled in from the knowledge of the collection.
    type: dict
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
  - postmaster.delist._resolver
seealso:
  - module: postmaster.delist.dnsbl_info
author:
  - postmaster.delist contributors (@postmaster-delist)
"""

EXAMPLES = r"""
- name: Would a request for removal have a chance?
  postmaster.delist.sender_dns_info:
    addresses: [45.60.1.7]
    helo:
      45.60.1.7: mx1.example.com
    domains: [example.com]
    selectors:
      example.com: [s2026]
  delegate_to: localhost
  run_once: true
  register: sender_dns
"""

RETURN = r"""
addresses:
  description: One row for each address. Null stands for what could not be learnt.
  returned: success
  type: list
  elements: dict
  sample:
    - ip: 45.60.1.7
      ptr: [mx1.example.com]
      forward_confirmed: true
      generic: []
      helo: mx1.example.com
      helo_resolves: true
      helo_is_ptr: true
      problems: []
      delist_ready: true
domains:
  description: One row for each domain.
  returned: success
  type: list
  elements: dict
  sample:
    - domain: example.com
      mx: [mx1.example.com]
      null_mx: false
      spf:
        record: "v=spf1 mx include:amazonses.com -all"
        lookups: 2
        voids: 0
        covers: {45.60.1.7: pass}
        covers_relays: {amazon_ses: true}
      dkim: [{selector: s2026, state: present, key_type: rsa, bits: 2048}]
      dmarc: {at: example.com, record: "v=DMARC1; p=none", policy: none, rua: []}
      mta_sts: false
      tls_rpt: false
      problems: []
      delist_ready: true
problems:
  description:
    - Everything found. C(blocks) is true where a request would be refused, false for advice, null where nothing is
      known.
    - C(wanted_by) names the receivers and lists that want it in order.
  returned: success
  type: list
  elements: dict
  sample:
    - subject: 45.60.1.7
      code: no_ptr
      blocks: true
      text: {en: The address has no reverse name (PTR)., ja: IPアドレスに逆引き名（PTR）がありません。}
      wanted_by: [gmail, spamrats]
blockers:
  description: The problems that block.
  returned: success
  type: list
  elements: dict
delist_ready:
  description: False with a blocker, null when something could not be learnt, else true.
  returned: success
  type: bool
skipped_targets:
  description: Targets that were not looked at, and why.
  returned: success
  type: list
  elements: dict
  sample: [{target: 10.0.0.1, cause: not_global}]
manual:
  description: What the DNS cannot show, and where to look instead.
  returned: success
  type: list
  elements: dict
  sample:
    - url: https://postmaster.google.com
      text: {en: Spam rate and reputation at Gmail., ja: Gmailでの迷惑メール率と評価。}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._dns import options, outcome


def main() -> None:
    module = AnsibleModule(argument_spec=options.SENDER, supports_check_mode=True)
    result = outcome.of_sender(module.params)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
