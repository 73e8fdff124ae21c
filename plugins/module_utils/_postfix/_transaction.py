# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One transaction for every change: all of it, or the host as it was.

What main.cf refers to comes first and main.cf last, since Postfix uses a changed main.cf without being told; back
again in the other order. Then Postfix is reloaded, its log is watched, and what it complains about is undone.

Killed at any step, the host runs, and the record says what was under way: the next plan, whichever it is, goes on
from there.
"""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _lock
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import (
    File,
    Layer,
    Parameter,
    Service,
)
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._plan import Plan
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import applied
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._stage import Lookup, stage
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._watch import Watch
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._work import OnStep, Verify, Work

__all__ = [
    "STEPS",
    "File",
    "Layer",
    "Lookup",
    "Parameter",
    "Plan",
    "Postfix",
    "Service",
    "applied",
    "apply",
    "no_step",
    "not_running",
    "stage",
]

# In this order; each is named right after it. Steps that a change does not need are left out.
STEPS = (
    "locked",
    "staged",
    "backed_up",
    "pending",
    "prepared",
    "files",
    "master_cf_added",
    "service_started",
    "main_cf",
    "reloaded",
    "watched",
    "master_cf_removed",
    "files_removed",
    "reloaded_again",
    "swept",
    "recorded",
)


def no_step(name: str) -> None:
    """Nobody wants to know."""


def not_running(postfix: Postfix) -> str:
    return (
        f"Postfix ({postfix.config_directory}) is not running: "
        "start it, or find out why it was stopped, and run this again"
    )


def apply(
    postfix: Postfix,
    plan: Plan,
    *,
    lookups: t.Sequence[Lookup] = (),
    verify: Verify | None = None,
    watch: Watch | None = None,
    watch_seconds: float = 5.0,
    on_step: OnStep = no_step,
) -> list[str]:
    """Make the host as planned, and return what somebody should know about it.

    :param verify: asked after the reload; the problems that it returns undo the change
    :raises PostfixError: nothing was begun
    :raises TransactionError: it was begun and undone
    """
    with _lock.hold(postfix):
        on_step("locked")
        if not plan.is_same(plan.again()):
            raise PostfixError(
                f"{postfix.config_directory} was changed by somebody else just now: look at it and run this again"
            )
        stage(postfix, plan, lookups)
        on_step("staged")
        # Only now: of a configuration that it cannot read, Postfix says that it is not running.
        running = postfix.is_running()
        if plan.add is not None and not running:
            raise PostfixError(not_running(postfix))
        work = Work(postfix, plan, watch or Watch.of(postfix), on_step, running=running)
        try:
            work.change()
            work.prove(verify, watch_seconds)
            work.clear_up()
        except BaseException as error:  # whatever it is, a change that was begun does not stay half made
            work.undo(error)
        return work.notes
