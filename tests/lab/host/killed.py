# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On a mail host: does what postfix_relay does, and dies right after one step: killed.py STEP < options as JSON.

Ends with 0 and the steps, one a line, where that step is not among them.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay, _transaction


def on_step(name: str) -> None:
    if name == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    print(name)


_relay.apply = functools.partial(_transaction.apply, on_step=on_step)
_relay.run(json.load(sys.stdin), check_mode=False)
