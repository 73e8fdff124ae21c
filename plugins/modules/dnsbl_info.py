#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dnsbl_info
short_description: Ask DNS block lists about addresses and domains
version_added: 1.0.0
description:
  - Asks DNS block lists and allow lists about addresses and domains, and never takes silence for good news.
  - An answer is believed only when the resolver does not invent answers and the list has passed the test entries of
    RFC 5782 in the same run, so a dead, emptied, wildcarded or refusing list says nothing about you.
  - Four outcomes are told apart, V(listed), V(clean), V(unknown) with the cause, and V(skipped).
  - Private, carrier-grade NAT, loopback and link-local addresses are never asked about.
  - Without O(zones) every live list of the catalogue is asked that needs no key and that no other one answers for.
  - Runs where the task runs. From many clouds and through public resolvers the lists refuse to answer; then run it on a
    mail host that has dnspython and a resolver of its own.
requirements:
  - dnspython >= 2.3
options:
  addresses:
    description:
      - IPv4 and IPv6 addresses, or networks in CIDR notation of at most 65536 addresses.
      - IPv4-mapped IPv6 addresses are asked about as IPv4.
    type: list
    elements: str
    default: []
  domains:
    description: Domains to ask the domain lists about. Names in other scripts are asked in IDNA form.
    type: list
    elements: str
    default: []
  zones:
    description:
      - Ask only these zones, as the catalogue names them, for example V(zen.spamhaus.org).
      - A zone that has ended is not asked; RV(lists) says what happened to it.
    type: list
    elements: str
    default: []
  tags:
    description: Ask only zones with one of these tags. V(core) are the lists that block mail widely.
    type: list
    elements: str
    default: []
  severity:
    description: Ask only zones with a list at least as grave as this.
    type: str
    choices: [info, low, medium, high, critical]
    default: info
  keys:
    description:
      - Keys of lists that need one, by the name the catalogue gives them, V(spamhaus_dqs) and V(abusix).
      - With a key the list's keyed zone is asked instead of its public one.
      - Keys are shown nowhere.
    type: dict
    default: {}
  max_seconds:
    description:
      - Seconds that the whole run may take. What was not answered by then is V(unknown). There is no limit by default.
    type: float
  include_clean:
    description:
      - Whether RV(listings) has a row for each target and zone.
      - With V(false) it has listings and single failures only, and RV(lists) counts the rest. Meant for many targets.
    type: bool
    default: true
  allow_documentation:
    description: Ask about documentation addresses (RFC 5737, RFC 3849) too. Of use with a test server only.
    type: bool
    default: false
  previous:
    description:
      - RV(listings) of an earlier run, to learn what has changed.
      - Who was listed stays so until a list that answers says otherwise.
    type: list
    elements: dict
  max_unknown:
    description:
      - Fail when more than this percentage of the answers stays V(unknown), or when nothing was asked at all.
      - Everything found is returned with the failure.
    type: int
  fail_on:
    description: Fail when a list of this severity or worse has a target.
    type: str
    choices: [info, low, medium, high, critical]
  knowledge_paths:
    description:
      - Folders with files of your own, C(blocklists/NAME.yml), laid over the collection's.
      - Read on the controller.
    type: list
    elements: path
    default: []
  catalogue:
    description: The zones and what their answers mean. Filled in from the knowledge of the collection.
    type: dict
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
  - postmaster.delist._resolver
seealso:
  - module: postmaster.delist.sender_dns_info
author:
  - postmaster.delist contributors (@postmaster-delist)
"""

EXAMPLES = r"""
- name: Is this address on a list that matters?
  postmaster.delist.dnsbl_info:
    addresses: [45.60.1.7]
    tags: [core]
  delegate_to: localhost
  run_once: true
  register: lists

- name: Check the fleet through the resolver of a mail host, with a Spamhaus key, and fail when too little was seen
  postmaster.delist.dnsbl_info:
    addresses: "{{ fleet_addresses }}"
    domains: [example.com]
    keys:
      spamhaus_dqs: "{{ vault_spamhaus_dqs }}"
    include_clean: false
    max_unknown: 20
  run_once: true
"""

RETURN = r"""
listings:
  description: One row for each target and zone, in the order of the targets.
  returned: success
  type: list
  elements: dict
  contains:
    target:
      description: Address or domain in its usual spelling.
      type: str
    zone:
      description: The zone, without a key.
      type: str
    state:
      description: V(listed), V(clean), V(unknown) or V(skipped).
      type: str
    kind:
      description: V(block) or V(info) for a listing against the target, V(allow) for one in its favour.
      type: str
    list:
      description: The list that speaks; of several the gravest.
      type: str
    lists:
      description: All lists of the zone that have the target.
      type: list
      elements: str
    codes:
      description: The addresses that were answered, sorted.
      type: list
      elements: str
    meanings:
      description: What they mean, in English and Japanese.
      type: list
      elements: dict
    reason:
      description: The list's own text about this target, as plain text.
      type: str
    severity:
      description: V(info), V(low), V(medium), V(high) or V(critical).
      type: str
    scope:
      description: What is listed, V(ip), V(range), V(asn), V(country), V(domain), V(url) or V(allow).
      type: str
    ttl:
      description: Seconds that the answer may be kept; a removal is seen after these at the latest.
      type: int
    delist:
      description:
        - How to leave the list, C(channel), C(url), C(lookup), C(policy), C(expires_after), C(ready), C(blockers).
      type: dict
    cause_of_unknown:
      description: Why a state is unknown or skipped.
      type: str
    last_known:
      description: The state when it last was known.
      type: str
  sample:
    - target: 45.60.1.7
      zone: zen.spamhaus.org
      state: listed
      kind: block
      list: spamhaus_css
      lists: [spamhaus_css]
      codes: [127.0.0.3]
      meanings: [{en: Spamhaus CSS, ja: Spamhaus CSS}]
      reason: https://www.spamhaus.org/query/ip/45.60.1.7
      severity: high
      scope: ip
      ttl: 60
      delist:
        channel: at_list
        url: https://check.spamhaus.org
        lookup: https://check.spamhaus.org
        policy: {en: "Fix the cause first.", ja: "先に原因を解消すること。"}
        expires_after: P3D
        ready: null
        blockers: []
      cause_of_unknown: null
      last_known: listed
lists:
  description:
    - One row for each zone. C(health) is V(healthy), V(refused), V(empty_or_dead), V(wildcard), V(poisoned),
      V(timeout), V(failed), V(unproven) (it has no test entry), V(deadline), V(resolver_rewrites), V(not_asked) (no
      target of its kind), V(no_key) or V(dead).
    - C(families) tells them apart by kind of target, C(probe) has the answers to the test entries.
    - C(listed), C(allowed), C(clean) and C(unknown) count the targets.
  returned: success
  type: list
  elements: dict
  sample:
    - zone: zen.spamhaus.org
      kind: block
      health: healthy
      families: {ip4: healthy}
      probe: {ip4: {listed: [127.0.0.10, 127.0.0.2, 127.0.0.4], clean: [nxdomain]}}
      says: []
      listed: 1
      allowed: 0
      clean: 0
      unknown: 0
totals:
  description:
    - Pairs of target and zone. C(coverage) is the percentage of those asked that were answered, null when none was.
  returned: success
  type: dict
  sample: {listed: 1, allowed: 0, clean: 40, unknown: 3, skipped: 12, coverage: 93.2}
changes:
  description: With O(previous), what is C(newly_listed), C(cleared) and C(still) listed.
  returned: success
  type: dict
  sample:
    newly_listed: [{target: 45.60.1.7, zone: zen.spamhaus.org, list: spamhaus_css}]
    cleared: []
    still: [{target: 45.60.1.8, zone: bl.spamcop.net, list: spamcop_scbl, confirmed: false}]
skipped_targets:
  description: Targets that were not asked about, and why.
  returned: success
  type: list
  elements: dict
  sample: [{target: 10.0.0.1, cause: not_global}]
resolver:
  description:
    - Which resolvers were asked; C(state) is V(truthful), V(silent), or V(rewriting) with the C(answers) it invented.
  returned: success
  type: dict
  sample: {servers: [127.0.0.53], state: truthful, answers: []}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._dns import options, outcome


def main() -> None:
    module = AnsibleModule(argument_spec=options.DNSBL, supports_check_mode=True)
    result = outcome.of_dnsbl(module.params)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
