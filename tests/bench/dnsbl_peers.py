# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else can ask many DNS questions: each takes names and a port, and gives the number of names that were found."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import subprocess
import tempfile
import typing as t

import dns.asyncresolver
import dns.resolver

try:
    import aiodns
except ImportError:
    aiodns = None  # type: ignore[assignment]

DNSPERF = shutil.which("dnsperf")
WINDOW = 64
# What dnsperf uses unless told.
DNSPERF_WINDOW = 100
Ask = t.Callable[[str], t.Awaitable[bool]]


async def _in_parallel(names: t.Sequence[str], ask: Ask) -> int:
    """So many workers, not a task for each name: the best that a caller can make of a peer."""
    left, found = iter(names), 0

    async def work() -> None:
        nonlocal found
        for name in left:
            there = await ask(name)
            found += there

    await asyncio.gather(*(work() for _worker in range(WINDOW)))
    return found


def asyncresolver(names: t.Sequence[str], port: int) -> int:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port

    async def ask(name: str) -> bool:
        with contextlib.suppress(dns.resolver.NXDOMAIN):
            await resolver.resolve(name + ".", "A", search=False)
            return True
        return False

    return asyncio.run(_in_parallel(names, ask))


def through_aiodns(names: t.Sequence[str], port: int) -> int:
    async def run() -> int:
        resolver = aiodns.DNSResolver(nameservers=["127.0.0.1"], udp_port=port, tcp_port=port, timeout=2, tries=3)
        asks = resolver.query_dns if hasattr(resolver, "query_dns") else resolver.query

        async def ask(name: str) -> bool:
            with contextlib.suppress(aiodns.error.DNSError):
                await asks(name, "A")
                return True
            return False

        return await _in_parallel(names, ask)

    return asyncio.run(run())


def dnsperf(names: t.Sequence[str], port: int) -> float:
    """Return dnsperf's own figure of questions a second."""
    with tempfile.NamedTemporaryFile("w", suffix=".dnsperf") as questions:
        questions.writelines(f"{name} A\n" for name in names)
        questions.flush()
        command = [str(DNSPERF), "-s", "127.0.0.1", "-p", str(port), "-d", questions.name, "-q", str(DNSPERF_WINDOW)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Queries per second:\s+([0-9.]+)", output)[1])  # type: ignore[index]
