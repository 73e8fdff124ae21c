# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Postfix of its own for a test: its folders in the test's, its network a private namespace, gone with the test.

Needs root on Linux with Postfix; elsewhere `missing()` says what there is not, and the tests are skipped.
No DNS: names come from a hosts file that only the namespace sees. Nothing listens on the machine itself.
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

HERE = Path(__file__).parent
SES = "email-smtp.us-east-1.amazonaws.com"
OTHER_SES = "vpce-1.email-smtp.us-east-1.vpce.amazonaws.com"
HOSTS = {
    "127.0.0.24": [OTHER_SES],
    "127.0.0.25": [SES],
    "127.0.0.26": ["outlook.com", "hotmail.com"],
    "127.0.0.27": ["gmail.com"],
    "127.0.0.1": ["localhost", "mx1.sender.example"],
}
MASTER_CF = """\
pickup    unix  n       -       n       1       1       pickup
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
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""
MAIN_CF = """\
# The configuration of somebody else: nothing of it may be lost.
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
daemon_directory = {daemon_directory}
command_directory = {command_directory}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/mail.log
maillog_file_prefixes = /var, {root}
myhostname = mx1.sender.example
mydestination = $myhostname,
    localhost
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
local_transport = discard:
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_connect_timeout = 5s
{more}"""


def missing() -> str | None:
    """Return what this machine lacks."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux"
    absent = [name for name in ("postfix", "unshare", "nsenter", "ip", "openssl") if shutil.which(name) is None]
    if absent:
        return f"needs {', '.join(absent)}"
    done = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, check=False)
    return "may not make namespaces" if done.returncode else None


class Namespace:
    """A network and a hosts file of its own; everything in it dies with `close`."""

    def __init__(self, root: Path) -> None:
        hosts = root / "hosts"
        hosts.write_text("".join(f"{ip} {' '.join(names)}\n" for ip, names in HOSTS.items()), encoding="utf-8")
        ready = root / "namespace.ready"
        script = f"ip link set lo up && mount --bind {hosts} /etc/hosts && touch {ready} && exec sleep infinity"
        kinds = ["--net", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--propagation", "private"]
        self._process = subprocess.Popen(
            ["unshare", *kinds, "sh", "-ec", script],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(ready.exists, what="the namespace")
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        self._first = children.read_text(encoding="ascii").split()[0]
        self._children: list[subprocess.Popen[bytes]] = []
        # A module that Ansible runs with this interpreter runs in the namespace.
        self.python = root / "python"
        self.python.write_text(f'#!/bin/sh\nexec {" ".join(self._enter)} {sys.executable} "$@"\n', encoding="utf-8")
        self.python.chmod(0o755)

    @property
    def _enter(self) -> list[str]:
        return ["nsenter", "-t", self._first, "--net", "--mount", "--pid", "--"]

    def run(self, *command: str, check: bool = True, **options: t.Any) -> subprocess.CompletedProcess[str]:
        options = {"stdin": subprocess.DEVNULL, **options} if "input" not in options else options
        return subprocess.run(
            [*self._enter, *command], capture_output=True, text=True, check=check, timeout=60, **options
        )

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([*self._enter, *command], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._children.append(child)
        return child

    def close(self) -> None:
        """End all of it: with the first process of a namespace, the kernel kills the others."""
        self._process.kill()
        for child in [self._process, *self._children]:
            child.wait()


class StandIn:
    """A server of smtp_standin.py in a namespace."""

    def __init__(
        self, space: Namespace, root: Path, role: str, host: str, ports: str, *, files: t.Sequence[Path] = (),
        **state: t.Any,
    ) -> None:  # fmt: skip
        self._folder = root / role
        self._folder.mkdir()
        self._role = role
        self.set(**state)
        space.start(
            sys.executable, str(HERE / "smtp_standin.py"), role, host, ports, str(self._folder), *map(str, files)
        )
        until((self._folder / f"{role}.ready").exists, what=role)

    def set(self, **state: t.Any) -> None:
        fresh = self._folder / "fresh"
        fresh.write_text(json.dumps(state), encoding="utf-8")
        fresh.replace(self._folder / f"{self._role}.json")

    def seen(self, what: str) -> list[dict[str, t.Any]]:
        ledger = self._folder / f"{self._role}.jsonl"
        lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.exists() else []
        return [event for event in map(json.loads, lines) if event["what"] == what]


class Instance:
    """A running Postfix; `folder` is its configuration directory."""

    def __init__(self, space: Namespace, root: Path, *, more: str = "", master: str = "") -> None:
        self.space = space
        self.root = root
        self.folder = root / "postfix"
        self.folder.mkdir()
        for name in ("queue", "data"):
            (root / name).mkdir()
        shutil.chown(root / "data", "postfix")
        root.chmod(0o755)
        places = {name: _postconf(name) for name in ("daemon_directory", "command_directory")}
        (self.folder / "main.cf").write_text(MAIN_CF.format(root=root, more=more, **places), encoding="utf-8")
        (self.folder / "master.cf").write_text(MASTER_CF + master, encoding="utf-8")
        for name in ("postfix-files", "dynamicmaps.cf"):
            if Path("/etc/postfix", name).exists():
                shutil.copy(Path("/etc/postfix", name), self.folder)
        if Path("/etc/postfix/dynamicmaps.cf.d").is_dir():
            shutil.copytree("/etc/postfix/dynamicmaps.cf.d", self.folder / "dynamicmaps.cf.d")
        self.postfix("start")
        until((root / "queue" / "public" / "pickup").exists, what="pickup")

    def postfix(self, command: str) -> None:
        done = self.space.run("postfix", "-c", str(self.folder), command, check=False)
        assert done.returncode == 0, done.stdout + done.stderr + self.log()

    def stop(self) -> None:
        self.space.run("postfix", "-c", str(self.folder), "abort", check=False)

    def log(self) -> str:
        log = self.root / "mail.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def send(self, recipient: str, *, sender: str = "info@sender.example") -> None:
        self.space.run("sendmail", "-C", str(self.folder), "-f", sender, recipient, input="Subject: test\n\nhello\n")

    def outcome(self, recipient: str, status: str | None = None, *, seconds: float = 20) -> str:
        """Return the log line that tells the last fate of a recipient's mail."""

        def lines() -> list[str]:
            wanted = f"status={status}" if status else "status="
            return [line for line in self.log().splitlines() if f"to=<{recipient}>" in line and wanted in line]

        until(lines, what=f"{status} of {recipient} in:\n{self.log()}", seconds=seconds)
        return lines()[-1]

    def queue(self) -> list[dict[str, t.Any]]:
        done = self.space.run("postqueue", "-c", str(self.folder), "-j")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def files(self) -> dict[str, bytes]:
        """Return each file of the configuration with its content."""
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in sorted(self.folder.rglob("*")) if p.is_file()}


@contextlib.contextmanager
def instance(space: Namespace, **options: str) -> t.Iterator[Instance]:
    """A Postfix in a folder whose every parent its user can enter."""
    root = Path(tempfile.mkdtemp(prefix="postfix-"))
    running = Instance(space, root, **options)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(root)


def certificate(folder: Path, authority: str, names: t.Sequence[str]) -> tuple[Path, Path, Path]:
    """Make an authority and a server certificate for these names; return the authority's file, certificate, key."""
    ca, ca_key = folder / f"{authority}.pem", folder / f"{authority}.key"
    made, key = folder / f"{authority}-server.pem", folder / f"{authority}-server.key"
    new = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    signed = ["-CA", str(ca), "-CAkey", str(ca_key)]
    extension = "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)
    for command in (
        [*new, "-subj", f"/CN={authority}", "-keyout", str(ca_key), "-out", str(ca)],
        [*new, "-subj", "/CN=standin", "-addext", extension, *signed, "-keyout", str(key), "-out", str(made)],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return ca, made, key


def until(done: t.Callable[[], t.Any], *, what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def _postconf(name: str) -> str:
    return subprocess.run(["postconf", "-h", name], check=True, capture_output=True, text=True).stdout.strip()
