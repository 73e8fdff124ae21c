# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Pythons this machine has, by trying them: a pyenv shim on the PATH may stand for nothing."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess

Version = tuple[int, int]
PROBE = "import sys, venv, ensurepip; print(*sys.version_info[:2])"


def find(versions: list[Version]) -> dict[Version, str]:
    """The wanted versions that are here and can make a venv, each with the path of an interpreter."""
    found: dict[Version, str] = {}
    for version in versions:
        name = "python{}.{}".format(*version)
        on_path = shutil.which(name)
        in_pyenv = sorted(glob.glob(os.path.expanduser(f"~/.pyenv/versions/*/bin/{name}")))
        for path in [*([on_path] if on_path else []), *in_pyenv]:
            if _version(path) == version:
                found[version] = path
                break
    return found


def _version(path: str) -> Version | None:
    try:
        done = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = done.stdout.split()
    return int(major), int(minor)
