# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The results of the tasks that ask the DNS, failures too: the same whether a module runs them or the controller."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import dnsbl, library, sender

Result = t.Dict[str, t.Any]


def of_dnsbl(options: Result, told: t.Callable[[int, int], None] | None = None) -> Result:
    """Return the result of C(dnsbl_info); with C(failed) it has a C(msg), and what was found nevertheless.

    C(told) hears how many of how many questions are answered.
    """
    result = _of(lambda given: dnsbl.check(given, told), options)
    reasons = [] if result.get("failed") else dnsbl.violations(options, result)
    return {**result, "failed": True, "msg": "; ".join(reasons)} if reasons else result


def of_sender(options: Result) -> Result:
    """Return the result of C(sender_dns_info)."""
    return _of(sender.check, options)


def _of(check: t.Callable[[Result], Result], options: Result) -> Result:
    problem = library.missing()
    if problem is not None:
        return {"changed": False, "failed": True, "msg": library.wanted(), "exception": problem}
    try:
        return {"changed": False, **check(options)}
    except dnsbl.CannotAsk as error:
        return {"changed": False, "failed": True, "msg": str(error)}
