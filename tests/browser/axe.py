# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""axe-core, which judges a page for those who cannot see it or use a mouse: of npm, this very version, in .cache."""

from __future__ import annotations

import shutil
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.browser.chromium import Browser

VERSION = "4.14.1"
_CACHE = Path(__file__).resolve().parents[2] / ".cache" / f"axe-core-{VERSION}"
_RUN = (
    "axe.run(document, {resultTypes: ['violations']})"
    ".then(arguments[0], error => arguments[0]({failed: String(error)}))"
)


def source() -> str | None:
    """The library, installed if need be; None where there is no npm, or nothing to be had from it."""
    path = _CACHE / "node_modules" / "axe-core" / "axe.min.js"
    npm = shutil.which("npm")
    if not path.exists() and npm:
        _CACHE.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        asked = [npm, "install", *quiet, "--prefix", str(_CACHE), f"axe-core@{VERSION}"]
        subprocess.run(asked, cwd=_CACHE, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120)
    return path.read_text(encoding="utf-8") if path.exists() else None


def violations(browser: Browser, library: str) -> list[dict[str, t.Any]]:
    """What is wrong with the page as it is shown now."""
    browser.run(library)
    result = browser.wait_for(_RUN)
    assert "failed" not in result, result
    return t.cast("list[dict[str, t.Any]]", result["violations"])
