# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SMTP server whose every reply is somebody else's decision: the part that all receivers of the lab share."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import dataclasses
import re
import ssl
import typing as t

LINE_LIMIT = 64 * 1024
MESSAGE_LIMIT = 40 * 1024 * 1024
PATIENCE = 300  # seconds without a command
_ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)


@dataclasses.dataclass
class Session:
    """What is known of a connection so far."""

    ip: str
    port: int
    tls: bool = False
    helo: str | None = None
    login: str | None = None
    sender: str | None = None
    recipients: list[str] = dataclasses.field(default_factory=list)


class Policy(t.Protocol):
    """Who answers; each reply is a full line (`250 2.1.5 Ok`), several in one as Postfix would log them."""

    def greeting(self, session: Session) -> str: ...
    def helo(self, session: Session) -> list[str]: ...
    def starttls(self, session: Session) -> ssl.SSLContext | None: ...
    def auth(self, session: Session, user: str, password: str) -> str: ...
    def mail(self, session: Session, sender: str) -> str: ...
    def rcpt(self, session: Session, recipient: str) -> str: ...
    def data(self, session: Session, content: bytes) -> str: ...


class Gone(Exception):
    """The client has left, or must."""


class Connection:
    """One client, from the greeting to QUIT."""

    def __init__(self, policy: Policy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: bool) -> None:
        self.policy = policy
        self.reader = reader
        self.writer = writer
        self.session = Session(writer.get_extra_info("peername")[0], writer.get_extra_info("sockname")[1], tls)

    async def serve(self) -> None:
        with contextlib.suppress(Gone, ConnectionError, TimeoutError, ssl.SSLError):
            greeting = self.policy.greeting(self.session)
            await self._say(greeting)
            while greeting.startswith("2"):
                verb, _space, rest = (await self._line()).partition(" ")
                command = getattr(self, f"_{verb.lower()}", None) if verb.isalpha() else None
                await (command(rest.strip()) if command else self._say("502 5.5.2 Command not recognised"))
            # As real ones do: refused at the greeting, a client may only leave.
            while (await self._line()).upper() != "QUIT":
                await self._say("503 5.5.1 Bad sequence of commands")
        self.writer.close()

    async def _line(self) -> str:
        raw = await asyncio.wait_for(self.reader.readline(), PATIENCE)
        if not raw:
            raise Gone
        return raw.decode("utf-8", "replace").rstrip("\r\n")

    async def _say(self, reply: str) -> None:
        """Send a reply; one that a log joined from several lines goes out as several again."""
        code = reply[:3]
        lines = re.split(rf" (?={code}[- ])", reply)
        wire = [f"{code}-{line[4:]}" for line in lines[:-1]] + [f"{code} {lines[-1][4:]}"]
        self.writer.write("".join(f"{line}\r\n" for line in wire).encode())
        await self.writer.drain()

    async def _helo(self, name: str) -> None:
        self.session.helo = name
        self._reset()
        await self._say(f"250 {self.policy.helo(self.session)[0]}")

    async def _ehlo(self, name: str) -> None:
        self.session.helo = name
        self._reset()
        await self._say(" ".join(f"250 {line}" for line in self.policy.helo(self.session)))

    async def _starttls(self, _rest: str) -> None:
        context = None if self.session.tls else self.policy.starttls(self.session)
        if context is None:
            await self._say("502 5.5.1 TLS is not available")
            return
        await self._say("220 2.0.0 Ready to start TLS")
        await self.writer.start_tls(context)
        self.session = Session(self.session.ip, self.session.port, tls=True)

    async def _auth(self, rest: str) -> None:
        mechanism, _space, initial = rest.partition(" ")
        try:
            if mechanism.upper() == "PLAIN":
                raw = base64.b64decode(initial or await self._ask(""), validate=True)
                _authorisation, user, password = raw.decode().split("\0")
            elif mechanism.upper() == "LOGIN":
                user = base64.b64decode(initial or await self._ask("Username:"), validate=True).decode()
                password = base64.b64decode(await self._ask("Password:"), validate=True).decode()
            else:
                await self._say("504 5.5.4 Unrecognised authentication type")
                return
        except (binascii.Error, ValueError):
            await self._say("501 5.5.2 Cannot decode")
            return
        reply = self.policy.auth(self.session, user, password)
        if reply.startswith("2"):
            self.session.login = user
        await self._say(reply)

    async def _ask(self, prompt: str) -> str:
        await self._say(f"334 {base64.b64encode(prompt.encode()).decode()}")
        return await self._line()

    async def _mail(self, rest: str) -> None:
        found = _ADDRESS.match(rest)
        if self.session.helo is None or found is None:
            await self._say("503 5.5.1 Bad sequence of commands" if found else "501 5.5.4 Syntax: MAIL FROM:<address>")
            return
        self._reset()
        reply = self.policy.mail(self.session, found[1])
        if reply.startswith("2"):
            self.session.sender = found[1]
        await self._say(reply)

    async def _rcpt(self, rest: str) -> None:
        found = _ADDRESS.match(rest)
        if self.session.sender is None or found is None:
            await self._say("503 5.5.1 Bad sequence of commands" if found else "501 5.5.4 Syntax: RCPT TO:<address>")
            return
        reply = self.policy.rcpt(self.session, found[1])
        if reply.startswith("2"):
            self.session.recipients.append(found[1])
        await self._say(reply)

    async def _data(self, _rest: str) -> None:
        if not self.session.recipients:
            await self._say("503 5.5.1 No valid recipients")
            return
        await self._say("354 End data with <CR><LF>.<CR><LF>")
        lines = []
        size = 0
        while (line := await asyncio.wait_for(self.reader.readline(), PATIENCE)) != b".\r\n":
            size += len(line)
            if not line or size > MESSAGE_LIMIT:
                raise Gone
            lines.append(line.removeprefix(b"."))
        reply = self.policy.data(self.session, b"".join(lines))
        self._reset()
        await self._say(reply)

    async def _rset(self, _rest: str) -> None:
        self._reset()
        await self._say("250 2.0.0 Ok")

    async def _noop(self, _rest: str) -> None:
        await self._say("250 2.0.0 Ok")

    async def _quit(self, _rest: str) -> None:
        await self._say("221 2.0.0 Bye")
        raise Gone

    def _reset(self) -> None:
        self.session.sender = None
        self.session.recipients = []


async def serve(policy: Policy, ip: str, port: int, wrapper: ssl.SSLContext | None = None) -> asyncio.Server:
    """Listen for clients of `policy`; with a `wrapper` TLS begins with the first byte."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Connection(policy, reader, writer, tls=wrapper is not None).serve()

    return await asyncio.start_server(accept, ip, port, ssl=wrapper, limit=LINE_LIMIT)
