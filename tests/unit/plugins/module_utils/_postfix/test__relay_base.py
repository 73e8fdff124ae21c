# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import pathlib
import time

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_base import Base
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix.fake_postfix import FakePostfix


def test_postfix_need_not_wait_for_the_copy_that_it_is_shown(tmp_path: pathlib.Path) -> None:
    fake = FakePostfix(tmp_path / "postfix")
    ages = []

    def run(command, stdin, timeout):
        folder = pathlib.Path(command[command.index("-c") + 1])
        if folder != fake.folder:
            ages.append(time.time() - (folder / "main.cf").stat().st_mtime)
        return fake.run(command, stdin, timeout)

    with contextlib.suppress(PostfixError):  # this one knows few parameters
        Base.of(Postfix(str(fake.folder), run))
    assert ages
    assert min(ages) > 2
