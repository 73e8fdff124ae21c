# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a look over a Postfix needs to know beforehand, and what its faults and our own changes come to as concerns."""

from __future__ import annotations

import datetime
import functools
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Concern, Data, both
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

PATH = SHIPPED / "lint.yml"


@functools.lru_cache(maxsize=1)
def facts() -> dict[str, t.Any]:
    """Return what knowledge/lint.yml says."""
    return t.cast("dict[str, t.Any]", read(PATH))


def handed_over(known: Knowledge) -> dict[str, t.Any]:
    """Return what a host is handed: plain data, without texts."""
    dead = [zone for operator in known.blocklists.values() for zone in operator.zones if zone["status"] == "dead"]
    keyed = [zone["zone"] for operator in known.blocklists.values() for zone in operator.zones if zone.get("key")]
    return {
        "dead": sorted(zone["zone"] for zone in dead),
        "subzones": sorted(zone["zone"] for zone in dead if (zone.get("refused") or {}).get("subzones")),
        "keyed": sorted(keyed),
        "resolvers": [network for entry in facts()["public_resolvers"] for network in entry["networks"]],
        "widest": facts()["widest"],
    }


def of_faults(host: str, looks: t.Iterable[Data]) -> t.Iterator[Concern]:
    """Yield what is wrong with the configuration of each instance on a host."""
    for look in looks:
        for fault in look["faults"]:
            known = facts()["faults"].get(fault["code"])
            if known is None:
                continue  # of a newer version of the collection than this one
            shown = {name: plain(fault[name]) for name in ("parameter", "value")}
            yield Concern(
                check="lint",
                key="/".join((host, *_instance(look), fault["code"], plain(fault["value"])[:120])),
                severity=known["severity"],
                title={language: f"{plain(host)}: {text.format(**shown)}" for language, text in known["title"].items()},
                action={language: text.format(**shown) for language, text in known["action"].items()},
                subject=host,
                hosts=(host,),
                about={"code": fault["code"], "parameter": fault["parameter"], "value": fault["value"]},
            )


def of_changes(host: str, looks: t.Iterable[Data], now: datetime.datetime) -> t.Iterator[Concern]:
    """Yield what hold and relay have laid over a host; overdue is what should be gone by now."""
    for look in looks:
        for layer in look["layers"] or ():
            end = _end(layer)
            over = end is not None and end < now
            shown = {
                "host": host,
                "layer": layer["name"],
                "at": layer["at"] or "-",
                "end": end.isoformat(timespec="minutes") if end else "-",
            }
            yield Concern(
                check="change",
                key="/".join((host, *_instance(look), layer["name"])),
                severity="high" if over else "info",
                title=both("change", "over" if over else "there", **shown),
                action=both("change", "action", **shown),
                subject=host,
                hosts=(host,),
                overdue=over,
                about={"layer": layer["name"], "at": layer["at"], "expires_at": end.isoformat() if end else None},
            )


def of_queue(host: str, queue: Data | None, looks: t.Iterable[Data]) -> t.Iterator[Concern]:
    """Yield mail that a hold keeps and that will bounce all the same within a day."""
    expiring = (queue or {}).get("expiring") or {}
    held = any(layer["name"] == "hold" for look in looks for layer in look["layers"] or ())
    if held and expiring.get("messages"):
        shown = {"host": host, "count": int(expiring["messages"]), "next": expiring.get("next_at") or "-"}
        yield Concern(
            check="change",
            key=f"{host}/queue_expiring",
            severity="critical",
            title=both("change", "expiring", **shown),
            action=both("change", "expiring_action", **shown),
            subject=host,
            hosts=(host,),
            overdue=True,
            about=dict(expiring),
        )


def _end(layer: Data) -> datetime.datetime | None:
    """Return when a layer should be gone: as it says, or for a hold, which says nothing, after some days."""
    if layer["name"] != "hold":
        return moment(layer["expires_at"])
    began = moment(layer["at"])
    return began + datetime.timedelta(days=facts()["hold_days"]) if began else None


def _instance(look: Data) -> tuple[str, ...]:
    """Return what tells the instances of a host apart; nothing for the usual one."""
    directory = look["config_directory"].rstrip("/")
    return () if directory == "/etc/postfix" else (directory.rpartition("/")[2],)
