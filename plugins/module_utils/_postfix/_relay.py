# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What M(postmaster.delist.postfix_relay) does, from its options to its result."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_layer as layers
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_preflight as preflight
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._plan import Plan
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import applied
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_base import LAYER, Base
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_verify import problems
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_wanted import Params, wanted_by
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import apply, stage
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._watch import Watch


def run(params: Params, *, check_mode: bool) -> dict[str, t.Any]:
    """Return the module's result.

    :raises PostfixError: it cannot be done, or was undone
    :raises ValueError: the options do not fit together
    """
    postfix = Postfix(params["config_directory"])
    return (
        _absent(postfix, params, check_mode) if params["state"] == "absent" else _present(postfix, params, check_mode)
    )


def _absent(postfix: Postfix, params: Params, check_mode: bool) -> dict[str, t.Any]:
    was = next((layer["settings"] for layer in applied(postfix) if layer["name"] == LAYER), None)
    plan = Plan.of(postfix, remove=LAYER)
    notes: list[str] = []
    if plan.changed and not check_mode:
        watch = Watch.of(postfix, log_paths=params["log_paths"])
        notes = apply(postfix, plan, watch=watch, watch_seconds=params["watch_seconds"])
    return {**_said(plan), "was": was, "warnings": [*plan.drift, *plan.left, *notes]}


def _present(postfix: Postfix, params: Params, check_mode: bool) -> dict[str, t.Any]:
    base = Base.of(postfix)
    overridden = _no_objections(base, params)
    wanted = wanted_by(postfix, base, params)
    if "sasl_plugin" not in params["override"]:
        preflight.check_sasl(postfix)
    layer = layers.layer(wanted)
    lookups = layers.lookups(wanted, params["rules"])
    plan = Plan.of(postfix, add=layer)
    notes: list[str] = []
    if plan.changed and check_mode:
        stage(postfix, plan, lookups)
    elif plan.changed:
        notes = apply(
            postfix,
            plan,
            lookups=lookups,
            verify=_verifier(postfix, wanted, params) if params["verify"] else None,
            watch=Watch.of(postfix, log_paths=params["log_paths"], strict=(wanted.syslog_name,)),
            watch_seconds=params["watch_seconds"],
        )
    return {
        **_said(plan),
        "relay": wanted.settings,
        "left_out": [left._asdict() for left in (wanted.table.left_out if wanted.table else ())],
        "warnings": [
            *overridden,
            *wanted.credentials.warnings,
            *preflight.remarks(base, params["scope"]),
            *_remarks(base, wanted),
            *plan.drift,
            *notes,
        ],
    }


def _said(plan: Plan) -> dict[str, t.Any]:
    return {
        "changed": plan.changed,
        "diff": plan.diff,
        "plan": plan.lines,
        "left": list(plan.left),
        "layers": plan.layers,
    }


def _no_objections(base: Base, params: Params) -> list[str]:
    """Return what was overridden.

    :raises PostfixError: something speaks against it
    """
    overridden = []
    for name, said in preflight.objections(base, params["scope"]):
        if name is None or name not in params["override"]:
            raise PostfixError(said + (f". To do it all the same: override: [{name}]" if name else ""))
        overridden.append(said)
    return overridden


def _verifier(postfix: Postfix, wanted: layers.Wanted, params: Params) -> t.Callable[[], list[str]]:
    return lambda: problems(
        postfix,
        wanted.endpoint,
        syslog_name=wanted.settings["syslog_name"],
        recipient=params["verify_recipient"],
        sender=params["verify_sender"],
        timeout=params["verify_seconds"],
        log_paths=params["log_paths"],
    )


def _remarks(base: Base, wanted: layers.Wanted) -> t.Iterator[str]:
    if wanted.table is None:
        return
    for left in wanted.table.left_out:
        yield f"{left.domain} is not relayed: it is this host's own ({left.parameter})"
    for domain, way in sorted(base.routes(wanted.table.domains).items()):
        yield f"transport_maps sent {domain} to {way}; while the relay is on, it goes through Amazon SES"
