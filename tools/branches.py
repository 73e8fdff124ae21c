# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Holds the share of branches alone to the bound of pyproject.toml: coverage.py holds lines and branches together."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def verdict(covered: int, number: int, bound: float) -> tuple[str, bool]:
    """What there is to say of so many branches, and whether it is enough."""
    percent = 100 * covered / number if number else 0.0
    return f"{percent:.2f} % of {number} branches, at least {bound} % wanted", percent >= bound


def main() -> int:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]
    totals = json.loads((ROOT / settings["json"]["output"]).read_text(encoding="utf-8"))["totals"]
    told, well = verdict(totals["covered_branches"], totals["num_branches"], settings["report"]["fail_under"])
    print(told)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
