# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What has to change on a host so that a layer is there, or is not: only looks, and knows the bytes of each file."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _files, _record
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._change import Change
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import (
    Layer,
    keep,
    render_main,
    render_master,
    strip_main,
    strip_master,
)
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._lock import now, operator
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import MAIN, MASTER, Applied, Record


@dataclass(frozen=True)
class Plan:
    """C(main), C(master) and C(files) are what changes. C(union) is master.cf while both old and new ways are needed.

    C(bare) has the files without us. C(record) is the one to be left in the end, None when nothing of ours stays.
    """

    postfix: Postfix
    add: Layer | None
    remove: str | None
    main: Change
    master: Change
    union: bytes
    files: tuple[Change, ...]
    before: Record | None
    bare: Record
    record: Record | None
    drift: tuple[str, ...]
    left: tuple[str, ...]

    @classmethod
    def of(cls, postfix: Postfix, *, add: Layer | None = None, remove: str | None = None) -> Plan:
        """Look at the host.

        :raises PostfixError: it cannot be read, or what is there is in the way
        """
        return _Look(postfix, add, remove).plan()

    def again(self) -> Plan:
        return Plan.of(self.postfix, add=self.add, remove=self.remove)

    @property
    def changes(self) -> list[Change]:
        """Return the files that change, in the order in which that happens when something is added."""
        return [change for change in (*self.files, self.master, self.main) if change.before != change.after]

    @property
    def is_interrupted(self) -> bool:
        """Tell whether an earlier change was cut off."""
        return self.before is not None and self.before.pending is not None

    @property
    def changed(self) -> bool:
        if self.changes or self.is_interrupted:
            return True
        if self.before is None and self.record is None:
            return _record.has_rests(self.postfix)
        return self._recorded(self.before) != self._recorded(self.record)

    @property
    def diff(self) -> list[dict[str, str]]:
        return [change.diff for change in self.changes]

    @property
    def lines(self) -> list[str]:
        """Return the same as lines for people, with what changes and a little around it."""
        return [line for change in self.changes for line in change.lines]

    @property
    def layers(self) -> list[dict[str, t.Any]]:
        applied = self.record.layers if self.record else ()
        return [
            {"name": each.layer.name, "at": each.at, "by": each.by, "settings": each.layer.settings} for each in applied
        ]

    def is_same(self, other: Plan) -> bool:
        """Tell whether another look found the same to do."""
        return (self.changes, self.union, self._recorded(self.record)) == (
            other.changes,
            other.union,
            other._recorded(other.record),
        )

    @staticmethod
    def _recorded(record: Record | None) -> list[tuple[Layer, dict[str, str]]] | None:
        return None if record is None else [(each.layer, each.files) for each in record.layers]


class _Look:
    def __init__(self, postfix: Postfix, add: Layer | None, remove: str | None) -> None:
        self.postfix = postfix
        self.add = add
        self.remove = remove
        self.record = _record.load(postfix)
        self.current = {MAIN: _required(postfix.main_cf), MASTER: _required(postfix.master_cf)}
        self.drift: list[str] = []
        self.left: list[str] = []

    def plan(self) -> Plan:
        base, lost = self._base()
        old = self._recorded()
        target = self._target(old, lost)
        union = [*(each.layer for each in target), *self._services_that_go(old, target, lost)]
        rendered = [each.layer for each in target]
        after = {
            MAIN: render_main(base[MAIN], rendered),
            MASTER: render_master(base[MASTER], rendered),
        }
        in_between = render_master(base[MASTER], union)
        return Plan(
            postfix=self.postfix,
            add=self.add,
            remove=self.remove,
            main=Change(self.postfix.main_cf, self.current[MAIN], after[MAIN]),
            master=Change(self.postfix.master_cf, self.current[MASTER], after[MASTER]),
            union=in_between,
            files=tuple(self._file_changes(old, target, after)),
            before=self.record,
            bare=Record(base=base),
            record=self._next_record(base, target, after),
            drift=tuple(self.drift),
            left=tuple(self.left),
        )

    def _recorded(self) -> tuple[Applied, ...]:
        return self.record.layers if self.record else ()

    def _base(self) -> tuple[dict[str, bytes], frozenset[tuple[str, str]]]:
        """Return the files without us, and what in them is no longer ours."""
        if self.record is None:
            return self.current, frozenset()
        base: dict[str, bytes] = {}
        lost: set[tuple[str, str]] = set()
        # After a change that was cut off, the file may be that of before or that of after.
        states = [self.record.layers] if self.record.pending is None else [self.record.layers, self.record.pending]
        possible = [[each.layer for each in state] for state in states]
        for name, current in self.current.items():
            saved = self.record.base[name]
            if _record.sha256(current) in self.record.known[name]:
                base[name] = saved
                continue
            strip = min(
                (
                    strip_main(current, saved, ours) if name == MAIN else strip_master(current, ours)
                    for ours in possible
                ),
                key=lambda stripped: (len(stripped.lost), -stripped.found),
            )
            base[name] = strip.data
            lost.update(strip.lost)
            self.drift.append(f"{name} was edited by somebody else since {self._since()}: their changes are kept")
            self.drift += strip.told
        return base, frozenset(lost)

    def _all_recorded(self) -> list[Applied]:
        record = self.record
        if record is None:
            return []
        known = {each.layer.name: each for each in record.layers}
        known.update({each.layer.name: each for each in record.pending or ()})
        return list(known.values())

    def _since(self) -> str:
        return max((each.at for each in self._all_recorded()), default="then")

    def _target(self, old: t.Sequence[Applied], lost: t.Collection[tuple[str, str]]) -> list[Applied]:
        gone = self.add.name if self.add else self.remove
        target = []
        for each in old:
            if each.layer.name != gone:
                target.append(replace(each, layer=keep(each.layer, lost)))
            elif self.add:
                target.append(self._added(each))
        if self.add and all(each.layer.name != self.add.name for each in old):
            target.append(self._added(None))
        if self.remove:
            self.left += [sentence for sentence in self.drift if sentence.endswith("stays as it is")]
        return target

    def _added(self, old: Applied | None) -> Applied:
        """Return the new layer as it will be recorded; an unchanged one keeps its date."""
        add = t.cast(Layer, self.add)
        defaults = self.postfix.defaults(*(each.name for each in add.parameters if each.how == "prepend"))
        layer = replace(
            add,
            parameters=tuple(replace(each, behind=defaults.get(each.name, "")) for each in add.parameters),
            files=(),
        )
        files = {each.name: _record.sha256(each.content) for each in add.files}
        if old is not None and (old.layer, old.files) == (layer, files):
            return old
        return Applied(layer, files, now(), operator())

    def _services_that_go(
        self, old: t.Sequence[Applied], target: t.Sequence[Applied], lost: t.Collection[tuple[str, str]]
    ) -> list[Layer]:
        stay = {(service.name, service.type) for each in target for service in each.layer.services}
        going = [
            service
            for each in old
            for service in keep(each.layer, lost).services
            if (service.name, service.type) not in stay
        ]
        return [Layer("going", services=tuple(going))]

    def _file_changes(
        self, old: t.Sequence[Applied], target: t.Sequence[Applied], after: t.Mapping[str, bytes]
    ) -> t.Iterator[Change]:
        new = {each.name: each for each in (self.add.files if self.add else ())}
        for file in new.values():
            path = self.postfix.own(file.name)
            yield Change(path, _files.read(path), file.content, file.secret, file.mode)
        stay = {name for each in target for name in each.files}
        for each in self._all_recorded():
            for name, digest in each.files.items():
                if name in new:
                    continue
                path = self.postfix.own(name)
                content = _files.read(path)
                if content is None and name in stay:
                    self.drift.append(f"{path} was removed by somebody else, and is still needed: apply that again")
                elif content is not None and _record.sha256(content) != digest:
                    self.drift.append(f"{path} was edited by somebody else")
                if name in stay or content is None:
                    continue
                users = [cf for cf, data in after.items() if path.encode() in data]
                if users:
                    self.left.append(f"{path} stays: {users[0]} still names it, in a line that is not ours")
                else:
                    # Nobody knows any more whether what goes was a secret.
                    yield Change(path, content, None, secret=True)
        known = {*stay, *new, *(name for each in self._all_recorded() for name in each.files)}
        if not target:
            self.left += [
                f"{self.postfix.own(name)} stays: it is not ours" for name in _record.others(self.postfix, known)
            ]

    def _next_record(
        self, base: dict[str, bytes], target: t.Sequence[Applied], after: dict[str, bytes]
    ) -> Record | None:
        if not target:
            return None
        known: dict[str, tuple[str, ...]] = {name: (_record.sha256(data),) for name, data in after.items()}
        return Record(base=base, layers=tuple(target), known=known)


def _required(path: str) -> bytes:
    try:
        data = _files.read(path)
    except OSError as error:
        raise PostfixError(f"{path} cannot be read ({error.strerror}): root was expected") from None
    if data is None:
        raise PostfixError(f"{path} does not exist: the configuration of a Postfix was expected")
    return data
