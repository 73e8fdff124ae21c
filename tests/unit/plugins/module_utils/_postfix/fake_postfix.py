# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Postfix that exists only as its configuration directory: its programs answer from the files."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._main_cf import MainCf, folded
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._master_cf import MasterCf
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Done, Postfix
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix import regexp_table

MAIN = """\
# how this host is set up
compatibility_level = 3.6
myhostname = mx1.example.jp
mydestination = $myhostname,
\t# the old name
\tlocalhost

transport_maps=hash:/etc/postfix/transport
relayhost =
"""
MASTER = """\
smtp      inet  n       -       y       -       -       smtpd
smtp      unix  -       -       y       -       -       smtp
relay     unix  -       -       y       -       -       smtp
        -o syslog_name=postfix/$service_name
"""
DEFAULTS = {
    "default_delivery_status_filter": "",
    "mail_owner": "postfix",
    "mail_version": "3.7.11",
    "maillog_file": "",
    "maximal_queue_lifetime": "5d",
    "queue_run_delay": "300s",
    "smtp_delivery_status_filter": "$default_delivery_status_filter",
    "syslog_name": "postfix",
    "transport_maps": "",
}


class FakePostfix:
    """Set these to have it otherwise: C(running), C(refuses) (what a reload says against it), C(waiting) (its queue),
    C(table) (key to answer, instead of what the table itself says)."""

    def __init__(self, folder: pathlib.Path, *, main: str = MAIN, master: str = MASTER) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "main.cf").write_bytes(main.encode())
        (folder / "master.cf").write_bytes(master.encode())
        self.running = True
        self.refuses: str | None = None
        self.table: dict[str, str] = {}
        self.waiting: list[dict[str, t.Any]] = []
        self.reloads: list[bytes] = []
        self.commands: list[list[str]] = []

    @property
    def postfix(self) -> Postfix:
        return Postfix(str(self.folder), self.run)

    @property
    def main(self) -> bytes:
        return (self.folder / "main.cf").read_bytes()

    @property
    def master(self) -> bytes:
        return (self.folder / "master.cf").read_bytes()

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Return all that is in the configuration directory, with modes."""
        return {
            str(path.relative_to(self.folder)): (path.read_bytes() if path.is_file() else b"", path.stat().st_mode)
            for path in self.folder.rglob("*")
        }

    def run(self, command: t.Sequence[str], stdin: bytes, timeout: float) -> Done:
        self.commands.append(list(command))
        program, *words = command
        folder = pathlib.Path(words[1])
        return getattr(self, f"_{program}")(folder, words[2:], stdin)

    def _postconf(self, folder: pathlib.Path, words: list[str], stdin: bytes) -> Done:
        main = MainCf.parse((folder / "main.cf").read_bytes())
        if words[:1] == ["-n"]:
            said = [(entry.name, folded(entry.raw)) for entry in main.entries if entry.name]
            wrong = [f"postconf: warning: {folder}/main.cf: unused parameter: {n}" for n, _v in said if "bogus" in n]
            if any(not entry.name and entry.raw[:1].isalpha() for entry in main.entries):
                return Done(1, "", f"postconf: fatal: {folder}/main.cf: missing '=' after attribute name")
            return Done(0, "".join(f"{name} = {value}\n" for name, value in said), "\n".join(wrong))
        if words[:1] == ["-M"]:
            master = MasterCf.parse((folder / "master.cf").read_bytes())
            found = master.find(*words[1].split("/")) if words[1:] else None
            return Done(0, found.raw.decode() if found else "", "")
        names = [word for word in words if not word.startswith("-")]
        known = dict(DEFAULTS)
        if "-d" not in words:
            known.update({entry.name: folded(entry.raw) for entry in main.entries if entry.name})
        return Done(0, "".join(f"{name} = {known[name]}\n" for name in names if name in known), "")

    def _postmap(self, folder: pathlib.Path, words: list[str], stdin: bytes) -> Done:
        if not self.table:
            return regexp_table.postmap(words, stdin)
        keys = stdin.decode().splitlines()
        return Done(0, "".join(f"{key}\t{self.table[key]}\n" for key in keys if key in self.table), "")

    def _postqueue(self, folder: pathlib.Path, words: list[str], stdin: bytes) -> Done:
        return Done(0, "".join(f"{json.dumps(message)}\n" for message in self.waiting), "")

    def _postfix(self, folder: pathlib.Path, words: list[str], stdin: bytes) -> Done:
        if words == ["status"]:
            return Done(0 if self.running else 1, "", "")
        self.reloads.append(self.main)
        return Done(1, "", self.refuses) if self.refuses else Done(0, "", "")
