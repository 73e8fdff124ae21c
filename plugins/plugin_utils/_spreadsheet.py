# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Cells that a spreadsheet shows as they stand, and executes none of."""

from __future__ import annotations

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

# What begins a formula in one spreadsheet or another, in full width too.
_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")


def harmless(cell: object) -> str:
    text = "" if cell is None else plain(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
