# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-test sanity without Docker and Galaxy: tools/sanity.py [--shipped] [options of ansible-test sanity].

With --shipped it leaves out tests and tools, which galaxy.yml does not ship either: half the time.

ansible-test wants a real folder ansible_collections/postmaster/delist that is a git repository, so it gets a copy
of what git tracks or would track. It fetches get-pip.py, which may be out of reach, so it finds a stand-in in its
cache that starts from the pip that CPython bundles.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPY = ROOT / "build" / "ansible_collections" / "postmaster" / "delist"
HOME = ROOT / ".cache" / "home"
ANSIBLE_TEST = Path(sys.executable).parent / "ansible-test"

GET_PIP = '''\
"""Stand-in for get-pip.py: starts from the pip that CPython bundles."""
import subprocess, sys
packages = [arg for arg in sys.argv[1:] if not arg.startswith("-")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", *packages])
'''

SHIPPED = "--shipped"
NOT_SHIPPED = re.compile("tools/|tests/(?!sanity/)")


def copy_checkout(copy: Path, *, shipped: bool) -> None:
    """Make C(copy) a git repository of what git tracks here or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    shutil.rmtree(copy, ignore_errors=True)
    for name in listed.stdout.decode().split("\0"):
        if shipped and NOT_SHIPPED.match(name):
            continue
        source, target = ROOT / name, copy / name
        if name and os.path.lexists(source):  # git still lists a file that was just removed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)


def put_get_pip() -> None:
    """The name it is looked for carries the pip version that this ansible-core pins."""
    import ansible_test

    pins = Path(ansible_test.__file__).parent / "_internal" / "python_requirements.py"
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"\bpip='([0-9.]+)'", pins.read_text(encoding="utf-8")):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP, encoding="utf-8")


def main() -> int:
    options = [word for word in sys.argv[1:] if word != SHIPPED]
    copy_checkout(COPY, shipped=SHIPPED in sys.argv)
    put_get_pip()
    python = "{}.{}".format(*sys.version_info)
    command = [str(ANSIBLE_TEST), "sanity", "--local", "--python", python, "--color", "no", *options]
    env = os.environ | {"HOME": str(HOME), "LC_ALL": "C.UTF-8"}
    env = {name: value for name, value in env.items() if not name.startswith("ANSIBLE_")}
    return subprocess.run(command, cwd=COPY, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
