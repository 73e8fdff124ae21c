# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A receiver: C(refusing_smtp.py ADDRESS PORT STAGE REPLY [PORT STAGE REPLY]...) refuses at one stage on each port.

STAGE is greeting, EHLO (and HELO), MAIL, RCPT, DATA, END (of DATA) or never. C({ip}) in the reply is the client's
address; the replies C(hang up) and C(silence) are none: the connection ends, or nothing comes any more.
"""

from __future__ import annotations

import socketserver
import sys
import threading
import time

HANG_UP, SILENCE = "hang up", "silence"
_READY = {"EHLO": "250 receiver", "HELO": "250 receiver", "DATA": "354 go on", "QUIT": "221 bye"}


class _HungUp(Exception):
    pass


class Session(socketserver.StreamRequestHandler):
    def say(self, stage: str, reply: str) -> None:
        refuses_at, refusal = self.server.refuses  # type: ignore[attr-defined]
        if stage.replace("HELO", "EHLO") == refuses_at:
            reply = refusal
        if reply == HANG_UP:
            raise _HungUp
        if reply == SILENCE:
            time.sleep(3600)
        self.wfile.write(reply.replace("{ip}", self.client_address[0]).encode() + b"\r\n")

    def handle(self) -> None:
        try:
            self.converse()
        except (_HungUp, ConnectionError):
            return

    def converse(self) -> None:
        self.say("greeting", "220 receiver ESMTP")
        if self.server.refuses[0] == "greeting":  # type: ignore[attr-defined]
            return
        for line in self.rfile:
            verb = line[:4].upper().decode("ascii", "replace")
            self.say(verb, _READY.get(verb, "250 2.0.0 ok"))
            if verb == "QUIT":
                return
            if verb == "DATA" and self.server.refuses[0] != "DATA":  # type: ignore[attr-defined]
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.say("END", "250 2.6.0 queued")


class Receiver(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main(address: str, *behaviours: str) -> None:
    for port, stage, reply in zip(behaviours[::3], behaviours[1::3], behaviours[2::3], strict=True):
        receiver = Receiver((address, int(port)), Session)
        receiver.refuses = (stage, reply)  # type: ignore[attr-defined]
        threading.Thread(target=receiver.serve_forever).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
