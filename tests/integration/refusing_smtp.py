# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A receiver: C(refusing_smtp.py ADDRESS PORT STAGE REPLY) answers with the reply at a stage, and takes what is left.

STAGE is greeting, RCPT, DATA (the end of it) or never; C({ip}) in the reply is the client's address.
"""

from __future__ import annotations

import socketserver
import sys

_READY = {b"EHLO": "250 receiver", b"HELO": "250 receiver", b"DATA": "354 go on", b"QUIT": "221 bye"}


class Session(socketserver.StreamRequestHandler):
    def say(self, reply: str) -> None:
        self.wfile.write(reply.replace("{ip}", self.client_address[0]).encode() + b"\r\n")

    def handle(self) -> None:
        stage, refusal = self.server.refuses  # type: ignore[attr-defined]
        if stage == "greeting":
            self.say(refusal)
            return
        self.say("220 receiver ESMTP")
        for line in self.rfile:
            verb = line[:4].upper()
            self.say(refusal if verb == stage.encode() == b"RCPT" else _READY.get(verb, "250 2.0.0 ok"))
            if verb == b"QUIT":
                return
            if verb == b"DATA":
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.say(refusal if stage == "DATA" else "250 2.6.0 queued")


class Receiver(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main(address: str, port: str, stage: str, reply: str) -> None:
    with Receiver((address, int(port)), Session) as receiver:
        receiver.refuses = (stage, reply)  # type: ignore[attr-defined]
        receiver.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
