# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.tools.branches import verdict


@pytest.mark.parametrize(
    ("covered", "number", "well"), [(90, 100, True), (899, 1000, False), (0, 0, False), (10, 10, True)]
)
def test_the_bound_is_held(covered, number, well):
    told, said = verdict(covered, number, 90)
    assert said is well
    assert f"of {number} branches" in told
