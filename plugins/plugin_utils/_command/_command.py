# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The command of this run, complete, so that it can be copied, repeated and added to."""

from __future__ import annotations

import shlex
import shutil
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._extra_vars import repeated
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns

INCIDENT = "postmaster.delist.incident"
_COLLECTION = "postmaster.delist"

_WIDTH = 80
_LABEL = 8

# In the order of ansible-playbook's own help.
_WITH_VALUE = {
    "private_key_file": "--private-key",
    "remote_user": "-u",
    "ssh_common_args": "--ssh-common-args",
    "ssh_extra_args": "--ssh-extra-args",
    "connection_password_file": "--connection-password-file",
    "become_user": "--become-user",
    "become_password_file": "--become-password-file",
}
_SWITCHES = {"ask_pass": "-k", "become": "-b", "become_ask_pass": "-K", "ask_vault_pass": "-J"}
_FILES = frozenset({"private_key_file", "connection_password_file", "become_password_file"})


class Command(t.NamedTuple):
    """A command as words; options stay with their values when it is folded.

    C(left_out) are the extra vars of this run that it does not set again: secrets, and what is too long to print.
    """

    phrases: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()

    def line(self) -> str:
        return " ".join(self._quoted())

    def told(self, left_out: t.Collection[str] | None = None) -> str:
        """The command, and behind it which variables it lacks."""
        return " ".join(filter(None, [self.line(), self.lacks(left_out)]))

    def lacks(self, left_out: t.Collection[str] | None = None) -> str:
        """Which variables the command lacks, for who copies it; nothing where there are none."""
        names = ", ".join(self.left_out if left_out is None else left_out)
        return f"(add what it does not repeat: {names})" if names else ""

    def shown(self, label: str, left_out: t.Collection[str] | None = None) -> str:
        """The command behind a label, in lines that a shell takes back, and below it which variables it lacks."""
        head = f"{label:<{_LABEL}}"
        first, *others = self.folded(_WIDTH - _LABEL)
        below = filter(None, [*others, self.lacks(left_out)])
        return "\n".join([head + first, *(" " * _LABEL + line for line in below)])

    def folded(self, width: int) -> list[str]:
        """The command in lines of at most C(width) columns where a phrase allows it, each continued by a backslash."""
        lines: list[str] = []
        for phrase in self._quoted():
            if lines and columns(f"{lines[-1]} {phrase} \\") <= width:
                lines[-1] += f" {phrase}"
            else:
                lines.append(f"  {phrase}" if lines else phrase)
        return [f"{line} \\" for line in lines[:-1]] + lines[-1:]

    def _quoted(self) -> list[str]:
        return [shlex.join(phrase) for phrase in self.phrases]


def of_this_run(
    options: t.Mapping[str, t.Any], *, program: str, cwd: Path, playbook: str | None = None, extra: t.Sequence[str] = ()
) -> Command:
    """The command line that C(options) (ansible.context.CLIARGS) came from, for this or another playbook."""
    called = playbook or next(iter(options.get("args") or ()), INCIDENT)
    again = repeated(options.get("extra_vars") or (), extra)
    said = (("-e", value) for value in again.values)
    return Command(((_program(program, cwd), called), *_options(options, cwd), *said), tuple(again.left_out))


def sibling(options: t.Mapping[str, t.Any], playbook: str) -> str:
    """Another playbook of the collection, called as this run's is: by its name, or by its path."""
    called = str(next(iter(options.get("args") or ()), INCIDENT))
    if called.endswith((".yml", ".yaml")):
        return str(Path(called).with_name(f"{playbook}.yml"))
    return f"{_COLLECTION}.{playbook}"


def _options(options: t.Mapping[str, t.Any], cwd: Path) -> t.Iterator[tuple[str, ...]]:
    for source in options.get("inventory") or ():
        yield "-i", _inventory(source, cwd)
    if options.get("subset"):
        yield "-l", options["subset"]
    for name, option in _WITH_VALUE.items():
        if options.get(name):
            yield option, _path(options[name], cwd) if name in _FILES else options[name]
    for name, option in _SWITCHES.items():
        if options.get(name):
            yield (option,)
    if options.get("become") and options.get("become_method") not in (None, "sudo"):
        yield "--become-method", options["become_method"]
    for vault_id in options.get("vault_ids") or ():
        yield "--vault-id", _vault_id(vault_id, cwd)
    for path in options.get("vault_password_files") or ():
        yield "--vault-password-file", _path(path, cwd)


def shown_path(path: str | Path, cwd: Path) -> str:
    """A path as one would type it: relative to where one is, if it is below."""
    return _path(str(path), cwd)


def _program(program: str, cwd: Path) -> str:
    """Only the name, where a shell would find that very program by it."""
    name = Path(program).name
    found = shutil.which(name)
    if found and Path(found).resolve() == Path(program).resolve():
        return name
    return _path(program, cwd)


def _inventory(source: str, cwd: Path) -> str:
    return source if "," in source else _path(source, cwd)


def _vault_id(value: str, cwd: Path) -> str:
    """C(label@source), whose source is a path unless it asks."""
    label, at, source = value.rpartition("@")
    return value if source.startswith("prompt") else f"{label}{at}{_path(source, cwd)}"


def _path(path: str, cwd: Path) -> str:
    given = Path(path)
    return str(given.relative_to(cwd)) if given.is_absolute() and given.is_relative_to(cwd) else path
