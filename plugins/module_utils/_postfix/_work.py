# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The steps of a change: done one after the other, proven, and put back in the other order where they fail."""

from __future__ import annotations

import os
import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _files, _record
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError, TransactionError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._plan import Plan
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import MAIN, MASTER, Record
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._watch import Watch

OnStep = t.Callable[[str], None]
Verify = t.Callable[[], t.Sequence[str]]

_LOOK_AGAIN = 0.5
_Item = t.Union[_files.Replacement, _files.Removal]


class Work:
    """One change of a host. What C(change) begins is ended by C(clear_up), or taken back by C(undo)."""

    def __init__(self, postfix: Postfix, plan: Plan, watch: Watch, on_step: OnStep, *, running: bool) -> None:
        self.postfix = postfix
        self.plan = plan
        self.watch = watch
        self.on_step = on_step
        self.running = running
        self.notes: list[str] = []
        self._done: list[_Item] = []
        self._is_reloaded = False
        self._is_made = False
        self._pending = _record.replacement(postfix, _pending(plan), turn=1)
        self._finally = None if plan.record is None else _record.replacement(postfix, plan.record, turn=2)

    def change(self) -> None:
        plan = self.plan
        _record.back_up(self.postfix, plan.bare)
        self.on_step("backed_up")
        self._do([self._pending], "pending")
        files = [
            _files.Replacement(change.path, change.after, mode=change.mode)
            for change in plan.files
            if change.after is not None and change.after != change.before
        ]
        master = [_files.Replacement(plan.master.path, plan.union)] if plan.union != plan.master.before else []
        main = [_files.Replacement(plan.main.path, plan.main.after or b"")] if plan.main in plan.changes else []
        for replacement in (*files, *master, *main):
            self._done.append(replacement)
            replacement.prepare()
        self.on_step("prepared")
        self._install(files, "files")
        self._install(master, "master_cf_added")
        if master and self.running:
            # A service is there only once Postfix has read of it; until then main.cf must not lead to it.
            self._reload("service_started")
        self._install(main, "main_cf")

    def prove(self, verify: Verify | None, watch_seconds: float) -> None:
        """Have Postfix take the change, and see whether it can live with it."""
        if not self.running:
            self.notes.append("Postfix is not running, so it was not reloaded")
            return
        if not (self.plan.changes or self.plan.is_interrupted):
            return
        self.watch.begin()
        self._reload("reloaded")
        problems = list(verify()) if verify and self.plan.add else []
        end = time.monotonic() + watch_seconds
        faults = self.watch.faults()
        while not (problems or faults) and time.monotonic() < end:
            time.sleep(min(_LOOK_AGAIN, max(0.0, end - time.monotonic())))
            faults = self.watch.faults()
        if problems or faults:
            if self.plan.add is not None:
                raise _Refused(problems, faults)
            self.notes += [f"Postfix complains: {fault}" for fault in faults]
        self.on_step("watched")

    def clear_up(self) -> None:
        """Take away what nothing refers to any more."""
        plan = self.plan
        if plan.union != plan.master.after:
            master = _files.Replacement(plan.master.path, plan.master.after or b"", turn=2)
            self._do([master], "master_cf_removed")
        self._do([_files.Removal(change.path) for change in plan.files if change.after is None], "files_removed")
        if plan.union != plan.master.after and self.running:
            self._reload("reloaded_again")
        if self._finally is not None:
            self._finally.prepare()
        for path in map(os.path.realpath, (plan.main.path, plan.master.path)):
            _files.sweep(os.path.dirname(path), os.path.basename(path))
        _files.sweep(self.postfix.own_directory, but=self._finally.helpers if self._finally else ())
        self._is_made = True  # from here on there is nothing to go back to
        self.on_step("swept")
        if self._finally is None:
            _record.discard(self.postfix)
        else:
            self._finally.install()
            self._finally.finish()
        self.on_step("recorded")

    def undo(self, error: BaseException) -> None:
        """Put everything back, then say why."""
        faults = error.faults if isinstance(error, _Refused) else []
        if self._is_made:
            raise TransactionError(
                f"{_reason(error)}. The change itself is made; only noting that failed: run this again", undone=False
            ) from error
        try:
            for item in reversed(self._done):
                item.undo()
            if self.plan.before is None:
                _record.discard(self.postfix)
            if self._is_reloaded:
                self.postfix.reload()
        except Exception as again:
            raise TransactionError(
                f"{_reason(error)}. Undoing it failed too ({_reason(again)}): put that right, then run this or the "
                f"restore again; the configuration as it was lies in {self.postfix.own(_record.BACKUP)}",
                undone=False,
                faults=faults,
            ) from error
        if not isinstance(error, Exception):
            raise error
        raise TransactionError(
            f"{_reason(error)}. Nothing has changed: what was done is undone", undone=True, faults=faults
        ) from error

    def _install(self, items: t.Sequence[_Item], step: str) -> None:
        for item in items:
            item.install()
        if items:
            self.on_step(step)

    def _do(self, items: t.Sequence[_Item], step: str) -> None:
        for item in items:
            self._done.append(item)
            item.prepare()
        self._install(items, step)

    def _reload(self, step: str) -> None:
        self._is_reloaded = True
        try:
            self.postfix.reload()
        except PostfixError as error:
            if self.plan.add is not None:
                raise
            self.notes.append(str(error))
        self.on_step(step)


def _pending(plan: Plan) -> Record:
    """Return the record of a change under way: what was, what will be, and every file that may be met."""
    states = {
        MAIN: (plan.main.before, plan.main.after),
        MASTER: (plan.master.before, plan.union, plan.master.after),
    }
    known = {
        name: tuple(dict.fromkeys(_record.sha256(data) for data in datas if data is not None))
        for name, datas in states.items()
    }
    return Record(
        base=plan.bare.base,
        layers=plan.before.layers if plan.before else (),
        known=known,
        pending=plan.record.layers if plan.record else (),
    )


class _Refused(PostfixError):
    def __init__(self, problems: t.Sequence[str], faults: t.Sequence[str]) -> None:
        super().__init__("; ".join((*problems, *(f"Postfix complains: {fault}" for fault in faults))))
        self.faults = list(faults)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be written ({error.strerror})"
    return str(error) or type(error).__name__
