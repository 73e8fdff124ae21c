# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Questions at the pace that each zone allows: without a limit in turns, with one when their time has come."""

from __future__ import annotations

import collections
import heapq
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns.question import Feed, Question

Questions = t.Iterator[Question]


class PacedFeed(Feed):
    """Built from pairs of questions and the number a second that their zone allows (None: no limit)."""

    def __init__(self, sources: t.Iterable[tuple[Questions, int | None]]) -> None:
        free: list[Questions] = []
        self._paced: list[tuple[float, int, float, Questions]] = []
        for order, (questions, per_second) in enumerate(sources):
            if per_second is None:
                free.append(questions)
            else:
                self._paced.append((0.0, order, 1.0 / per_second, questions))
        super().__init__(_in_turns(free))

    def take(self, now: float) -> Question | None:
        while self._paced and self._paced[0][0] <= now:
            _due, order, pause, questions = heapq.heappop(self._paced)
            question = next(questions, None)
            if question is not None:
                heapq.heappush(self._paced, (now + pause, order, pause, questions))
                return question
        return super().take(now)

    def wait(self, now: float) -> float | None:
        return max(0.0, self._paced[0][0] - now) if self._paced else None


def _in_turns(sources: list[Questions]) -> Questions:
    waiting = collections.deque(sources)
    while waiting:
        for question in waiting[0]:
            yield question
            waiting.rotate(-1)
            break
        else:
            waiting.popleft()
