# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the site of the documentation, build/docs/html, with warnings as errors: tools/docs.py.

The pages keep their places, so that a link between two of them is right in the checkout and in the site; what is no
page of the site is linked where the repository is. What plugins and roles say of themselves is put into reference/.
Runs in a venv with docs/docsite/requirements.txt.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml
from runner import ROOT, environment

DOCSITE = ROOT / "docs" / "docsite"
BUILD = ROOT / "build" / "docs"
SOURCE = BUILD / "source"
LINK = re.compile(r"(\[[^\]]*\]\()([^)#\s]+)((?:#[^)]*)?\))")
FENCE_OR_CODE = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests" / "lab" / "README.md"])


def with_links(text: str, page: Path, repository: str, known: t.Container[Path]) -> str:
    """The text of a page, where each link to a file or folder that is no page leads to the repository."""

    def mended(link: re.Match[str]) -> str:
        if "://" in link[2] or (target := (page.parent / link[2]).resolve()) in known:
            return link[0]
        kind = "tree" if target.is_dir() else "blob"
        return f"{link[1]}{repository}/{kind}/main/{target.relative_to(ROOT).as_posix()}{link[3]}"

    parts = FENCE_OR_CODE.split(text)
    return "".join(part if part.startswith("`") else LINK.sub(mended, part) for part in parts)


def lay_out() -> None:
    shutil.rmtree(BUILD, ignore_errors=True)
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    for page in (all_pages := pages()):
        copy = SOURCE / page.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(with_links(page.read_text(encoding="utf-8"), page, repository, all_pages), encoding="utf-8")
    for page in DOCSITE.glob("*.rst"):
        shutil.copy(page, SOURCE)
    (SOURCE / "reference").mkdir(mode=0o755)  # antsibull-docs writes to no folder that others may write to


def commands() -> list[list[str]]:
    plugins = ["antsibull-docs", "--config-file", str(DOCSITE / "antsibull-docs.cfg"), "collection", "--use-current"]
    into = ["--squash-hierarchy", "--cleanup", "everything", "--dest-dir", str(SOURCE / "reference")]
    site = ["sphinx-build", "-b", "html", "--fail-on-warning", "--keep-going", "--quiet"]
    return [
        [*plugins, *into, "postmaster.delist"],
        [*site, "-c", str(DOCSITE), str(SOURCE), str(BUILD / "html")],
    ]


def main() -> int:
    env = environment(Path(sys.executable).parent) | {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
    lay_out()
    for command in commands():
        if code := subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
            return code
    print(BUILD.relative_to(ROOT) / "html" / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
