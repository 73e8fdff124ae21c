# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The world outside of the mail hosts, in one process: python -m ...tests.lab.world RUN."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab import plan
from ansible_collections.postmaster.delist.tests.lab.place import Place
from ansible_collections.postmaster.delist.tests.lab.world import dns, receivers, ses, smtp
from ansible_collections.postmaster.delist.tests.lab.world.control import Control, Ledger

RBLDNSD_PORT = 5353


def certificates(secrets: Path) -> dict[str, ssl.SSLContext]:
    contexts = {}
    for path in secrets.glob("*.crt"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, path.with_suffix(".key"))
        contexts[path.stem] = context
    return contexts


async def main(place: Place) -> None:
    hosts = [plan.Host(**host) for host in json.loads(place.plan.read_text(encoding="utf-8"))]
    names = dns.Names(plan.zone(hosts), Control(place.control, "dns"), plan.LISTS, RBLDNSD_PORT)
    await dns.serve(names, plan.DNS)
    known = certificates(place.secrets)
    for outside in plan.RECEIVERS:
        control, ledger = Control(place.control, outside.slug), Ledger(place.ledger, outside.slug)
        await smtp.serve(receivers.Receiver(outside.relay, control, ledger, known), outside.ip, 25)
    control, ledger = Control(place.control, plan.SES.slug), Ledger(place.ledger, plan.SES.slug)
    amazon = ses.Ses(plan.SES.relay, control, ledger, known)
    for port, wrapped in plan.SES_PORTS.items():
        await smtp.serve(amazon, plan.SES.ip, port, known["lab"] if wrapped else None)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Place(Path(sys.argv[1]))))
