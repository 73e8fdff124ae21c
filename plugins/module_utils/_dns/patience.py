# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How long to wait for an answer before asking again (after RFC 6298), and when to give up."""

from __future__ import annotations

# A lost question is asked again after a quarter of a second, or earlier where answers are known to come fast.
FIRST_PAUSE, SHORTEST_PAUSE = 0.25, 0.04
LONGEST_PAUSE = 2.0


class Patience:
    """C(timeout) is for all repetitions of a question together."""

    def __init__(self, timeout: float, retries: int) -> None:
        self.timeout = timeout
        self._retries = retries
        self._pause = FIRST_PAUSE
        self._mean: float | None = None
        self._spread = 0.0

    def heard(self, seconds: float) -> None:
        """Learn from the time that an answer took."""
        if self._mean is None:
            self._mean, self._spread = seconds, seconds / 2
        else:
            self._spread += (abs(seconds - self._mean) - self._spread) / 4
            self._mean += (seconds - self._mean) / 8
        self._pause = min(FIRST_PAUSE, max(SHORTEST_PAUSE, self._mean + 4 * self._spread))

    def due(self, started: float, attempt: int, now: float) -> float:
        """Return until when to wait for the answer to an attempt; pauses double, the last one takes what is left."""
        end = started + self.timeout
        if attempt >= self._retries:
            return end
        return min(end, now + min(LONGEST_PAUSE, self._pause * (1 << attempt)))

    def left(self, started: float, attempt: int, now: float) -> bool:
        """Tell whether a question may be asked once more."""
        return attempt < self._retries and now < started + self.timeout
