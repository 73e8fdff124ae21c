# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every file says whose it is and under which licence, or REUSE.toml says it for the file."""

from __future__ import annotations

import fnmatch
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# REUSE-IgnoreStart
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"
# REUSE-IgnoreEnd
HEAD = 1024


def tracked() -> list[str]:
    """What git tracks or would track, but for licence texts and empty files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = (name for name in listed.stdout.split("\0") if name and not name.startswith("LICENSE"))
    return [name for name in names if (ROOT / name).is_file() and (ROOT / name).stat().st_size]


def covered(name: str) -> bool:
    annotations = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    return any(fnmatch.fnmatch(name, glob) for annotation in annotations for glob in annotation["path"])


def has_header(content: bytes) -> bool:
    head = content[:HEAD]
    return SPDX.encode() in head and b"Copyright" in head


@pytest.mark.parametrize("name", [name for name in tracked() if not covered(name)])
def test_file_has_header(name):
    assert has_header((ROOT / name).read_bytes())


def test_header_checker_complains():
    assert not has_header(b"# Copyright (c) 2026, someone\n")
    assert not has_header(b"#\n" * HEAD + SPDX.encode() + b" Copyright")


def test_no_code_is_covered_by_a_wildcard():
    code = (".py", ".sh", "Makefile", ".cfg", ".toml")
    assert [name for name in tracked() if covered(name) and name.endswith(code)] == []


def test_sanity_ignores_nothing():
    assert [path.name for path in ROOT.glob("tests/sanity/ignore-*.txt") if path.read_text(encoding="utf-8")] == []
