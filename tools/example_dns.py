# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DNS of the sample incident: plays block lists, reverse names and records on loopback while it is wanted.

    with serving(read(Path("inventory.example/dns.yml.txt"))) as port: ...

It is a thread of the program that wants it, so nothing is left of it however that program ends.
"""

from __future__ import annotations

import contextlib
import ipaddress
import selectors
import socket
import threading
import typing as t
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import yaml

ADDRESS = "127.0.0.1"
TTL = 300
_TESTS = {"127.0.0.2": ["127.0.0.2"]}  # RFC 5782: what every list of addresses has

Story = t.Mapping[str, t.Any]
Records = dict[tuple[str, str], list[str]]


class Zones:
    """Everything that is played: C(records) by name and type, and the lists that give nothing but an error."""

    def __init__(self, story: Story) -> None:
        self.records: Records = {}
        self.rcodes: dict[str, str] = {}
        self.zones = list(story["lists"])
        for zone, played in story["lists"].items():
            if "rcode" in played:
                self.rcodes[zone] = played["rcode"]
            for target, codes in {**played.get("tests", _TESTS), **played.get("listed", {})}.items():
                name = f"{_reversed(target)}.{zone}"
                self.records[name, "A"] = codes
                if "reason" in played and target in played.get("listed", {}):
                    self.records[name, "TXT"] = [_quoted(played["reason"].replace("{target}", target))]
        for ip, name in story["names"].items():
            self.records[ipaddress.ip_address(ip).reverse_pointer, "PTR"] = [f"{name}."]
            self.records[name, "A"] = [ip]
        for name, by_type in story["records"].items():
            for kind, data in by_type.items():
                self.records[name, kind] = [_quoted(text) for text in data] if kind == "TXT" else data
        self._names = {name for name, _kind in self.records}

    def answer(self, wire: bytes) -> bytes | None:
        """Return the reply to a query, or None when it is none."""
        try:
            query = dns.message.from_wire(wire)
            (question,) = query.question
        except (dns.exception.DNSException, ValueError):
            return None
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        refusing = next((code for zone, code in self.rcodes.items() if name.endswith(f".{zone}")), None)
        if refusing:
            response.set_rcode(dns.rcode.from_text(refusing))
        elif (name, kind) in self.records:
            response.answer.append(dns.rrset.from_text(question.name, TTL, "IN", kind, *self.records[name, kind]))
        elif name not in self._names:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


def read(path: Path) -> Zones:
    return Zones(yaml.safe_load(path.read_text(encoding="utf-8")))


@contextlib.contextmanager
def serving(zones: Zones) -> t.Iterator[int]:
    """Answer on a free port of loopback, and give the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, contextlib.ExitStack() as at_end:
        server.bind((ADDRESS, 0))
        server.setblocking(False)
        waker, sleeper = socket.socketpair()
        at_end.enter_context(waker)
        at_end.enter_context(sleeper)
        thread = threading.Thread(target=_serve, args=(zones, server, sleeper), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            waker.close()
            thread.join()


def _serve(zones: Zones, server: socket.socket, sleeper: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        selector.register(sleeper, selectors.EVENT_READ)
        while sleeper not in [key.fileobj for key, _events in selector.select()]:
            with contextlib.suppress(OSError):
                wire, client = server.recvfrom(4096)
                reply = zones.answer(wire)
                if reply is not None:
                    server.sendto(reply, client)


def _reversed(target: str) -> str:
    """Return the labels that stand for an address or a domain before the name of a list."""
    try:
        return ipaddress.ip_address(target).reverse_pointer.rpartition(".in-addr.arpa")[0]
    except ValueError:
        return target


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
