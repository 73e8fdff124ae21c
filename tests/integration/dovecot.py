# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Dovecot (apt-get install dovecot-imapd) on loopback, with one mailbox."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration import certificates

PROGRAM = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
WHY_NOT = "needs root and Dovecot (Debian: apt install dovecot-imapd)"
USABLE = PROGRAM is not None and os.geteuid() == 0
USER, PASSWORD = "postmaster", "lab-only-Passw0rd"

_CONFIGURATION = """\
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
auth_mechanisms = plain
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {implicit}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
"""


class Server(t.NamedTuple):
    """C(mail) is the Maildir; the ports are those for TLS from the start, and for STARTTLS."""

    mail: Path
    implicit: int
    starttls: int
    ca_file: Path


@contextlib.contextmanager
def serving() -> t.Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="imap-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        user = pwd.getpwnam("nobody")
        for part in ("mail", "mail/cur", "mail/new", "mail/tmp", "home", "run"):
            (folder / part).mkdir()
            if part != "run":
                os.chown(folder / part, user.pw_uid, user.pw_gid)
        certificate, key = certificates.make(folder)
        implicit, starttls = _free_ports(2)
        configuration = folder / "dovecot.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                run=folder / "run",
                certificate=certificate,
                key=key,
                implicit=implicit,
                starttls=starttls,
                password=PASSWORD,
                uid=user.pw_uid,
                gid=user.pw_gid,
            )
        )
        with subprocess.Popen(
            [str(PROGRAM), "-F", "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            try:
                _wait(implicit, process, folder / "log")
                yield Server(folder / "mail", implicit, starttls, certificate)
            finally:
                process.terminate()
                process.wait(10)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _number in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(200):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    assert process.stderr is not None
    process.kill()
    raise RuntimeError(
        f"Dovecot does not start: {process.stderr.read().decode()} {log.read_text() if log.exists() else ''}"
    )
