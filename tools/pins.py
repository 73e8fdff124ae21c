# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes which version of each package development and CI install: tools/pins.py [options of uv pip compile].

Without options what is pinned stays as it is, and only what is new or no longer fits is resolved;
`--upgrade` takes the newest of everything, `--upgrade-package NAME` of one.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".cache" / "pins"
RESOLVER = "uv>=0.5,<1"
HEADER = """\
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by make pins, for Python {oldest} and later; of these: {sources}.
"""


@dataclasses.dataclass(frozen=True)
class Pinned:
    """One file of constraints: which requirements it is made from, and the oldest Python that it serves."""

    name: str
    oldest: str
    sources: tuple[str, ...]

    @property
    def path(self) -> Path:
        return ROOT / "tools" / "pinned" / self.name


FILES = (
    Pinned(
        "controller.txt",
        "3.11",
        ("requirements-dev.txt", "tests/requirements-rulebook.txt", "tests/requirements-mutation.txt"),
    ),
    Pinned("docs.txt", "3.11", ("docs/docsite/requirements.txt",)),
    Pinned("galaxy.txt", "3.11", ("tests/requirements-galaxy.txt",)),
    Pinned("hosts.txt", "3.8", ("tests/requirements.txt", "tests/requirements-oldest.txt")),
)


def write(pinned: Pinned, resolver: Path, *options: str) -> None:
    layout = ["--quiet", "--universal", "--no-header", "--no-annotate", "--python-version", pinned.oldest]
    # setuptools comes with a venv, or not at all: what brings its own must not be replaced under pip's feet.
    layout += ["--no-emit-package", "setuptools"]
    command = [str(resolver), "pip", "compile", *layout, *options, *pinned.sources, "--output-file", str(pinned.path)]
    subprocess.run(command, cwd=ROOT, check=True)
    header = HEADER.format(oldest=pinned.oldest, sources=", ".join(pinned.sources))
    pinned.path.write_text(header + pinned.path.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> int:
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, RESOLVER], check=True)
    for pinned in FILES:
        write(pinned, VENV / "bin" / "uv", *sys.argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
