# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's rbldnsd (apt-get install rbldnsd) on loopback, serving what a test gives it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
import typing as t
from contextlib import contextmanager
from pathlib import Path

PROGRAM = shutil.which("rbldnsd", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin")


@contextmanager
def serving(zones: dict[str, tuple[str, t.Iterable[str]]]) -> t.Iterator[int]:
    """Serve C({zone: (kind of data set, its lines)}) and give the port."""
    with tempfile.TemporaryDirectory(prefix="rbldnsd-") as name, _running(Path(name), zones) as port:
        yield port


@contextmanager
def _running(folder: Path, zones: dict[str, tuple[str, t.Iterable[str]]]) -> t.Iterator[int]:
    # Started as root it becomes another user, who must be able to read the files.
    folder.chmod(0o755)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    specifications = []
    for number, (zone, (kind, lines)) in enumerate(zones.items()):
        (folder / f"zone{number}").write_text("\n".join(lines) + "\n", encoding="ascii")
        specifications.append(f"{zone}:{kind}:zone{number}")
    command = [str(PROGRAM), "-n", "-b", f"127.0.0.1/{port}", "-w", str(folder), *specifications]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    query = b"\0\1\0\0\0\1\0\0\0\0\0\0\1x\4test\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.settimeout(0.1)
        for _attempt in range(100):
            try:
                client.send(query)
                client.recv(512)
                return
            except (ConnectionError, TimeoutError):
                time.sleep(0.05)
    assert process.stderr is not None
    process.kill()
    raise RuntimeError("rbldnsd does not start: " + process.stderr.read())
