# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _record


class Killed(BaseException):
    """The process ends here."""


class Folder(t.NamedTuple):
    """As much of a Postfix as discarding looks at."""

    own_directory: str

    def own(self, name: str) -> str:
        return os.path.join(self.own_directory, name)


def test_who_is_killed_while_discarding_leaves_no_record_without_its_backup(
    tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / _record.FILE).write_text("{}")
    (tmp_path / _record.BACKUP).mkdir()

    def die(*_arguments: t.Any, **_options: t.Any) -> None:
        raise Killed

    monkeypatch.setattr(_record.shutil, "rmtree", die)
    with pytest.raises(Killed):
        _record.discard(t.cast("t.Any", Folder(str(tmp_path))))
    assert os.listdir(str(tmp_path)) == [_record.BACKUP]
