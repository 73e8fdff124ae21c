#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bounce_info
short_description: Gather what Postfix's logs show about refused mail
version_added: 0.1.0
description:
  - Reads the mail logs of a host (files, rotated and compressed) and returns the replies by which other servers
    refused or deferred mail, grouped and counted.
  - Only what Postfix's own SMTP and LMTP clients, its queue manager and its retry service say about outgoing mail is
    evidence. What the host itself refused, and what other programs quote, never counts.
  - Local parts of mail addresses are masked, unless O(recipients=full).
  - With O(evidence_dir) the evidence is written to a file on the controller and only its path and totals are returned.
  - Needs nothing on the host but Python 3.8 or later.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
options:
  paths:
    description:
      - Log files, or globs of them. Compressed files (gzip, bzip2, xz, and zstd where the host has that program) are
        recognised by their content.
      - By default, the log is where distributions put it (C(/var/log/mail.log), C(/var/log/maillog), C(/var/log/mail),
        C(/var/log/messages), C(/var/log/syslog)).
    type: list
    elements: path
    default: []
  rotated:
    description:
      - Whether to read the rotated siblings of each file too, such as C(mail.log.1) and C(mail.log.2.gz).
    type: bool
    default: true
  since:
    description:
      - The beginning of the time looked at, as RFC 3339, or back from now such as V(2h), V(90m) or V(7d).
      - By default all that there is.
    type: str
  until:
    description:
      - Its end, in the same forms.
    type: str
  delivered:
    description:
      - Whether to count deliveries per relay host too.
    type: bool
    default: true
  senders:
    description:
      - Whether to find out who sent the refused mail.
    type: bool
    default: true
  recipients:
    description:
      - What leaves the host about people. With V(none) neither their domains do, with V(domains) local parts are
        masked, with V(hashed) they are replaced by hashes that tell them apart, with V(full) all is returned as it is.
    type: str
    choices: [none, domains, hashed, full]
    default: domains
  lost_mail:
    description:
      - Whether to list the mail that was really lost, for the people who must send it again.
      - With O(evidence_dir) the list is also written as C(HOST.lost.csv).
    type: bool
    default: false
  max_groups:
    description:
      - How many groups of replies to return; the newest are kept.
    type: int
    default: 2000
  host:
    description:
      - The host's name in the evidence. By default its name in the inventory.
    type: str
  evidence_dir:
    description:
      - A folder on the controller, made if need be, to write the evidence of this host into.
    type: path
seealso:
  - module: postmaster.delist.diagnose
"""

EXAMPLES = r"""
- name: See who refused mail in the last two hours
  postmaster.delist.bounce_info:
    since: 2h
  become: true
  register: evidence

- name: Gather the evidence of a fleet for its diagnosis
  postmaster.delist.bounce_info:
    since: 24h
    evidence_dir: out/20261124T001500Z/evidence
  become: true

- name: Read one log file only, of another host
  postmaster.delist.bounce_info:
    paths: [/srv/incident/mx1-mail.log.gz]
    rotated: false
"""

RETURN = r"""
evidence:
  description: What the host shows.
  returned: success, without O(evidence_dir)
  type: dict
  sample:
    schema: 1
    host: mx1.example.jp
    window: {since: "2026-11-24T00:00:00+09:00", until: null}
    sources:
      - path: /var/log/mail.log
        kind: file
        bytes_read: 73400320
        first_at: "2026-11-24T00:00:01+09:00"
        last_at: "2026-11-24T09:14:58+09:00"
        notes: []
    replies:
      - signature: "550 5.7.1 Service unavailable; Client host [*] blocked using FBLW15"
        text: "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15"
        code: 550
        enhanced: 5.7.1
        dsn: 5.7.1
        stage: RCPT TO
        shape: said
        relay_host: example-com.mail.protection.outlook.com
        relay_ips: [104.47.1.36]
        service: postfix/smtp
        outcomes: {bounced: 412, deferred: 0, expired: 0}
        named_ips: [203.0.113.7]
        recipients: 371
        recipient_domains: {example.com: 300, example.org: 71}
        first_at: "2026-11-24T02:10:44+09:00"
        last_at: "2026-11-24T09:14:58+09:00"
        samples: []
    delivered: []
    top_senders: []
    lost: []
    queue: null
    egress: {configured: [203.0.113.7], relayhost: null}
    totals: {lines_matched: 412, lines_unparsed: 0, bytes_read: 73400320}
path:
  description: The file that holds the evidence.
  returned: success, with O(evidence_dir)
  type: str
  sample: /home/oncall/out/20261124T001500Z/evidence/mx1.example.jp.json
totals:
  description: How much was read and understood.
  returned: success, with O(evidence_dir)
  type: dict
  sample: {lines_matched: 412, lines_unparsed: 0, bytes_read: 73400320}
notes:
  description: What could not be read, and why.
  returned: success, with O(evidence_dir)
  type: list
  elements: str
  sample: ["/var/log/mail.log.3.gz: truncated: the compressed file ends too early"]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _gather, _options


def main() -> None:
    module = AnsibleModule(argument_spec=_options.MODULE, supports_check_mode=True)
    try:
        evidence = _gather.gather(_gather.Request.of(module.params))
    except _gather.NothingRead as nothing:
        module.fail_json(msg=str(nothing), evidence=nothing.evidence)
    except ValueError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, evidence=evidence)


if __name__ == "__main__":
    main()
