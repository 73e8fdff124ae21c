# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the integration tests against the installed tarball: tools/installed.py [options of pytest].

Builds the tarball, installs it into an empty place without a network, and lays the tests beside what was installed:
what they import and run of the collection then comes out of the tarball alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
GALAXY = (str(BIN / "ansible-galaxy"), "collection")
PLACE = ROOT / "build" / "installed"
INSTALLED = PLACE / "ansible_collections" / "postmaster" / "delist"
WORKSHOP = ("tests", "tools", "ansible.cfg", "pyproject.toml")
OF_THE_CHECKOUT = ("test_build.py", "test_execution_environment.py", "test_make_explain.py")


def build(place: Path, env: t.Mapping[str, str]) -> Path:
    """Make the tarball of this checkout in that place."""
    subprocess.run([*GALAXY, "build", "--output-path", str(place)], cwd=ROOT, env=env, check=True)
    (tarball,) = place.glob("postmaster-delist-*.tar.gz")
    return tarball


def install(place: Path) -> Path:
    """Build the tarball, and install it below a place that is new, for a user whose home is empty; the tarball."""
    home = place / "home"
    home.mkdir(parents=True)
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    tarball = build(place, env)
    subprocess.run([*GALAXY, "install", "--offline", "-p", str(place), str(tarball)], cwd=place, env=env, check=True)
    return tarball


def lay_tests_beside() -> None:
    for name in WORKSHOP:
        if (INSTALLED / name).exists():
            raise SystemExit(f"{name} is in the tarball: what is tested would not be what was installed")
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, INSTALLED / name)
    collections = INSTALLED / ".collections" / "ansible_collections" / "postmaster"
    collections.mkdir(parents=True)
    (collections / "delist").symlink_to("../../..")


def test(options: list[str]) -> int:
    left_out = [f"--ignore=tests/integration/{name}" for name in OF_THE_CHECKOUT]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *left_out, *options]
    return subprocess.run([*command, "tests/integration"], cwd=INSTALLED, check=False).returncode


def main() -> int:
    shutil.rmtree(PLACE, ignore_errors=True)
    install(PLACE)
    lay_tests_beside()
    return test(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
