# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where no lab can be, its tests are skipped and say why: never passed, never failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).with_name("test_ses.py")


@pytest.mark.smoke
def test_without_root_tests_are_skipped_with_the_reason():
    # Root of nothing: in a user namespace where nobody is mapped.
    command = ["unshare", "--user", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TESTS)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        )
    except FileNotFoundError:
        pytest.skip("no unshare to give root away with")
    if "unshare failed" in done.stderr:
        pytest.skip(f"no user namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no lab on this machine: the lab needs root" in done.stdout
    assert " passed" not in done.stdout
    assert " skipped in " in done.stdout
