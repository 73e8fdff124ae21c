# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DNS of the lab: authoritative for all names at once, over UDP and TCP; the lists are asked of rbldnsd."""

from __future__ import annotations

import asyncio
import typing as t

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from ansible_collections.postmaster.delist.tests.lab.world.control import Control

TTL = 5
SOA = "ns.lab.example. hostmaster.lab.example. 1 60 60 60 5"
PATIENCE = 2


class Names:
    """All records; `control/dns.json` adds to them or replaces them while running."""

    def __init__(
        self, records: t.Iterable[tuple[str, str, str]], further: Control, lists: t.Sequence[str], port: int
    ) -> None:
        self.records = list(records)
        self.further = further
        self.lists = [dns.name.from_text(zone) for zone in lists]
        self.port = port  # of rbldnsd on loopback

    def find(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> tuple[list[str], bool]:
        """The data of `name` and `kind`, and whether the name exists at all."""
        added = [tuple(entry) for entry in self.further.read().get("records", [])]
        replaced = {(owner.lower(), what) for owner, what, _data in added}
        records = [entry for entry in self.records if (entry[0].lower(), entry[1]) not in replaced]
        wanted = name.to_text(omit_final_dot=True).lower()
        mine = [entry for entry in [*records, *added] if entry[0].lower() == wanted and entry[2]]
        exists = bool(mine) or any(entry[0].lower().endswith(f".{wanted}") for entry in records)
        return [data for _owner, what, data in mine if what == dns.rdatatype.to_text(kind)], exists

    async def answer(self, wire: bytes) -> bytes | None:
        try:
            query = dns.message.from_wire(wire)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None
        if any(question.name.is_subdomain(zone) for zone in self.lists):
            return await self._ask_lists(query)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        found, exists = self.find(question.name, question.rdtype)
        if found:
            reply.answer.append(
                dns.rrset.from_text(question.name, TTL, "IN", dns.rdatatype.to_text(question.rdtype), *found)
            )
        else:
            reply.set_rcode(dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN)
            reply.authority.append(dns.rrset.from_text(dns.name.root, TTL, "IN", "SOA", SOA))
        return reply.to_wire()

    async def _ask_lists(self, query: dns.message.Message) -> bytes:
        try:
            reply = await dns.asyncquery.udp(query, "127.0.0.1", timeout=PATIENCE, port=self.port)
        except (dns.exception.DNSException, OSError):
            reply = dns.message.make_response(query)
            reply.set_rcode(dns.rcode.SERVFAIL)
        return reply.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, names: Names) -> None:
        self.names = names
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = t.cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: t.Any) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(data, addr))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, data: bytes, peer: t.Any) -> None:
        if reply := await self.names.answer(data):
            self.transport.sendto(reply, peer)


async def serve(names: Names, ip: str) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while length := await asyncio.wait_for(reader.readexactly(2), PATIENCE):
                if reply := await names.answer(await reader.readexactly(int.from_bytes(length, "big"))):
                    writer.write(len(reply).to_bytes(2, "big") + reply)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        writer.close()

    await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Datagrams(names), local_addr=(ip, 53))
    await asyncio.start_server(accept, ip, 53)
