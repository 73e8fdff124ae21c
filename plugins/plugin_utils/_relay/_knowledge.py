# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What is known of Amazon SES as a relay: knowledge/relays/amazon_ses.yml, and the part of it that a host needs."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read

PATH = SHIPPED / "relays" / "amazon_ses.yml"
# How Postfix writes the answer of a relay, and the status that it gives to one without a status of its own.
_SAID = "5.0.0 host {{host}}[192.0.2.25] said: {reply} (in reply to end of DATA command)"
_BY_POSTFIX = "5.3.4 {said}"


@functools.lru_cache(maxsize=1)
def relay() -> dict[str, t.Any]:
    """Return all that is known."""
    return t.cast("dict[str, t.Any]", read(PATH))


def for_hosts() -> dict[str, t.Any]:
    """Return the plain data that postfix_relay is handed: endpoint rules, what stays hard, and texts to prove it by.

    :returns: C(hosts), C(starttls), C(wrapper), C(stays_hard) (literals), C(must_hold) and C(must_not_hold) (DSN
        texts, in which C({host}) stands for the server)
    """
    known = relay()
    said = [reply for entry in known["hold"] for reply in entry["replies"]]
    own = [text for entry in known["hold"] for text in entry.get("by_postfix") or ()]
    return {
        **{name: known["endpoint"][name] for name in ("hosts", "starttls", "wrapper")},
        "stays_hard": [entry["says"] for entry in known["stays_hard"]],
        "must_hold": [_SAID.format(reply=reply) for reply in said] + [_BY_POSTFIX.format(said=text) for text in own],
        "must_not_hold": [_SAID.format(reply=reply) for entry in known["stays_hard"] for reply in entry["replies"]],
    }
