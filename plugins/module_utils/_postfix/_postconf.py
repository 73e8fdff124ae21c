# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Postfix's own programs, asked about one instance: without a shell, without its locale, never for ever."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError

OWN_DIRECTORY = "postmaster-delist"

_PLACES = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/opt/postfix/sbin"
_TIMEOUT = 60.0
_ENVIRONMENT = {"LC_ALL": "C", "PATH": _PLACES}


class Done(t.NamedTuple):
    """How a program ended."""

    rc: int
    out: str
    err: str


Runner = t.Callable[[t.Sequence[str], bytes, float], Done]


def run(command: t.Sequence[str], stdin: bytes, timeout: float) -> Done:
    """Run a program that is named without its folder.

    :raises PostfixError: there is no such program, or it does not end
    """
    program = shutil.which(command[0], path=_PLACES)
    if program is None:
        raise PostfixError(f"{command[0]} is not on this host: a Postfix with its own programs was expected")
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, no shell
            [program, *command[1:]], input=stdin, capture_output=True, timeout=timeout, check=False, env=_ENVIRONMENT
        )
    except subprocess.TimeoutExpired:
        raise PostfixError(f"{command[0]} did not end within {timeout:.0f} s") from None
    except OSError as error:
        raise PostfixError(f"{command[0]} cannot be run ({error.strerror})") from None
    return Done(
        done.returncode,
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "surrogateescape"),
    )


class Postfix:
    """One instance, by its configuration directory; without one, the instance that Postfix itself takes."""

    def __init__(self, config_directory: str | None = None, run: Runner = run) -> None:
        self._run = self.runner = run
        if config_directory is None:
            config_directory = self._output("postconf", "-h", "config_directory").strip()
        self.config_directory = os.path.abspath(config_directory)
        if not os.path.isfile(self.main_cf):
            raise PostfixError(f"{self.main_cf} does not exist: the configuration directory of a Postfix was expected")

    @property
    def main_cf(self) -> str:
        return os.path.join(self.config_directory, "main.cf")

    @property
    def master_cf(self) -> str:
        return os.path.join(self.config_directory, "master.cf")

    @property
    def own_directory(self) -> str:
        return os.path.join(self.config_directory, OWN_DIRECTORY)

    def own(self, name: str) -> str:
        """Return the path of one of our files."""
        return os.path.join(self.own_directory, name)

    @property
    def version(self) -> str:
        return self.values("mail_version")["mail_version"]

    def command(self, program: str, *args: str, stdin: bytes = b"", timeout: float = _TIMEOUT) -> Done:
        """Run one of Postfix's programs for this instance."""
        option = "-C" if program == "sendmail" else "-c"
        return self._run([program, option, self.config_directory, *args], stdin, timeout)

    def values(self, *names: str) -> dict[str, str]:
        """Return what holds, main.cf or default, with references resolved.

        :raises KeyError: Postfix has no parameter of that name
        """
        return self._parameters(names, "-x")

    def explicit(self, *names: str) -> dict[str, str]:
        """Return what main.cf itself says, unresolved; what it leaves open is not there."""
        lines = self._output("postconf", "-c", self.config_directory, "-n")
        said = dict(_pairs(lines))
        return {name: said[name] for name in names if name in said}

    def unresolved(self, name: str) -> str:
        """Return one value as it stands, main.cf or default."""
        return self._parameters([name])[name]

    def has_service(self, name: str, kind: str) -> bool:
        return bool(self._output("postconf", "-c", self.config_directory, "-M", f"{name}/{kind}").strip())

    def defaults(self, *names: str) -> dict[str, str]:
        return self._parameters(names, "-d")

    def map_types(self) -> frozenset[str]:
        return frozenset(self._output("postconf", "-c", self.config_directory, "-m").split())

    def complaints(self, directory: str | None = None) -> list[str]:
        """Return what Postfix has against the configuration in C(directory), the same words wherever that is.

        :raises PostfixError: it cannot be read at all
        """
        directory = directory or self.config_directory
        found: set[str] = set()
        for option in ("-n", "-M"):
            done = self._run(["postconf", "-c", directory, option], b"", _TIMEOUT)
            lines = [line.replace(directory, "$config_directory") for line in done.err.splitlines() if line.strip()]
            if done.rc:
                reason = "; ".join(lines) or f"postconf {option} ended with {done.rc}"
                raise PostfixError(f"The configuration in {self.config_directory} cannot be used: {reason}")
            found.update(lines)
        return sorted(found)

    def lookup(self, table: str, keys: t.Sequence[str], directory: str | None = None) -> dict[str, str]:
        """Return what the table has for each key that it knows; never to be used for passwords.

        :raises PostfixError: Postfix has anything against the table
        """
        lines = [key.encode("utf-8", "surrogateescape") for key in keys]
        if any(b"\n" in line or not line for line in lines):
            raise ValueError("a key is one line")
        command = ["postmap", "-c", directory or self.config_directory, "-q", "-", table]
        done = self._run(command, b"".join(line + b"\n" for line in lines), _TIMEOUT)
        if done.err.strip():
            raise PostfixError(f"Postfix does not take the table {table}: {done.err.strip()}")
        answers = {}
        for line in done.out.split("\n"):
            key, tab, value = line.partition("\t")
            if tab:
                answers[key] = value
        return answers

    def is_running(self) -> bool:
        return self._run(["postfix", "-c", self.config_directory, "status"], b"", _TIMEOUT).rc == 0

    def reload(self) -> None:
        done = self._run(["postfix", "-c", self.config_directory, "reload"], b"", _TIMEOUT)
        if done.rc:
            raise PostfixError(f"Postfix could not be reloaded: {done.err.strip() or f'it ended with {done.rc}'}")

    def queue(self) -> t.Iterator[dict[str, t.Any]]:
        """Yield the messages of the queue, as postqueue -j shows them."""
        done = self._run(["postqueue", "-c", self.config_directory, "-j"], b"", _TIMEOUT)
        if done.rc:
            raise PostfixError(f"The queue cannot be listed: {done.err.strip() or f'it ended with {done.rc}'}")
        for line in done.out.splitlines():
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                yield message

    def _parameters(self, names: t.Sequence[str], *options: str) -> dict[str, str]:
        if not names:
            return {}
        found = dict(_pairs(self._output("postconf", "-c", self.config_directory, *options, *names)))
        return {name: found[name] for name in names}

    def _output(self, *command: str) -> str:
        done = self._run(command, b"", _TIMEOUT)
        if done.rc:
            reason = done.err.strip() or f"{command[0]} ended with {done.rc}"
            raise PostfixError(f"The configuration of Postfix cannot be read: {reason}")
        return done.out


def _pairs(lines: str) -> t.Iterator[tuple[str, str]]:
    for line in lines.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            yield name.strip(), value.strip()
