# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host's programs as tests see them: what the real ones answered once, word for word."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Missing, Programs, Unusable

# postconf -x NAMES of Debian's Postfix 3.7 as installed.
DEBIAN = """\
bounce_queue_lifetime = 5d
config_directory = /etc/postfix
daemon_directory = /usr/lib/postfix/sbin
inet_interfaces = all
inet_protocols = all
mail_owner = postfix
maillog_file =
maximal_queue_lifetime = 5d
multi_instance_directories =
myhostname = mx1.example.jp
proxy_interfaces =
relayhost =
smtp_bind_address =
smtp_bind_address6 =
syslog_name = postfix
"""
# ip -o addr show
INTERFACES = """\
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
2: eth0    inet 203.0.113.7/24 brd 203.0.113.255 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 2001:db8::7/64 scope global \\       valid_lft forever preferred_lft forever
2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\       valid_lft forever
"""


def postfix(**changed: str) -> str:
    """The answer of postconf with some parameters set otherwise."""
    return "".join(
        f"{name} = {changed.get(name, value)}\n" for name, value in (line.split(" =") for line in DEBIAN.splitlines())
    )


class Recorded(Programs):
    """Programs by name; an answer is what is written, why it fails, or a function of the arguments with these."""

    def __init__(self, **answers: t.Any) -> None:
        self._answers = answers
        self.asked: list[tuple[str, ...]] = []

    def find(self, name: str) -> str:
        if name not in self._answers:
            raise Missing(f"there is no program {name} on this host")
        return f"/usr/sbin/{name}"

    def output(self, name: str, *arguments: str) -> str:
        self.find(name)
        self.asked.append((name, *arguments))
        answer = self._answers[name]
        answer = answer(arguments) if callable(answer) else answer
        if isinstance(answer, Unusable):
            raise answer
        return str(answer)

    def lines(self, name: str, *arguments: str, seconds: float | None = None) -> t.Iterator[bytes]:
        yield from self.output(name, *arguments).encode().splitlines(keepends=True)


def postconf(main: str, services: str = "") -> t.Callable[[tuple[str, ...]], str]:
    """A postconf with one instance."""
    return lambda arguments: services if "-P" in arguments else main
