# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What M(postmaster.delist.bounce_info) answers on a host, whichever way it got there."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _gather


def answer(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return C(evidence); where there is none to be had, C(failed) and C(msg)."""
    try:
        return {"changed": False, "evidence": _gather.gather(_gather.Request.of(options))}
    except _gather.NothingRead as nothing:
        return {"failed": True, "msg": str(nothing), "evidence": nothing.evidence}
    except ValueError as error:
        return {"failed": True, "msg": str(error)}
