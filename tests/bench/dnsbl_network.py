# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad network: passes datagrams on to a port, loses some, and delivers some once more, late.

dnsbl_network.py PORT LOST LATE: prints its own port, then serves until its standard input ends.
"""

from __future__ import annotations

import heapq
import random
import select
import socket
import sys
import time

LATE_SECONDS = 0.4


def serve(port: int, lost: float, late: float) -> None:
    dice = random.Random(20261124)
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
    front.bind(("127.0.0.1", 0))
    print(front.getsockname()[1], flush=True)
    behind: dict[tuple[str, int], socket.socket] = {}
    client_of: dict[socket.socket, tuple[str, int]] = {}
    again: list[tuple[float, int, bytes, tuple[str, int]]] = []
    count = 0
    while True:
        pause = max(0.0, again[0][0] - time.monotonic()) if again else None
        for ready in select.select([front, sys.stdin, *client_of], [], [], pause)[0]:
            if ready is sys.stdin:
                return
            if ready is front:
                wire, client = front.recvfrom(4096)
                if client not in behind:
                    behind[client] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    behind[client].connect(("127.0.0.1", port))
                    client_of[behind[client]] = client
                # Half of the losses on the way there, half on the way back.
                if dice.random() >= lost / 2:
                    behind[client].send(wire)
                continue
            wire, client = ready.recv(4096), client_of[ready]
            if dice.random() < lost / 2:
                continue
            front.sendto(wire, client)
            if dice.random() < late:
                count += 1
                heapq.heappush(again, (time.monotonic() + LATE_SECONDS, count, wire, client))
        while again and again[0][0] <= time.monotonic():
            _due, _count, wire, client = heapq.heappop(again)
            front.sendto(wire, client)


if __name__ == "__main__":
    serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
