# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The Postfix instances of this host, and what of their configuration bears on evidence; asked of postconf(1)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Programs, Unusable

# Parameters that an older Postfix does not know (maillog_file before 3.4) are left out by it, with a warning.
_PARAMETERS = (
    "bounce_queue_lifetime",
    "config_directory",
    "daemon_directory",
    "inet_interfaces",
    "inet_protocols",
    "mail_owner",
    "maillog_file",
    "maximal_queue_lifetime",
    "multi_instance_directories",
    "myhostname",
    "proxy_interfaces",
    "relayhost",
    "smtp_bind_address",
    "smtp_bind_address6",
    "syslog_name",
)
_OF_SERVICES = ("smtp_bind_address", "smtp_bind_address6", "syslog_name")
_SETTING = re.compile(r"(?P<name>[^\s=]+) =[ \t]*(?P<value>.*)")
_TIME = re.compile(r"(\d{1,9})([smhdw]?)\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Instance(t.NamedTuple):
    """One configuration; C(services) holds what master.cf sets otherwise, as C(ses/unix) to parameters."""

    config_directory: str
    parameters: t.Mapping[str, str]
    services: t.Mapping[str, t.Mapping[str, str]]

    def words(self, name: str) -> list[str]:
        """Return the value of a parameter that is a list."""
        return [word for word in re.split(r"[\s,]+", self.parameters.get(name, "")) if word]

    def seconds(self, name: str) -> int | None:
        """Return the value of a parameter that is a time, such as C(5d); a bare number of a lifetime means days."""
        match = _TIME.match(self.parameters.get(name, "").strip())
        return int(match.group(1)) * _UNITS[match.group(2) or "d"] if match else None


def instances(programs: Programs, config_directory: str | None) -> tuple[list[Instance], list[str]]:
    """Return the instance of C(config_directory) (by default Postfix's own) with those it manages, and what failed.

    Raises C(Unusable) when not even the first one can be read.
    """
    first = _instance(programs, config_directory)
    found, notes = [first], []
    for directory in first.words("multi_instance_directories"):
        try:
            found.append(_instance(programs, directory))
        except Unusable as error:
            notes.append(f"instance {directory}: {error}")
    return found, notes


def _instance(programs: Programs, config_directory: str | None) -> Instance:
    where = ["-c", config_directory] if config_directory else []
    parameters = _settings(programs.output("postconf", *where, "-x", *_PARAMETERS))
    services: dict[str, dict[str, str]] = {}
    asked = [f"*/*/{name}" for name in _OF_SERVICES]
    for place, value in _settings(programs.output("postconf", *where, "-x", "-P", *asked)).items():
        service, _slash, name = place.rpartition("/")
        services.setdefault(service, {})[name] = value
    return Instance(config_directory or parameters.get("config_directory", ""), parameters, services)


def _settings(text: str) -> dict[str, str]:
    found = (_SETTING.fullmatch(line) for line in text.splitlines())
    return {match.group("name"): match.group("value").strip() for match in found if match}
