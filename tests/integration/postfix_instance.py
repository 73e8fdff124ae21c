# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Postfix of its own: in private namespaces, with its own folders, gone with the process that started it.

Nothing of it is seen from outside, and no packet leaves it. Receivers can be put at port 25 of any loopback address;
`hosts` gives them their names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_NEEDS = ("postfix", "postconf", "postmap", "unshare", "nsenter", "mount")
_INIT = """
set -e
mount --bind "$1/hosts" /etc/hosts
mount -t tmpfs tmpfs /run -o mode=755
python3 - <<'UP'
import fcntl, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
UP
touch "$1/up"
exec sleep infinity
"""
_MAIN = """\
# The configuration of a host, as people leave it.
compatibility_level = 3.6

queue_directory = {folder}/spool
data_directory = {folder}/lib
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mx1.example.jp
mydestination = $myhostname,
    # the old name
    localhost
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
transport_maps=texthash:{folder}/etc/transport
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
minimal_backoff_time = 300s
"""
_MASTER = """\
# service type  private unpriv  chroot  wakeup  maxproc command + args
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
        -o syslog_name=postfix/$service_name
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""


def why_not() -> str | None:
    """Return what this machine lacks for it."""
    if os.geteuid() != 0:
        return "a Postfix of its own needs root"
    missing = [name for name in _NEEDS if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"not on this machine: {', '.join(missing)}"
    probe = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True, check=False)
    return None if probe.returncode == 0 else "namespaces are not to be had here"


class Instance:
    """Started by C(start), stopped by C(stop) or with this process."""

    def __init__(self, folder: Path, hosts: t.Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.etc = folder / "etc"
        self.log = folder / "mail.log"
        for name in ("etc", "spool", "lib"):
            (folder / name).mkdir(parents=True)
        shutil.chown(folder / "lib", "postfix")
        for parent in (folder, *folder.parents):  # Postfix's own account has to get here
            if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o111)
        (self.etc / "main.cf").write_text(_MAIN.format(folder=folder), encoding="utf-8")
        (self.etc / "master.cf").write_text(_MASTER, encoding="utf-8")
        (self.etc / "transport").write_text("", encoding="utf-8")
        names = {"127.0.0.1": "localhost", **{address: name for name, address in (hosts or {}).items()}}
        lines = [f"{address} {name}\n" for address, name in names.items()]
        (folder / "hosts").write_text("".join(lines), encoding="utf-8")
        (folder / "init.sh").write_text(_INIT, encoding="utf-8")
        self._init: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._init = subprocess.Popen(
            ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=KILL", "--propagation", "private",
             "--mount-proc", "sh", str(self.folder / "init.sh"), str(self.folder)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.wait_for((self.folder / "up").exists, "the namespaces")
        self.postfix("start")

    def stop(self) -> None:
        if self._init is not None:
            self._init.kill()
            self._init.wait()

    def run(self, command: t.Sequence[str], *, stdin: str = "", rc: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a command inside."""
        done = subprocess.run(
            self.inside(command), input=stdin, capture_output=True, text=True, check=False, timeout=60,
            env={"PATH": _PATH, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT / ".collections")},
        )  # fmt: skip
        assert rc in (None, done.returncode), f"{command}: rc {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def python(self, source: str, *args: str, rc: int | None = 0) -> subprocess.CompletedProcess[str]:
        return self.run([sys.executable, "-c", source, *args], rc=rc)

    def inside(self, command: t.Sequence[str]) -> list[str]:
        """Return the command that runs a command inside."""
        assert self._init is not None
        return ["nsenter", "-t", str(_child_of(self._init.pid)), "-m", "-n", "-p", "--", *command]

    def postfix(self, word: str, *, rc: int | None = 0) -> subprocess.CompletedProcess[str]:
        return self.run(["postfix", "-c", str(self.etc), word], rc=rc)

    def is_running(self) -> bool:
        return self.postfix("status", rc=None).returncode == 0

    def route(self, domain: str, nexthop: str) -> None:
        with (self.etc / "transport").open("a", encoding="utf-8") as file:
            file.write(f"{domain} {nexthop}\n")

    def send(self, *recipients: str, sender: str = "news@example.jp") -> None:
        text = f"From: {sender}\nSubject: test\n\ntext\n"
        self.run(["sendmail", "-C", str(self.etc), "-f", sender, *recipients], stdin=text)

    def outcome(self, recipient: str) -> str:
        """Return the line of the log that says what became of the mail to a recipient."""
        found: list[str] = []

        def look() -> bool:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            found[:] = [line for line in lines if f"to=<{recipient}>" in line and "status=" in line]
            return bool(found)

        self.wait_for(look, f"the outcome of {recipient}")
        return found[-1]

    def wait_for(self, condition: t.Callable[[], bool], what: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert self._init is None or self._init.poll() is None, "the namespaces ended"
            assert time.monotonic() < end, f"{what} did not come within {seconds} s"
            time.sleep(0.05)


def _child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])
