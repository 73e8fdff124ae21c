# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a playbook of this checkout as `make` is asked to: tools/play.py incident | audit | follow-up | hold | explain.

incident, audit, follow-up: INVENTORY, LIMIT and SINCE of the environment; hold: INVENTORY, LIMIT, RUN, and CONFIRM=yes
to go beyond the plan; explain: standard input. All: LANGUAGE, and ARGS with any further options of ansible-playbook.
Ends with its code: 2 by policy, 1 where the tool failed (make knows only 2).
The sample incident has a DNS of its own while it runs; others ask the real one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAYBOOK = str(Path(".venv", "bin", "ansible-playbook"))
SAMPLE = ROOT / "inventory.example"
QUIET = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
    "ANSIBLE_DISPLAY_OK_HOSTS": "false",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
}
NOTHING_TO_HOLD = """\
The hosts of the sample are this machine, and they only have logs: there is no mail server whose mail could be held.
Name your own hosts. This shows the plan and changes nothing; CONFIRM=yes carries it out:
  make hold INVENTORY=hosts.yml LIMIT=mx1.example.jp ARGS="--become --ask-become-pass"
"""
PASTE_LIMIT = 1024 * 1024
PASTE_HINT = """\
Paste what the log or the bounce says, then press Ctrl-D on a line of its own. For example:
  550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; To request removal ...
"""


def language() -> str:
    """As gettext does: the first of the four that says anything; `ja_JP.UTF-8` and `ja:en` are Japanese.

    Nothing where it is only not Japanese: what the inventory says (report_language, ...) is not overruled by a locale.
    """
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "ja" if said.startswith("ja") else "en" if os.environ.get("LANGUAGE") else ""


def command(playbook: str, *options: str, **extra_vars: str) -> list[str]:
    given = {name: value for name, value in extra_vars.items() if value}
    further = shlex.split(os.environ.get("ARGS", ""))
    return [PLAYBOOK, f"postmaster.delist.{playbook}", *options, "-e", json.dumps(given), *further]


def over_fleet(playbook: str) -> int:
    inventory = os.environ.get("INVENTORY") or SAMPLE.name
    with surroundings(Path(inventory).resolve()) as further:
        asked = command(playbook, *hosts(inventory), since=os.environ.get("SINCE", ""), language=language(), **further)
        return subprocess.run(asked, check=False).returncode


def hold() -> int:
    inventory = os.environ.get("INVENTORY") or SAMPLE.name
    if is_sample(Path(inventory).resolve()):
        print(NOTHING_TO_HOLD, file=sys.stderr, end="")
        return 2
    given = {name: os.environ.get(name.upper(), "") for name in ("run", "confirm")}
    return subprocess.run(command("hold", *hosts(inventory), language=language(), **given), check=False).returncode


def hosts(inventory: str) -> list[str]:
    limit = os.environ.get("LIMIT")
    return ["-i", inventory, *(["-l", limit] if limit else [])]


def is_sample(inventory: Path) -> bool:
    return SAMPLE in (inventory, *inventory.parents)


@contextlib.contextmanager
def surroundings(inventory: Path) -> t.Iterator[dict[str, str]]:
    """What only the sample needs: logs of the last hours, and a DNS; gives the variables that tell of it."""
    if not is_sample(inventory):
        yield {}
        return
    import example_dns  # with dnspython, which only the sample wants here

    subprocess.run([sys.executable, "tools/prepare_sample.py"], check=True)
    with example_dns.serving(example_dns.read(SAMPLE / "dns.yml.txt")) as port:
        yield {"sample_dns_port": str(port)}


def explain() -> int:
    if sys.stdin.isatty():
        print(PASTE_HINT, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="delist-") as folder:  # 0700, and gone afterwards
        reply = Path(folder, "reply")
        reply.touch(mode=0o600)
        reply.write_bytes(sys.stdin.buffer.read(PASTE_LIMIT))
        done = subprocess.run(
            command("explain", "-i", "localhost,", reply_file=str(reply), language=language()),
            env=os.environ | QUIET,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode and (told := complaint(done.stdout)):
        print(told, file=sys.stderr)
        return done.returncode
    print(done.stderr, file=sys.stderr, end="")
    print(done.stdout if done.returncode else between_banners(done.stdout))
    return done.returncode


def between_banners(screen: str) -> str:
    """The playbook's own words, without Ansible's first line and its recap."""
    return screen.partition("***\n")[2].rpartition("\nPLAY RECAP ")[0].strip("\n")


def complaint(screen: str) -> str | None:
    """Why the playbook's one task failed, where that is all there is to tell."""
    found = re.search(r"^fatal: .* => (\{.*\})$", screen, re.MULTILINE)
    return json.loads(found[1])["msg"] if found else None


def main() -> int:
    plays: dict[str, t.Callable[[], int]] = {
        "incident": lambda: over_fleet("incident"),
        "audit": lambda: over_fleet("audit"),
        "follow-up": lambda: over_fleet("follow_up"),
        "hold": hold,
        "explain": explain,
    }
    os.chdir(ROOT)
    # The pasted text is removed however this ends.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        return plays[sys.argv[1]]()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
