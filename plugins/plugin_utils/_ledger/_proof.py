# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What proves that a receiver takes our mail again: a message from the blocked address that it accepted."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment

_NEEDED = ("at", "line", "relay_host", "egress_ip")


def refusal(case: Case, data: t.Mapping[str, t.Any], receivers: t.Collection[str]) -> str | None:
    """Tell why a delivery proves nothing for a case, or None.

    :param data: C(at) (RFC 3339), the log's C(line), C(relay_host) and C(egress_ip) of the delivery
    :param receivers: the slugs of the receivers that the relay host belongs to
    """
    missing = [name for name in _NEEDED if not data.get(name)]
    if missing:
        return f"a proof names {', '.join(_NEEDED)}; {', '.join(missing)} is missing"
    egress_ip = case.facts.get("egress_ip")
    if not egress_ip:
        return "the case does not know from which address mail was refused, so no delivery can prove that it is over"
    if data["egress_ip"] != egress_ip:
        return f"it left from {data['egress_ip']}, and the case is about {egress_ip}"
    concerned = set(case.facts.get("receivers") or ()) | {case.facts.get("receiver")}
    if not concerned & set(receivers):
        return f"{data['relay_host']} is no server of {', '.join(sorted(map(str, concerned - {None})))}"
    delivered, refused = moment(data["at"]), moment(case.facts.get("last_at"))
    if delivered is None:
        return f"its time {data['at']!r} is no RFC 3339 time with an offset"
    if refused is not None and delivered <= refused:
        return f"mail was still refused after it, at {case.facts['last_at']}"
    return None
