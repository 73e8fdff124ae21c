# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The programs of the host that are asked (postconf, postqueue, journalctl, ip): to read only, never by a shell."""

from __future__ import annotations

import os
import subprocess
import threading
import typing as t

_MORE_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_SECONDS = 30.0
_LONGEST_LINE = 1 << 22


class Unusable(Exception):
    """A program that is missing, or that failed; says which and why."""


class Missing(Unusable):
    """There is no such program on this host."""


class Programs:
    """Runs programs of the host; tests give answers that were recorded."""

    def find(self, name: str) -> str:
        """Return the path of a program, also from the folders that only root's PATH has."""
        folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
        for folder in (*folders, *_MORE_PATH):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
        raise Missing(f"there is no program {name} on this host")

    def output(self, name: str, *arguments: str) -> str:
        """Return what a program writes; it has half a minute."""
        command = [self.find(name), *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and no word of it from a log
                command,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unusable(f"{name} did not answer within {_SECONDS:.0f} seconds") from None
        except OSError as error:
            raise Unusable(f"{name} cannot be started: {error.strerror}") from error
        if done.returncode:
            raise Unusable(_failure(name, done.stderr, done.returncode))
        return done.stdout.decode("utf-8", "replace")

    def lines(self, name: str, *arguments: str, seconds: float | None = None) -> t.Iterator[bytes]:
        """Yield the lines of a program's output as it writes them; an overlong one is left out."""
        command = [self.find(name), *arguments]
        try:
            process = subprocess.Popen(  # noqa: S603
                command, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise Unusable(f"{name} cannot be started: {error.strerror}") from error
        errors = _Errors(t.cast(t.IO[bytes], process.stderr))
        timer = threading.Timer(_SECONDS if seconds is None else seconds, process.kill)
        timer.start()
        try:
            yield from _whole_lines(t.cast(t.IO[bytes], process.stdout))
            code = process.wait()
            if code:
                errors.join()
                raise Unusable(_failure(name, errors.text, code))
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            t.cast(t.IO[bytes], process.stdout).close()
            errors.join()
            t.cast(t.IO[bytes], process.stderr).close()


class _Errors(threading.Thread):
    """Empties a pipe, so that its writer never waits; keeps the beginning."""

    def __init__(self, pipe: t.IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self.text = b""
        self.start()

    def run(self) -> None:
        for line in self._pipe:
            if len(self.text) < _LONGEST_LINE:
                self.text += line


def _whole_lines(pipe: t.IO[bytes]) -> t.Iterator[bytes]:
    overlong = False
    while True:
        line = pipe.readline(_LONGEST_LINE)
        if not line:
            return
        if not overlong and line.endswith(b"\n"):
            yield line
        overlong = not line.endswith(b"\n")


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}


def _failure(name: str, stderr: bytes, code: int) -> str:
    """Say in one line why; Postfix's programs name themselves, and warn before they die."""
    if code < 0:
        return f"{name} was stopped by signal {-code}"
    said = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    reason = next((line for line in reversed(said) if "fatal" in line), said[-1] if said else "without a word")
    return f"{name} failed: {' '.join(reason.split())[:300]}"
