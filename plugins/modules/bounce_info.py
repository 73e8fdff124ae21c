#!/usr/bin/python
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bounce_info
short_description: Gather what Postfix's logs and queue show about refused mail
version_added: 1.0.0
description:
  - Reads the mail logs of a host (files, rotated and compressed, or the systemd journal) and the mail queue, and
    returns the replies by which other servers refused or deferred mail, grouped and counted.
  - Says from which public addresses the host's mail may leave, as Postfix is configured.
  - Only what Postfix's own SMTP and LMTP clients, its queue manager and its retry service say about outgoing mail is
    evidence. What the host itself refused, and what other programs quote, never counts.
  - Local parts of mail addresses are masked, unless O(recipients=full).
  - With O(evidence_dir) the evidence is written to a file on the controller and only its path and totals are returned.
  - Needs nothing on the host but Python 3.8 or later, and asks the host's own C(postconf), C(postqueue),
    C(journalctl) and C(ip) as far as they are there. It sends nothing anywhere.
author:
  - postmaster.delist contributors (@postmaster-delist)
extends_documentation_fragment:
  - postmaster.delist._attributes
  - postmaster.delist._attributes.info_module
  - postmaster.delist._knowledge
options:
  paths:
    description:
      - Log files, or globs of them. Compressed files (gzip, bzip2, xz, and zstd where the host has that program) are
        recognised by their content, and so are journals in files, as journald keeps them, or as
        C(journalctl -o export) and C(journalctl -o json) write them.
      - Lines may be as syslog daemons of Linux and the BSDs write them, with stamps of RFC 3164 or RFC 3339, or whole
        in the format of RFC 5424, with or without its priority. Where rsyslog has cut C(postfix/smtp) to C(postfix)
        in that format, what was said tells who spoke, and a note says that transports cannot be told apart.
      - By default, the log is where Postfix says (C(maillog_file)), or else in the first of syslog's usual files that
        holds it (C(/var/log/mail.log), C(/var/log/maillog), C(/var/log/mail), C(/var/log/messages),
        C(/var/log/syslog)), or in the systemd journal.
    type: list
    elements: path
    default: []
  rotated:
    description:
      - Whether to read the rotated siblings of each file too, such as C(mail.log.1) and C(mail.log.2.gz).
    type: bool
    default: true
  journal:
    description:
      - Whether to read the systemd journal. With V(auto), where no O(paths) are given and syslog's files hold no line
        of Postfix, or stop earlier than the journal, from there on. With V(always) it takes the place of syslog's
        files, or is read besides O(paths). So mail that both hold counts once.
      - Entries are chosen by their identifier, and count only if their trusted fields say that Postfix's own processes
        wrote them; others are counted in a note.
    type: str
    choices: [auto, always, never]
    default: auto
  journal_directory:
    description:
      - A folder with journal files, for example of another host. It is read instead of this host's logs, or besides
        O(paths).
    type: path
  queue:
    description:
      - Whether to look at the mail queue, by C(postqueue -j).
    type: bool
    default: true
  egress:
    description:
      - The public addresses from which the host's mail leaves. With V(auto) they are those that Postfix binds to
        (C(smtp_bind_address), C(smtp_bind_address6), the same of single transports in C(master.cf), a sole address in
        C(inet_interfaces), C(proxy_interfaces)), or else those of the host's interfaces; private ones do not count.
      - Addresses may be given instead, or besides V(auto), for example that of a NAT gateway.
      - A reply that names another address than these gives a finding of low confidence. With V(none) no address is
        known, and every one that receivers name is taken as it is, for example for logs of another host.
    type: list
    elements: str
    default: [auto]
  config_directory:
    description:
      - Postfix's configuration, where it is not the default one. Instances that it manages
        (C(multi_instance_directories)) are found by themselves.
    type: path
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
  proofs:
    description:
      - Relay hosts, or domains with a dot before them, of which the log line of the newest delivery is wanted as proof
        that they take mail again. It is among C(samples) of C(delivered).
    type: list
    elements: str
    default: []
  senders:
    description:
      - Whether to find out who sent the refused mail, for C(top_senders). Their local parts are masked too, and account
        names without a domain altogether; once you know the host, O(recipients=full) names them.
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
  max_bytes:
    description:
      - How many bytes of logs to read at most; the newest are read. By default there is no limit.
      - Archives count as they lie on the disk, a journal as C(journalctl) writes it.
    type: int
  max_seconds:
    description:
      - How long to read logs; the newest are read first. By default there is no limit.
    type: float
  lint:
    description:
      - Whether to look over the configuration of Postfix too, as M(postmaster.delist.postfix_lint_info) does, in the
        same task. What it finds is in the evidence.
    type: bool
    default: false
  facts:
    description:
      - What is known of lists and public resolvers. Filled in from the knowledge of the collection.
    type: dict
    default: {}
  host:
    description:
      - The host's name in the evidence. By default its name in the inventory.
    type: str
  evidence_dir:
    description:
      - A folder on the controller, made if need be, to write the evidence of this host into.
    type: path
  from_runs:
    description:
      - Names of runs, whose folders lie beside that of O(evidence_dir)'s run. The evidence that they have of this host
        is taken as it is, of several the last one's, and the host is not asked.
      - So slices of a fleet, each read by a controller of its own, are merged into one run.
    type: list
    elements: str
    default: []
seealso:
  - module: postmaster.delist.diagnose
  - module: postmaster.delist.postfix_lint_info
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
    queue: false
    egress: [none]

- name: Look at the newest 256 MiB of a busy host, for ten seconds at most
  postmaster.delist.bounce_info:
    since: 24h
    max_bytes: 268435456
    max_seconds: 10
  become: true

- name: Read the journal of another host, whose mail leaves through a NAT gateway
  postmaster.delist.bounce_info:
    journal_directory: /srv/incident/mx3-journal
    queue: false
    egress: [203.0.113.7]
"""

RETURN = r"""
evidence:
  description:
    - What the host shows; its shape is C(knowledge/schema/evidence.json) of this collection.
    - The C(outcomes) of a reply count lines, of mail that was C(bounced) or C(deferred). C(expired) counts recipients,
      deferred until their message was given up. Apart from these, where there are any, count C(suspended), the lines
      that repeat a reply for a destination that rests; C(non_final), those about a mail exchanger after which the next
      one was tried, because it refused, hung up or fell silent; C(undeliverable), those about address probes, which
      are no mail; and C(soft_bounced), those of C(deferred) that Postfix's C(soft_bounce) keeps in the queue.
    - The C(stage) of a reply is null where Postfix does not say it. Of a refused greeting and a refused HELO it says
      the same, so both have C(greeting).
    - Each of the at most twenty C(top_senders) is an account, whatever names and clients its mail has, or where nobody
      logged in a client, or else, as for mail of the host itself, an envelope sender. Of mail that a content filter on
      this host gave back, account and client are those that it had before.
      C(refusals) counts lines, C(messages) and C(recipients) those that were refused, once each. C(sender) and
      C(client) are the most frequent ones of C(senders) and C(clients), which count up to 100. A sender of C(<>) is
      the null sender, as bounces have it; what the log does not tell is null.
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
        relay_port: 25
        service: postfix/smtp
        outcomes: {bounced: 412, deferred: 0, expired: 0, non_final: 3}
        named_ips: [203.0.113.7]
        recipients: 371
        recipient_domains: {example.com: 300, example.org: 71}
        first_at: "2026-11-24T02:10:44+09:00"
        last_at: "2026-11-24T09:14:58+09:00"
        by_hour: {begins_at: "2026-11-24T02:00:00+09:00", counts: [9, 61, 70, 58, 66, 52, 74, 22]}
        samples: []
    delivered: []
    top_senders:
      - sender: "*@example.jp"
        sasl_username: "*"
        client: unknown[198.51.100.9]
        messages: 380
        refusals: 398
        recipients: 355
        senders: 41
        clients: 100
        sender_domains: {example.jp: 377, shop.example: 3}
        first_at: "2026-11-24T02:10:44+09:00"
        last_at: "2026-11-24T09:14:58+09:00"
    lost: []
    queue:
      messages: 96
      recipients: 99
      by_queue: {deferred: 96}
      oldest_at: "2026-11-23T22:04:31+09:00"
      expiring: {within_seconds: 86400, messages: 0, next_at: "2026-11-28T22:04:31+09:00"}
      by_signature: []
    egress: {configured: [203.0.113.7], relayhost: null, by_service: {}}
    lint: null
    totals:
      lines_matched: 412
      lines_unparsed: 0
      bytes_read: 73400320
      bytes_not_read: 0
      groups_dropped: 0
      lines_dropped: 0
not_reached:
  description: Whether the last of O(from_runs) that was to read the host did not reach it.
  returned: failure, with O(from_runs)
  type: bool
  sample: true
path:
  description: The file that holds the evidence.
  returned: success, with O(evidence_dir)
  type: str
  sample: /home/oncall/out/20261124T001500Z/evidence/mx1.example.jp.json
totals:
  description: How much was read and understood.
  returned: success, with O(evidence_dir)
  type: dict
  sample: {lines_matched: 412, lines_unparsed: 0, bytes_read: 73400320, bytes_not_read: 0}
notes:
  description: What could not be read, and why.
  returned: success, with O(evidence_dir)
  type: list
  elements: str
  sample: ["/var/log/mail.log.3.gz: truncated: the compressed file ends too early"]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _answer, _options


def main() -> None:
    module = AnsibleModule(argument_spec=_options.MODULE, supports_check_mode=True)
    answer = _answer.answer(module.params)
    if answer.pop("failed", False):
        module.fail_json(**answer)
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
