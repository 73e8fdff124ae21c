# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's PostgreSQL (apt-get install postgresql) in a folder of its own, on a socket in that folder."""

from __future__ import annotations

import importlib.util
import os
import pwd
import subprocess
import tempfile
import typing as t
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "lab-only-Passw0rd"
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
_HAS_DRIVER = importlib.util.find_spec("psycopg") is not None
PROGRAMS = _BINARIES[-1] if _HAS_DRIVER and _BINARIES and (_BINARIES[-1] / "pg_ctl").exists() else None
WHY_NOT = "needs PostgreSQL (Debian: apt install postgresql) and psycopg"


@contextmanager
def serving() -> t.Iterator[t.Callable[[str], str]]:
    """Start a server; give a function that makes a database and returns its URL."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        run = _as_server_user(folder)
        password = folder / "password"
        password.write_text(PASSWORD, encoding="ascii")
        data, log = folder / "data", folder / "log"
        run("initdb", "-D", str(data), "-U", "delist", "--auth=scram-sha-256", f"--pwfile={password}", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        run("pg_ctl", "-D", str(data), "-l", str(log), "-w", "-o", options, "start")
        try:
            yield lambda database: _database(folder, run, database)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


def _as_server_user(folder: Path) -> t.Callable[..., None]:
    """The server refuses to run as root."""
    prefix: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        command = [*prefix, str(t.cast(Path, PROGRAMS) / program), *arguments]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PGPASSWORD": PASSWORD}
        # A server keeps its standard output open, so that must not be a pipe.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(command, cwd=folder, env=environment, stdout=said, stderr=said, check=False)
            said.seek(0)
            assert done.returncode == 0, said.read().decode()

    return run


def _database(folder: Path, run: t.Callable[..., None], name: str) -> str:
    run("createdb", "-h", str(folder), "-U", "delist", name)
    return f"postgresql+psycopg://delist:{PASSWORD}@/{name}?host={folder}"
