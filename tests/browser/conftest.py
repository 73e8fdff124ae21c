# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.tests.browser import chromium


@pytest.fixture(scope="session")
def shared_browser() -> t.Iterator[chromium.Browser]:
    if program := chromium.missing():
        pytest.skip(f"{program} is not installed: apt-get install chromium chromium-driver")
    with chromium.browser() as made:
        yield made


@pytest.fixture
def browser(shared_browser: chromium.Browser) -> chromium.Browser:
    """The browser, as if new: scripts are allowed, and nothing was asked for or said yet."""
    shared_browser.command("Emulation.setScriptExecutionDisabled", value=False)
    shared_browser.command("Emulation.clearDeviceMetricsOverride")
    shared_browser.log("browser")
    shared_browser.log("performance")
    return shared_browser
