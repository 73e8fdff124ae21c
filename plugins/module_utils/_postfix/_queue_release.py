# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Letting held mail go, message by message, no faster than told: a flush would knock with all of it at once."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix


class Released(t.NamedTuple):
    """C(ids) were given to the queue manager; C(refused) could not be (id and Postfix's words); C(left) had no time."""

    ids: list[str]
    refused: list[dict[str, str]]
    left: list[str]


def release(
    postfix: Postfix,
    queue_ids: t.Sequence[str],
    *,
    rate: float,
    max_seconds: float,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> Released:
    """Have these messages tried again.

    :param rate: messages in a second
    :param max_seconds: after so long the rest is left
    """
    begun = clock()
    done: list[str] = []
    refused: list[dict[str, str]] = []
    for number, queue_id in enumerate(queue_ids):
        wait = number / rate - (clock() - begun)
        if number / rate > max_seconds or clock() - begun > max_seconds:
            return Released(done, refused, list(queue_ids[number:]))
        if wait > 0:
            sleep(wait)
        ended = postfix.command("postqueue", "-i", queue_id)
        if ended.rc:
            refused.append({"queue_id": queue_id, "said": ended.err.strip()[:500]})
        else:
            done.append(queue_id)
    return Released(done, refused, [])
