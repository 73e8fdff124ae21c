# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/security.md says is held by a test is held by one that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
PROMISES = 8


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_it_is_there(path: str, name: str) -> None:
    assert name in functions(ROOT / path)


def test_each_promise_has_some() -> None:
    parts = re.split(r"^\*\*(\d)\. ", PAGE, flags=re.MULTILINE)[1:]
    promises = dict(zip(map(int, parts[::2]), parts[1::2], strict=True))
    assert sorted(promises) == list(range(1, PROMISES + 1))
    assert [number for number, text in promises.items() if "- `tests/" not in text] == []


def test_each_is_named_once() -> None:
    assert len(NAMED) == len(set(NAMED))
