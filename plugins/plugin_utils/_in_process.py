# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Would a module be run by this very Python, as this very user? Then its work may as well be done here and now."""

from __future__ import annotations

import sys
import typing as t


def is_here(action: t.Any, variables: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the task of an action plugin runs on the controller as the controller.

    A Python started for the module, and the archive made for it, cost more than the questions that it asks.
    """
    task, connection = action._task, action._connection
    if (
        connection.transport != "local"
        or connection.become is not None
        or task.async_val
        or any(task.environment or ())
    ):
        return False
    if task.delegate_to:
        variables = (variables.get("ansible_delegated_vars") or {}).get(task.delegate_to) or {}
    interpreter = variables.get("ansible_python_interpreter")
    return bool(interpreter) and action._templar.template(interpreter) == sys.executable
