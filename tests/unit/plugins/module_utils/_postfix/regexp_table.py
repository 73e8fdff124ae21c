# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Postfix's regexp tables as regexp_table(5) describes them, for machines without Postfix; with it, itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Done

_RULE = re.compile(r"(?P<kind>if |)(?P<negated>!?)/(?P<pattern>(?:[^\\/]|\\.)*)/(?: (?P<answer>.*))?")


def lookup(table: bytes, keys: t.Sequence[str]) -> dict[str, str]:
    return {key: answer for key in keys if (answer := _one(table.decode(), key)) is not None}


def _one(table: str, key: str) -> str | None:
    skipping = 0
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        if line == "endif":
            skipping = max(0, skipping - 1)
            continue
        rule = _RULE.fullmatch(line)
        assert rule, f"Postfix would skip this rule: {line}"
        if skipping:
            skipping += rule.group("kind") == "if "
            continue
        match = re.search(rule.group("pattern"), key, re.IGNORECASE)
        holds = (match is None) if rule.group("negated") else (match is not None)
        if rule.group("kind"):
            skipping += not holds
        elif holds and match:
            return rule.group("answer").replace("$1", match.group(1))
    return None


def with_postfix(folder, table: bytes, keys: t.Sequence[str]) -> dict[str, str] | None:
    """Ask the real one, or return None where there is none."""
    program = shutil.which("postmap", path="/usr/sbin:/usr/bin")
    if program is None:
        return None
    (folder / "main.cf").write_text("compatibility_level = 3.6\nmyhostname = mx1.example.jp\n")
    os.utime(folder / "main.cf", (1, 1))  # Postfix waits for one that is new
    (folder / "table").write_bytes(table)
    done = subprocess.run(
        [program, "-c", str(folder), "-q", "-", f"regexp:{folder}/table"],
        input="".join(f"{key}\n" for key in keys).encode(),
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    return dict(line.split("\t", 1) for line in done.stdout.decode().splitlines())


def postmap(words: t.Sequence[str], stdin: bytes) -> Done:
    """Be C(postmap -q - regexp:PATH)."""
    with open(words[-1].partition(":")[2], "rb") as file:
        found = lookup(file.read(), stdin.decode().splitlines())
    return Done(0, "".join(f"{key}\t{value}\n" for key, value in found.items()), "")
