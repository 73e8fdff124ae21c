# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports the tarball as Galaxy does, and fails on a warning: tools/galaxy.py.

Runs in a venv with tests/requirements-galaxy.txt. What galaxy-importer leaves to others is left out: ansible-test has
a part of its own in `make test`, and flake8's opinion on blanks contradicts `ruff format`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from installed import build
from runner import ROOT, environment

BUILD = ROOT / "build" / "galaxy"
SETTINGS = {
    "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true",
    "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true",
    "GALAXY_IMPORTER_RUN_ANSIBLE_TEST": "false",
    "GALAXY_IMPORTER_RUN_FLAKE8": "false",
}
COMPLAINT = re.compile(r"^(?:WARNING|ERROR|CRITICAL)\b.*", re.MULTILINE)
DONE = "Importer processing completed successfully"


def complaints(said: str, code: int) -> list[str]:
    """What the importer had against the tarball; its last lines where it did not come to its end."""
    if code or DONE not in said:
        return said.splitlines()[-20:]
    return COMPLAINT.findall(said)


def main() -> int:
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    env = environment(Path(sys.executable).parent) | SETTINGS
    tarball = build(BUILD, env)
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", tarball.name],
        cwd=BUILD,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (BUILD / "importer.log").write_text(done.stdout, encoding="utf-8")
    found = complaints(done.stdout, done.returncode)
    print("\n".join(found or [DONE]))
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
