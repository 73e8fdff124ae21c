# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may go wrong, and scenarios of it: all of a scenario comes of its seed, so it can be had again."""

from __future__ import annotations

import dataclasses
import random

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import STEPS

# Without Ansible only a change of a host is left.
CHANGES = ("hold", "relay", "restore")
HOSTS = ("mx1", "mx2", "mx3", "mx4")
# Steps that a change does not need; restore takes the relay away.
NOT_IN = {
    "hold": {"master_cf_added", "service_started", "master_cf_removed", "files_removed", "reloaded_again"},
    "relay": {"master_cf_removed", "files_removed", "reloaded_again"},
    "restore": {"files", "master_cf_added", "service_started"},
}
SKEWS = (-26, -3, -1, 1, 3, 26)  # hours
ROOMS = (0, 4096, 16_384, 65_536, 262_144)
# How many results a playbook has for two hosts when nothing goes wrong; after any of them something may.
RESULTS = {"incident": 17, "hold": 39, "relay": 63, "follow_up": 47, "restore": 20}
ACTIONS = tuple(RESULTS)
LONGEST = 0.8  # seconds after that result

_SERVICES = """\
if [ -d /run/systemd/system ]; then systemctl reset-failed; systemctl start ssh; service() { systemctl "$1" postfix; }
else
    pgrep -x sshd >/dev/null || /usr/sbin/sshd
    if ! pgrep -x rsyslogd >/dev/null; then rm -f /run/rsyslogd.pid; rsyslogd; fi
    service() { /etc/init.d/postfix "$1" >/dev/null 2>&1; }
fi
postfix status 2>/dev/null || service start
postfix status
"""
# The kernel stamps what comes by the socket, and knows of no other time: so rsyslog is to ask for it itself.
_LOGGING_ANEW = """\
if pgrep -x rsyslogd >/dev/null; then
    pkill -KILL -x rsyslogd; rm -f /run/rsyslogd.pid
    while pgrep -x rsyslogd >/dev/null; do sleep 0.02; done
    loaded="load=\\"imuxsock\\" SysSock.UseSysTimeStamp=\\"$kernel\\""
    sed -i "s/^module(load=.imuxsock.*/module($loaded)/" /etc/rsyslog.conf
    env $faked rsyslogd
fi
"""


@dataclasses.dataclass(frozen=True)
class Fault:
    """Shell scripts that make something go wrong on a host, and mend it; `{hours}` is a number of the scenario's own.

    `parts` is true where a receiver's word that it has taken a message may be lost on its way: then the message is sent
    once more, as SMTP demands (RFC 5321, section 4.5.4.1).
    """

    strike: str
    heal: str = ":"
    parts: bool = False
    at_first: bool = False  # it is so before anything is done
    on_controller: bool = False  # then the scripts are of no host


FAULTS = {
    "module_killed": Fault("pkill -KILL -x 'python3.*'"),
    "postfix_killed": Fault("pkill -KILL -x master; pkill -KILL -u postfix; :", _SERVICES, parts=True),
    "host_killed": Fault("kill -KILL -1", _SERVICES, parts=True),
    "network_cut": Fault("ip link set eth0 down", "ip link set eth0 up", parts=True),
    "disk_full": Fault("cat /dev/zero >/etc/postfix/.filler 2>/dev/null; :", "rm -f /etc/postfix/.filler"),
    "clock_skew": Fault(
        f"""\
faked='LD_PRELOAD={{library}} FAKETIME={{hours:+d}}h' kernel=off
{_LOGGING_ANEW}
printf '#!/bin/sh\\nexec env %s "$(readlink -f /usr/bin/python3.real)" "$@"\\n' "$faked" >/usr/bin/python3.faked
chmod 755 /usr/bin/python3.faked
[ -e /usr/bin/python3.real ] || mv /usr/bin/python3 /usr/bin/python3.real
ln -sf python3.faked /usr/bin/python3
""",
        f"""\
faked= kernel=on
[ ! -e /usr/bin/python3.real ] || mv /usr/bin/python3.real /usr/bin/python3
{_LOGGING_ANEW}
""",
        at_first=True,
    ),
    "controller_killed": Fault(":", on_controller=True),
    "controller_full": Fault(":", on_controller=True, at_first=True),
}
ON_HOSTS = tuple(name for name, fault in FAULTS.items() if not fault.on_controller)
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


@dataclasses.dataclass(frozen=True)
class Blow:
    """A fault and its moment: after a step of a change, or some seconds after so many results of a playbook."""

    fault: str
    step: str = ""
    results: int = 0
    seconds: float = 0.0
    hours: int = 0
    room: int = 0  # bytes that are left on a full disk of the controller

    @property
    def strike(self) -> str:
        return FAULTS[self.fault].strike.replace("{library}", LIBRARY).replace("{hours:+d}", f"{self.hours:+d}")

    @property
    def heal(self) -> str:
        return FAULTS[self.fault].heal

    @property
    def parts(self) -> bool:
        return FAULTS[self.fault].parts


@dataclasses.dataclass(frozen=True)
class Scenario:
    """`layers` are there before a restore. With `again` the same is done once more after the healing."""

    seed: int
    action: str
    hosts: tuple[str, ...]
    blows: tuple[Blow, ...]
    layers: tuple[str, ...]
    again: bool

    def __str__(self) -> str:
        blows = ", ".join(
            f"{blow.fault} {blow.seconds} s after {repr(blow.step) if blow.step else f'{blow.results} results'}"
            for blow in self.blows
        )
        return f"seed {self.seed}: {self.action} ({'+'.join(self.layers) or 'bare'}) on {'+'.join(self.hosts)}: {blows}"


def of_a_change(seed: int) -> Scenario:
    """One host, its change made without Ansible, something goes wrong right after one of the steps."""
    chance = random.Random(seed)
    action = chance.choice(CHANGES)
    step = chance.choice([step for step in STEPS if step not in NOT_IN[action]])
    blows = [
        Blow(name, step=step, hours=chance.choice(SKEWS)) for name in chance.sample(ON_HOSTS, chance.choice((1, 1, 2)))
    ]
    layers = ("hold", "relay") if action == "restore" else ()
    return Scenario(seed, action, (chance.choice(HOSTS),), tuple(blows), layers, again=chance.random() < 0.5)


def of_a_playbook(seed: int) -> Scenario:
    """Two hosts, a playbook, something goes wrong at any moment; the controller may be hit too."""
    chance = random.Random(seed)
    action = chance.choice(ACTIONS)
    layers = chance.choice((("hold",), ("relay",), ("hold", "relay"))) if action == "restore" else ()
    blows = [
        Blow(
            name,
            results=chance.randrange(RESULTS[action]),
            seconds=round(chance.uniform(0.0, LONGEST), 2),
            hours=chance.choice(SKEWS),
            room=chance.choice(ROOMS),
        )
        for name in chance.sample(tuple(FAULTS), chance.choice((1, 2)))
    ]
    hosts = tuple(sorted(chance.sample(HOSTS, 2)))
    return Scenario(seed, action, hosts, tuple(blows), layers, again=chance.random() < 0.5)
