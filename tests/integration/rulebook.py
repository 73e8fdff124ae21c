# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real ansible-rulebook with the rulebook of this checkout, on loopback, and what is posted to it."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration.harness import ROOT

RULEBOOK = "postmaster.delist.incident"
TOKEN = "lab-only-t0ken"
VENV = ROOT / ".cache" / "rulebook"
WHY_NOT = None if shutil.which("java") else "needs Java 17 (Debian: apt install openjdk-17-jre-headless)"
_REQUIREMENTS = ROOT / "tests" / "requirements-rulebook.txt"
_PINS = ROOT / "tools" / "pinned" / "controller.txt"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rulebook:
    """A rulebook that runs; `output` is where its runs are."""

    port: int
    output: Path
    log: Path

    def post(self, payload: object, *, token: str | None = TOKEN) -> int:
        """Return the status that the webhook answers with."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        url = f"http://127.0.0.1:{self.port}/endpoint"
        request = urllib.request.Request(url, json.dumps(payload).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as exc:
            return exc.code

    def runs(self, file: str = "run.json") -> list[Path]:
        """The folders of the runs that have this file, the oldest first."""
        found = (path.parent for path in self.output.glob(f"*/{file}") if not path.parent.is_symlink())
        return sorted(found, key=lambda folder: (folder / "run.json").stat().st_mtime_ns)

    def wait(self, number: int, file: str = "run.json", *, seconds: float = 90) -> list[Path]:
        """Wait for so many runs to have this file."""
        end = time.monotonic() + seconds
        while len(runs := self.runs(file)) < number:
            assert time.monotonic() < end, f"{len(runs)} of {number} runs:\n{self.log.read_text(errors='replace')}"
            time.sleep(0.05)
        return runs


def install() -> Path:
    """Return the folder of programs of the venv, which is made anew where it is older than what it is made from."""
    VENV.parent.mkdir(exist_ok=True)
    with VENV.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = VENV / ".complete"
        sources = (_REQUIREMENTS, ROOT / "requirements.txt", _PINS)
        if not stamp.exists() or stamp.stat().st_mtime < max(path.stat().st_mtime for path in sources):
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
            pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            wanted = ["-r", str(_REQUIREMENTS), "-c", str(_PINS)]
            subprocess.run([str(VENV / "bin" / "python"), *pip, *wanted], check=True, capture_output=True)
            stamp.touch()
    return VENV / "bin"


@contextlib.contextmanager
def running(folder: Path, inventory: Path) -> t.Iterator[Rulebook]:
    """Run the rulebook over the hosts of this folder, started as its own comment says."""
    programs = install()
    book = Rulebook(port=_free_port(), output=folder / "out", log=folder / "rulebook.log")
    variables = folder / "eda.yml"
    given = {"webhook_token": TOKEN, "webhook_port": str(book.port), "output": str(book.output)}
    variables.write_text(json.dumps(given), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment = kept | {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(folder / ".ansible"),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(folder),
    }
    command = [str(programs / "ansible-rulebook"), "-r", RULEBOOK, "-i", str(inventory), "-e", str(variables)]
    with book.log.open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _await_port(book, process)
        yield book
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(book: Rulebook, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 90
    while True:
        said = book.log.read_text(errors="replace")
        assert process.poll() is None, said
        assert time.monotonic() < end, said
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", book.port), timeout=1):
            return
        time.sleep(0.1)
