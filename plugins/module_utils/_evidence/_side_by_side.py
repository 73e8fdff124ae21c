# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Work done by several processes at once, for a host with cores to spare.

By fork and a pipe: multiprocessing needs semaphores that not every host offers, its other ways of starting cannot
import a module that Ansible has packed, and a fork keeps the seed of hash(), by which recipients are told apart.
"""

from __future__ import annotations

import os
import signal
import typing as t

T = t.TypeVar("T")
_CHUNK = 1 << 16
# Enough to halve the time; more would be felt by the mail system.
_MOST = 2


def workers() -> int:
    """Return how many processes may work at once: two where a core has nothing to do just now."""
    try:
        cores = len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not on FreeBSD
        cores = os.cpu_count() or 1
    try:
        busy = os.getloadavg()[0]
    except OSError:
        busy = 0.0
    return _MOST if cores >= _MOST and cores - busy >= 1 else 1


class _Child:
    """A process that does one job, and writes its result to a pipe."""

    def __init__(self, job: t.Callable[[], t.Any], number: int) -> None:
        self.number = number
        self._said = bytearray()
        self.pipe, writer = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:
            os.close(self.pipe)
            os.close(writer)
            raise
        if not self._pid:
            _work(job, writer)
        os.close(writer)

    def hear(self) -> bool:
        """Take in what the process has said; tell whether that was all."""
        chunk = os.read(self.pipe, _CHUNK)
        self._said += chunk
        return not chunk

    def result(self) -> tuple[bool, t.Any]:
        """Return whether the process came to its end well, and its result."""
        os.close(self.pipe)
        status = os.waitpid(self._pid, 0)[1]
        if status:
            return False, None
        import pickle  # most hosts read all of it in one process

        return True, pickle.loads(bytes(self._said))  # noqa: S301 - our own process wrote it

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.close(self.pipe)
        os.waitpid(self._pid, 0)


def _work(job: t.Callable[[], t.Any], writer: int) -> t.NoReturn:
    """Do the job in a process of its own, which must never return to its parent's business."""
    code = 1
    try:
        import pickle

        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(job(), pipe, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)


def in_order(jobs: t.Sequence[t.Callable[[], T]], number: int) -> t.Iterator[T]:
    """Yield the results of jobs in their order, with C(number) of them at work; one that fails is done again, here."""
    if number < 2 or len(jobs) < 2:
        for job in jobs:
            yield job()
        return
    import selectors

    running: dict[int, _Child] = {}
    done: dict[int, t.Any] = {}
    started = 0
    with selectors.DefaultSelector() as selector:
        try:
            for turn, job in enumerate(jobs):
                while turn not in done:
                    while started < len(jobs) and len(running) < number and len(done) < 2 * number:
                        try:
                            child = _Child(jobs[started], started)
                        except OSError:
                            break
                        running[child.number] = child
                        selector.register(child.pipe, selectors.EVENT_READ, child)
                        started += 1
                    if not running:  # the host lends no process
                        done[turn] = job()
                        started = max(started, turn + 1)
                        break
                    for key, _events in selector.select():
                        if key.data.hear():
                            selector.unregister(key.data.pipe)
                            well, result = running.pop(key.data.number).result()
                            done[key.data.number] = result if well else jobs[key.data.number]()
                yield done.pop(turn)
        finally:
            for child in running.values():
                child.kill()
