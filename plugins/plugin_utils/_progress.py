# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How far a long task is, in a line now and then: none for a quick one, two in a minute for the log of a CI."""

from __future__ import annotations

import time
import typing as t

from ansible.utils.display import Display

FIRST_AFTER = 10.0
THEN_EVERY = 30.0


class Progress:
    """Called with how much of how much is done, as often as one likes."""

    def __init__(
        self,
        text: str,
        *,
        say: t.Callable[[str], t.Any] | None = None,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._text = text
        self._say = say or Display().display
        self._clock = clock
        self._next = clock() + FIRST_AFTER

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if now >= self._next and done < total:
            self._next = now + THEN_EVERY
            self._say(self._text.format(done=f"{done:,}", total=f"{total:,}"))
