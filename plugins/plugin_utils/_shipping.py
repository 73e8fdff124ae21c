# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Has a host run our code by one command and through one pipe, for less than a module costs there.

A module brings Ansible's own code along, which each host compiles before ours: half of what a fat task costs. Where
this way is not to be had, or fails, the caller takes the ordinary one, which also tells best what is wrong.
"""

from __future__ import annotations

import functools
import itertools
import json
import shlex
import typing as t
import zlib
from pathlib import Path

from ansible import constants

from ansible_collections.postmaster.delist.plugins.module_utils import _shipped

_ROOT = Path(_shipped.__file__).parent
_PACKAGE, _dot, _START_FILE = _shipped.__name__.rpartition(".")
# The questions to the DNS need a package, so they are not asked this way.
_LEFT_OUT = "_dns"
# Ansible obeys some keys of a result (add_host), and a host is not to say them.
_OF_AN_ANSWER = ("failed", "msg", "evidence")
# What Ansible would look for on each host: here any Python will do.
_ANY_PYTHON = "python3"
_START = (
    "import json,sys,zlib;z=zlib.decompressobj();p=json.loads(z.decompress(sys.stdin.buffer.read()));"
    "exec(p['start']);run(p['sources'],sys.argv[1],json.loads(z.unused_data))"
)


def answered(
    action: t.Any, entry: str, options: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]
) -> dict[str, t.Any] | None:
    """Return what C(answer(options)) of a module below module_utils returns on the task's host; null without an answer.

    The options go through the pipe, so they show neither in a list of processes nor in a log.
    """
    if not _is_possible(action):
        return None
    sent = packed() + json.dumps(options).encode()
    done = action._low_level_execute_command(command(_python(action, variables), entry), in_data=sent)
    return None if done["rc"] else read(done["stdout"])


def command(python: str, entry: str) -> str:
    """Return what a shell is told, to which the program and the options are piped."""
    # Isolated: no file of the working directory, which may be anybody's, is taken for a module of Python.
    return shlex.join([python, "-I", "-c", _START, f"{_PACKAGE}.{entry}"])


def read(said: str) -> dict[str, t.Any] | None:
    """Return the answer in what a host said; text in an answer never begins a line."""
    for line in reversed(said.splitlines()):
        if line.startswith(_shipped.MARK):
            try:
                answer = json.loads(line[len(_shipped.MARK) :])
            except (ValueError, RecursionError):
                return None
            return {key: answer[key] for key in _OF_AN_ANSWER if key in answer} if isinstance(answer, dict) else None
    return None


@functools.lru_cache(maxsize=1)
def packed() -> bytes:
    """Return all that runs on hosts, ready for the pipe."""
    parents = itertools.accumulate(_PACKAGE.split("."), "{}.{}".format)
    sources: dict[str, str | None] = dict.fromkeys(parents)
    for path in sorted(_ROOT.rglob("*.py")):
        *folders, name = path.relative_to(_ROOT).with_suffix("").parts
        if _LEFT_OUT in folders:
            continue
        package = ".".join([_PACKAGE, *folders])
        if name == "__init__":
            sources[package] = None
        else:
            sources[f"{package}.{name}"] = path.read_text(encoding="utf-8")
    start = sources.pop(f"{_PACKAGE}.{_START_FILE}")
    return zlib.compress(json.dumps({"start": start, "sources": sources}).encode())


def _is_possible(action: t.Any) -> bool:
    task, connection = action._task, action._connection
    return (
        not task.async_val
        and not task.delegate_to
        and not any(task.environment or ())
        and connection._shell.SHELL_FAMILY == "sh"
        and connection.is_pipelining_enabled()
    )


def _python(action: t.Any, variables: t.Mapping[str, t.Any]) -> str:
    named = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
    named = str(action._templar.template(named) or "auto")
    if not named.startswith("auto"):
        return named
    return str((variables.get("ansible_facts") or {}).get("discovered_interpreter_python", _ANY_PYTHON))
