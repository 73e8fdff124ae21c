# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import types
import typing as t
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str], types.ModuleType]:
    """Import a program of tools/ by its name; it finds its neighbours there, as when it is run."""
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module
