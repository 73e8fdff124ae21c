# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pickle
import random
from collections import Counter

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._hours import HOUR, KEPT, Hours

BEGIN = 500_000 * HOUR


def hours(*moments: int) -> Hours:
    made = Hours()
    for at in moments:
        made.add(at)
    return made


def test_hours_between_are_zero_and_no_hour_is_before_the_first() -> None:
    assert hours(BEGIN + 5, BEGIN + HOUR - 1, BEGIN + 3 * HOUR).row() == (BEGIN, [2, 0, 0, 1])
    assert hours().row() is None


def test_lines_need_not_come_in_order() -> None:
    assert hours(BEGIN + 3 * HOUR, BEGIN).row() == (BEGIN, [1, 0, 0, 1])


def test_of_a_long_log_the_newest_week_is_kept() -> None:
    made = hours(*(BEGIN + number * HOUR for number in range(10 * KEPT)))
    assert made.row() == (BEGIN + 9 * KEPT * HOUR, [1] * KEPT)
    assert len(made.counts) == KEPT


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_order_the_newest_week_is_counted(seed: int) -> None:
    rng = random.Random(seed)
    moments = [BEGIN + rng.randrange(3 * KEPT * HOUR) for _line in range(rng.randrange(1, 200))]
    newest = max(moments) // HOUR
    assert hours(*moments).counts == Counter(at // HOUR for at in moments if at // HOUR > newest - KEPT)


def test_thousands_of_groups_over_months_take_little_memory() -> None:
    made = hours(*(BEGIN + number * HOUR for number in range(10 * KEPT)))
    assert len(pickle.dumps(made)) < 8 * KEPT


def test_two_stretches_add_up_to_the_whole() -> None:
    whole = hours(BEGIN, BEGIN + HOUR, BEGIN + HOUR, BEGIN + 2 * HOUR)
    first, second = hours(BEGIN, BEGIN + HOUR), hours(BEGIN + HOUR, BEGIN + 2 * HOUR)
    first.update(second)
    assert first.row() == whole.row()


def test_a_stray_line_of_long_ago_does_not_make_the_row_long() -> None:
    assert hours(0, BEGIN).row() == (BEGIN, [1])
