# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On a mail host: does what a module does, and right after one step runs a command: killed.py MODULE STEP COMMAND.

MODULE is hold or relay; its options come as JSON on standard input. Prints each step, one a line, and then the result.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _hold, _relay, _transaction
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix

MODULE, STEP, COMMAND = sys.argv[1:]


def on_step(name: str) -> None:
    print(name, flush=True)
    if name == STEP:
        subprocess.run(["sh", "-c", COMMAND], check=False)


_hold.apply = _relay.apply = functools.partial(_transaction.apply, on_step=on_step)
options = json.load(sys.stdin)
if MODULE == "hold":
    _hold.ensure(Postfix(options["config_directory"]), options, check_mode=False)
else:
    _relay.run(options, check_mode=False)
