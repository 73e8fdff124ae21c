# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The whole of C(dnsbl_info) without Ansible: from its options to its result."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import history, library, names, result, survey
from ansible_collections.postmaster.delist.plugins.module_utils._dns.redact import Redactor
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import SEVERITIES, KeyProblem, Zone

Options = t.Dict[str, t.Any]


class CannotAsk(Exception):
    """The options make no run; the message is for the user and holds no key."""


def way(options: Options) -> survey.Way:
    """Return how to ask: by the resolvers given, or by those of the system.

    :raises CannotAsk: there is no usable resolver
    """
    servers = [str(server) for server in options["server"] or library.system_nameservers()]
    for server in servers:
        try:
            ipaddress.ip_address(server)
        except ValueError:
            raise CannotAsk(f"server: {server!r} is not an IP address") from None
    if not servers:
        raise CannotAsk("server: none was given, and this system has no resolver set up")
    if options["timeout"] <= 0 or options["retries"] < 0 or not 0 < options["port"] < 65536:
        raise CannotAsk("timeout must be above 0, retries at least 0, port between 1 and 65535")
    return survey.Way(servers, options["port"], options["timeout"], options["retries"], options["max_seconds"])


def check(options: Options, told: survey.Told | None = None) -> dict[str, t.Any]:
    """Ask the zones of the catalogue about the targets; C(told) hears how far that is.

    :raises CannotAsk: the options make no run
    """
    catalogue = options["catalogue"] or {}
    keys = {name: str(key) for name, key in (options["keys"] or {}).items()}
    redact = Redactor(keys.values())
    targets = names.targets(
        options["addresses"], options["domains"], allow_documentation=options["allow_documentation"]
    )
    zones = _zones(catalogue, keys)
    if not options["zones"]:
        kinds = {target.kind for target in targets}
        zones = [zone for zone in zones if zone.targets & kinds]
    how = way(options)
    try:
        found = survey.survey(zones, targets, how, told)
    except OSError as error:
        raise CannotAsk(f"no question could be sent: {error}") from None
    before = history.listed_before(options["previous"] or ())
    rows = result.listings(found, include_clean=options["include_clean"], redact=redact, also=before)
    history.remember(rows, before)
    return {
        "listings": rows,
        "lists": result.health(found, redact=redact) + list(catalogue.get("refused", ())),
        "skipped_targets": [{"target": target.value, "cause": target.problem} for target in targets if target.problem],
        "totals": result.totals(found),
        "changes": None if options["previous"] is None else history.changes(found, before),
        "resolver": {
            "servers": list(how.servers),
            "state": found.resolver.state,
            "answers": list(found.resolver.answers),
        },
    }


def _zones(catalogue: dict[str, t.Any], keys: dict[str, str]) -> list[Zone]:
    try:
        return [Zone(data, catalogue["lists"], key=keys.get(data.get("key"))) for data in catalogue.get("zones", ())]
    except KeyProblem as problem:
        raise CannotAsk(str(problem)) from None


def violations(options: Options, found: dict[str, t.Any]) -> list[str]:
    """Return why a run that was carried out is to fail: it saw too little, or something too grave."""
    reasons = []
    allowed, coverage = options["max_unknown"], found["totals"]["coverage"]
    if allowed is not None and (coverage is None or 100.0 - coverage > allowed):
        seen = "nothing was asked" if coverage is None else f"{round(100.0 - coverage, 1)} % stay unknown"
        reasons.append(f"{seen}, and max_unknown allows {allowed} %")
    if options["fail_on"]:
        grave = SEVERITIES[SEVERITIES.index(options["fail_on"]) :]
        hits = [
            row
            for row in found["listings"]
            if row["state"] == "listed" and row["kind"] == "block" and row["severity"] in grave
        ]
        if hits:
            shown = ", ".join("{} on {}".format(row["target"], row["list"]) for row in hits[:5])
            reasons.append("{} listed with severity {} or worse: {}".format(len(hits), options["fail_on"], shown))
    return reasons
