# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where mail goes, asked of a DNS server on loopback that plays a script."""

from __future__ import annotations

import socket
import threading
import typing as t

import pytest

dns_message = pytest.importorskip("dns.message")

import dns.rcode  # noqa: E402
import dns.rrset  # noqa: E402

from ansible_collections.postmaster.delist.plugins.module_utils._dns.mailbox import mail_addresses  # noqa: E402

RECORDS = {
    ("both.example.", "MX"): ["20 b.both.example.", "10 a.both.example."],
    ("a.both.example.", "A"): ["198.41.0.4"],
    ("a.both.example.", "AAAA"): ["2001:503:ba3e::2:30"],
    ("b.both.example.", "A"): ["192.5.6.30"],
    ("own.example.", "A"): ["192.33.14.30"],
    ("null.example.", "MX"): ["0 ."],
    ("dangling.example.", "MX"): ["10 dangling.example."],
}


@pytest.fixture(scope="module")
def port() -> t.Iterator[int]:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    yield server.getsockname()[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"stop", server.getsockname())
    thread.join()
    server.close()


def _serve(server: socket.socket) -> None:
    while True:
        data, client = server.recvfrom(4096)
        if data == b"stop":
            return
        query = dns_message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        if name == "silent.example.":
            continue
        answer = dns_message.make_response(query)
        if name == "broken.example.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name == "gone.example.":
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif (name, kind) in RECORDS:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *RECORDS[name, kind]))
        server.sendto(answer.to_wire(), client)


@pytest.mark.parametrize(
    ("domain", "addresses", "cause"),
    [
        ("both.example", ["198.41.0.4", "2001:503:ba3e::2:30", "192.5.6.30"], None),
        ("own.example", ["192.33.14.30"], None),
        ("null.example", [], "takes no mail"),
        ("dangling.example", [], "no mail exchanger"),
        ("gone.example", [], "does not exist"),
        ("broken.example", [], "NoNameservers"),
        ("silent.example", [], "LifetimeTimeout"),
        ("a..example", [], "EmptyLabel"),
        ("x" * 64 + ".example", [], "LabelTooLong"),
    ],
)
def test_mail_addresses(port: int, domain: str, addresses: list[str], cause: str | None) -> None:
    found, said = mail_addresses(domain, server="127.0.0.1", port=port, timeout=1.0)
    assert found == addresses
    assert (cause or "") in (said or "")
    assert (said is None) is (cause is None)
