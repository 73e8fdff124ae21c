# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tools/docs.py makes of a page before Sphinx sees it, and that no page is left out of the site."""

from __future__ import annotations

import re
import types
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REPOSITORY = "https://git.example/delist"


@pytest.fixture
def docs(tool: t.Callable[[str], types.ModuleType]) -> types.ModuleType:
    return tool("docs")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](hold.md)", "[a](hold.md)"),
        ("[a](hold.md#part)", "[a](hold.md#part)"),
        ("[a](#part)", "[a](#part)"),
        ("[a](https://example.org/x)", "[a](https://example.org/x)"),
        ("[a](../galaxy.yml)", f"[a]({REPOSITORY}/blob/main/galaxy.yml)"),
        ("[a](../knowledge)", f"[a]({REPOSITORY}/tree/main/knowledge)"),
        ("`[a](../galaxy.yml)`", "`[a](../galaxy.yml)`"),
        (
            "```\n[a](../galaxy.yml)\n```\n[b](../LICENSE)",
            f"```\n[a](../galaxy.yml)\n```\n[b]({REPOSITORY}/blob/main/LICENSE)",
        ),
    ],
)
def test_a_link_to_what_is_no_page_leads_to_the_repository(docs: types.ModuleType, text: str, expected: str) -> None:
    page = ROOT / "docs" / "relay.md"

    assert docs.with_links(text, page, REPOSITORY, [ROOT / "docs" / "hold.md"]) == expected


def test_the_site_names_every_page(docs: types.ModuleType) -> None:
    index = (docs.DOCSITE / "index.rst").read_text(encoding="utf-8")
    named = set(re.findall(r"^   ([\w./]+)$", index, re.MULTILINE)) | {"docs/decisions/*"}

    pages = [page.relative_to(ROOT).with_suffix("").as_posix() for page in docs.pages()]
    assert [page for page in pages if page not in named and not page.startswith("docs/decisions/")] == []
