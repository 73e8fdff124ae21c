# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab by hand: python -m ...tests.lab COMMAND.

setup | up [HOSTS] | down | in COMMAND... | on HOST COMMAND... | block RECEIVER HOST RULE | delist RECEIVER | status
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import typing as t

from ansible_collections.postmaster.delist.tests.lab import ability, handle, images, place, running, steering

NOT_POSSIBLE = 3


def setup() -> None:
    """Install what is missing on this machine, and build the base images."""
    ability.check()
    ability.install_programs()
    ability.check_parts()
    images.build_missing()


def up(number: str = "4") -> None:
    setup()
    here = place.Place(place.default_run())
    if running.supervisor(here):
        sys.exit(f"A lab runs in {here.run} already: `make lab-down` ends it.")
    shutil.rmtree(here.run, ignore_errors=True)
    running.start(here.run, int(number), tied=False)
    handle.Lab(here).world.reset()
    vault = here.run / "vault.yml"
    vault.write_text(
        json.dumps({"relay_user": steering.SES_USER, "relay_password": steering.SES_PASSWORD}), encoding="ascii"
    )
    print(f"The lab is up in {here.ready.read_text(encoding='ascii').strip()} s, in {here.run}. For example:")
    print(f"  make lab-in COMMAND='.venv/bin/ansible-playbook -i {here.inventory} postmaster.delist.incident'")
    print("  make lab-on HOST=mx1 COMMAND='postqueue -p'")
    print("  make lab-block RECEIVER=microsoft_365 HOST=mx1 RULE=fblw15   # and make lab-delist RECEIVER=microsoft_365")
    print(f"  ... postmaster.delist.relay -e relay_region=us-east-1 -e relay_ask_account=false -e @{vault}")
    print("  make lab-down")


def down() -> None:
    here = place.Place(place.default_run())
    running.stop(here)
    shutil.rmtree(here.run, ignore_errors=True)


def inside(*command: str) -> None:
    before = running.enter(place.Place(place.default_run()))
    os.execvp(before[0], [*before, *command])


def on(host: str, *command: str) -> None:
    before = running.enter_host(place.Place(place.default_run()), host)
    os.execvp(before[0], [*before, *command])


def block(receiver: str, host: str, rule: str) -> None:
    lab = handle.Lab(place.Place(place.default_run()))
    print(*lab.world.block(receiver, lab.hosts[host], rule=rule).values())


def delist(receiver: str) -> None:
    handle.Lab(place.Place(place.default_run())).world.delist(receiver)


def status() -> None:
    here = place.Place(place.default_run())
    pid = running.supervisor(here)
    print(f"up, process {pid}, {here.run}" if pid else "down")


COMMANDS: dict[str, t.Callable[..., None]] = {
    "setup": setup,
    "up": up,
    "down": down,
    "in": inside,
    "on": on,
    "block": block,
    "delist": delist,
    "status": status,
}


if __name__ == "__main__":
    try:
        COMMANDS[sys.argv[1]](*sys.argv[2:])
    except ability.NotPossibleError as reason:
        print(f"No lab on this machine: {reason}", file=sys.stderr)
        sys.exit(NOT_POSSIBLE)
