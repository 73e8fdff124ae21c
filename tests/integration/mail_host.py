# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mail host for tests: Debian's Postfix, and journald, in namespaces of their own, with receivers on loopback.

Nothing of it is seen outside: its network has no way out, and /etc/postfix, /var/spool/postfix, /var/log, /run and /dev
are its own. When its first process is killed, all of it is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration.harness import ROOT

EGRESS = "203.0.113.7"
OUTLOOK = ("example-com.mail.protection.outlook.com", "198.51.100.36")
T_ONLINE = ("mx00.t-online.de", "198.51.100.37")
GMAIL = ("gmail-smtp-in.l.google.com", "198.51.100.38")
STAGES = ("mx.stages.example", "198.51.100.40")  # its receivers are the test's own
PAIR = ("mx.pair.example", ("198.51.100.41", "198.51.100.42"))
FBLW15 = (
    "550 5.7.1 Service unavailable; Client host [{ip}] blocked using FBLW15; To request removal from this list please "
    "forward this message to delist@messaging.microsoft.com"
)
COMMON_PYTHON = Path("/usr/bin/python3")
_JOURNALD = "/lib/systemd/systemd-journald"
_PROGRAMS = ("postfix", "postconf", "postqueue", "sendmail", "unshare", "nsenter", "ip", "mount", "mknod")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_GATHER = """
import json, sys
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._gather import NothingRead, Request, gather
try:
    said = gather(Request(**json.loads(sys.argv[1])))
except NothingRead as nothing:
    said = str(nothing)
json.dump(said, sys.stdout)
"""
_SETUP = r"""
set -eu
ip link set lo up
for address in "$EGRESS" 203.0.113.8 198.51.100.36 198.51.100.37 198.51.100.38 198.51.100.40 \
    198.51.100.41 198.51.100.42; do
    ip address add "$address/32" dev lo
done
mount -t tmpfs -o mode=755 tmpfs /dev
while read -r name minor; do mknod -m 666 "/dev/$name" c 1 "$minor"; done <<END
null 3
zero 5
random 8
urandom 9
END
mkdir -m 1777 /dev/shm
ln -s /proc/self/fd /dev/fd
ln -s /run/systemd/journal/dev-log /dev/log
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/journal "$FOLDER/etc" "$FOLDER/spool" "$FOLDER/lib" "$FOLDER/log/journal"
: > /run/systemd/journal/flushed  # keep the journal on the disk from the start
cp -a /etc/postfix/. "$FOLDER/etc"
chown postfix "$FOLDER/lib"
mount --bind "$FOLDER/etc" /etc/postfix
mount --bind "$FOLDER/spool" /var/spool/postfix
mount --bind "$FOLDER/lib" /var/lib/postfix
mount --bind "$FOLDER/log" /var/log
mount --bind "$FOLDER/hosts" /etc/hosts
: > "$FOLDER/ready"
exec sleep 600
"""


def why_not() -> str | None:
    """Say why there can be no such host here."""
    if os.geteuid():
        return "needs root, for namespaces and Postfix"
    missing = [name for name in _PROGRAMS if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"needs {', '.join(missing)} (apt-get install postfix util-linux iproute2)"
    tried = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True, text=True, check=False
    )
    return f"may not make namespaces: {tried.stderr.strip()}" if tried.returncode else None


def why_no_journal() -> str | None:
    return None if os.access(_JOURNALD, os.X_OK) and shutil.which("journalctl") else "needs systemd-journald"


class MailHost:
    """The running host; `folder/log` is its /var/log."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.folder = folder
        self._enter = ["nsenter", "-t", str(pid), "-m", "-n", "-p", "--"]
        self._others: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str, stdin: str = "", uid: int | None = None) -> str:
        """Run a command on the host and return what it writes."""
        as_user = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"] if uid else []
        done = subprocess.run(
            [*self._enter, *as_user, *command],
            input=stdin,
            capture_output=True,
            text=True,
            env=_environment(),
            timeout=30,
            check=False,
        )
        assert not done.returncode, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *command: str) -> None:
        """Start a command that runs as long as the host does."""
        self._others.append(subprocess.Popen([*self._enter, *command], env=_environment(), stdin=subprocess.DEVNULL))

    def receive(self, address: str, *behaviours: str) -> None:
        """Start a receiver (refusing_smtp.py)."""
        self.start(sys.executable, str(ROOT / "tests" / "integration" / "refusing_smtp.py"), address, *behaviours)

    def stop(self) -> None:
        for other in self._others:
            other.kill()
            other.wait()

    def interpreter(self) -> Path:
        """A Python that a play can use as this host's."""
        path = self.folder / "python"
        path.write_text(f'#!/bin/sh\nexec {" ".join(self._enter)} {sys.executable} "$@"\n', encoding="ascii")
        path.chmod(0o755)
        return path

    def gather(self, python: str = sys.executable, **options: t.Any) -> dict[str, t.Any]:
        """Return the evidence of the host as bounce_info gathers it."""
        evidence: dict[str, t.Any] = json.loads(self.run(python, "-c", _GATHER, json.dumps(options)))
        return evidence

    def why_nothing(self, uid: int) -> str:
        """Say why a user can gather nothing; by a Python that everybody may run."""
        return str(json.loads(self.run(str(COMMON_PYTHON), "-c", _GATHER, "{}", uid=uid)))

    def send(self, recipient: str, *, sender: str = "me@example.jp", instance: str | None = None) -> None:
        of_instance = ["-C", instance] if instance else []
        self.run("sendmail", *of_instance, "-f", sender, recipient, stdin="Subject: test\n\nHello.\n")

    def add_instance(self, name: str) -> str:
        """Start a second Postfix with queue, log and name of its own, and return its configuration."""
        places = {part: self.folder / f"{name}-{part}" for part in ("etc", "spool", "lib")}
        shutil.copytree(self.folder / "etc", places["etc"], symlinks=True)
        places["spool"].mkdir()
        places["lib"].mkdir()
        shutil.chown(places["lib"], "postfix")
        etc = str(places["etc"])
        self.run("postconf", "-e", f"multi_instance_directories={etc}")
        self.run(
            "postconf",
            *("-c", etc),
            "-e",
            f"queue_directory={places['spool']}",
            f"data_directory={places['lib']}",
            f"multi_instance_name={name}",
            f"syslog_name={name}",
            f"maillog_file=/var/log/{name}.log",
        )
        self.run("postfix", "-c", etc, "start")
        return etc

    def settle(self, *, seen: t.Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        for _attempt in range(100):
            if seen():
                return
            time.sleep(0.1)
        raise AssertionError(f"it did not come to that: {sorted((self.folder / 'log').rglob('*'))}")


@contextlib.contextmanager
def running(*, journal: bool) -> t.Iterator[MailHost]:
    """Give a host whose Postfix runs; without `journal` nobody listens to syslog, and Postfix writes its own file."""
    with tempfile.TemporaryDirectory(prefix="mail-host-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # pytest's folders are root's alone; Postfix's users must reach theirs
        with _running(folder, journal=journal) as host:
            yield host


@contextlib.contextmanager
def _running(folder: Path, *, journal: bool) -> t.Iterator[MailHost]:
    pair = [(PAIR[0], address) for address in PAIR[1]]
    names = "".join(f"{address} {name}\n" for name, address in (OUTLOOK, T_ONLINE, GMAIL, STAGES, *pair))
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{names}", encoding="ascii")
    command = [
        "unshare",
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "--propagation",
        "private",
    ]
    first = subprocess.Popen(
        [*command, "sh", "-c", _SETUP], env=_environment() | {"FOLDER": str(folder), "EGRESS": EGRESS}, text=True
    )
    inner: list[str] = []
    try:
        _wait_for(folder / "ready", first)
        inner = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text(encoding="ascii").split()
        host = MailHost(folder, int(inner[0]))
        try:
            _populate(host, journal=journal)
            yield host
        finally:
            host.stop()
    finally:
        first.kill()
        first.wait()
        _wait_until_gone(inner)


def _populate(host: MailHost, *, journal: bool) -> None:
    if journal:
        host.start(_JOURNALD)
    host.receive(OUTLOOK[1], "25", "RCPT", FBLW15)
    host.receive(T_ONLINE[1], "25", "greeting", "554 IP={ip} - A problem occurred.")
    host.receive(GMAIL[1], "25", "never", "")
    host.run("postconf", "-F", "*/*/chroot=n")
    host.run(
        "postconf",
        "-e",
        "myhostname=mx1.example.jp",
        "mydestination=example.jp",
        "local_recipient_maps=",
        "mailbox_transport=discard:",
        "local_transport=discard:",
        "inet_interfaces=loopback-only",
        "inet_protocols=ipv4",
        f"smtp_bind_address={EGRESS}",
        "smtp_host_lookup=native",
        "smtp_dns_support_level=disabled",
        "enable_long_queue_ids=yes",
        f"transport_maps=inline:{{ example.com=smtp:[{OUTLOOK[0]}], t-online.de=smtp:[{T_ONLINE[0]}], "
        f"gmail.com=smtp:[{GMAIL[0]}], ses.example=ses:[{OUTLOOK[0]}] }}",
        f"maillog_file={'' if journal else '/var/log/postfix.log'}",
    )
    host.run(
        "postconf", "-M", "ses/unix=ses unix - - n - - smtp -o syslog_name=postfix/ses -o smtp_bind_address=203.0.113.8"
    )
    host.settle(seen=lambda: not journal or "dev-log" in host.run("ls", "/run/systemd/journal"))
    host.run("postfix", "start")


def _environment() -> dict[str, str]:
    return {
        "PATH": _PATH,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT / ".collections"),
        "TZ": os.environ.get("TZ", ""),
    }


def _wait_until_gone(pids: t.Iterable[str]) -> None:
    """The first process of a namespace is the last to go, and takes all others with it."""
    for pid in pids:
        for _attempt in range(100):
            if not Path("/proc", pid).exists():
                break
            time.sleep(0.05)


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    for _attempt in range(100):
        if path.exists():
            return
        assert process.poll() is None, "the namespaces of the mail host could not be made"
        time.sleep(0.05)
    raise AssertionError("the mail host does not start")
