# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the mail logs of inventory.example/ from its templates, with the stamps of the last hours.

The same instant gives the same bytes. Logs that are still fresh enough for the default window of 24 hours are left as
they are, so that a second run of the sample reads the very same lines.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import os
import random
import re
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "inventory.example"
LOGS = ROOT / ".cache" / "sample"

# The oldest line is eleven hours old when the logs are made, so all stay within the window until then.
FRESH_FOR = datetime.timedelta(hours=12)

# An inventory plugin leaves such files alone.
_TEMPLATE = ".log.txt"
_SETTING = re.compile(r"(file|stamps|rotated): (.+)")
_BLOCK = re.compile(r"\[(\d+) lines, (\d+) to (\d+) minutes ago\]")
_ROTATED = re.compile(r"(\S+), (\d+) minutes ago")


class Block(t.NamedTuple):
    """So many lines between two instants, in minutes ago; the templates take turns."""

    lines: int
    begin: int
    end: int
    templates: list[str]


class Story(t.NamedTuple):
    settings: dict[str, str]
    blocks: list[Block]


class Entry(t.NamedTuple):
    at: datetime.datetime
    text: str


def read_story(path: Path) -> Story:
    story = Story({}, [])
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        if setting := _SETTING.fullmatch(line):
            story.settings[setting[1]] = setting[2]
        elif block := _BLOCK.fullmatch(line):
            story.blocks.append(Block(int(block[1]), int(block[2]), int(block[3]), []))
        elif story.blocks:
            story.blocks[-1].templates.append(line)
        else:
            raise SystemExit(f"{path}:{number}: expected a setting, or [N lines, N to N minutes ago]")
    return story


def entries(story: Story, *, host: str, now: datetime.datetime) -> list[Entry]:
    chance = random.Random(host)  # noqa: S311 - no secret, the same lines each time
    made = [
        Entry(now - datetime.timedelta(minutes=chance.uniform(block.end, block.begin)), _fill(template, chance))
        for block in story.blocks
        for template in _taking_turns(block.templates, block.lines)
    ]
    return sorted(made)


def _taking_turns(templates: list[str], lines: int) -> t.Iterator[str]:
    return (templates[number % len(templates)] for number in range(lines))


def _fill(template: str, chance: random.Random) -> str:
    return template.format(
        pid=chance.randrange(1000, 32768),
        id=f"{chance.getrandbits(40):010X}",
        remote_id=f"{chance.getrandbits(44):011x}",
        name=f"recipient{chance.randrange(1, 200)}",
        size=chance.randrange(900, 90000),
        delay=f"{chance.uniform(1, 9000):.1f}",
    )


def rendered(entry: Entry, *, host: str, stamps: str) -> str:
    if stamps == "RFC 3164":
        return f"{entry.at:%b} {entry.at.day:>2} {entry.at:%H:%M:%S} {host} {entry.text}\n"
    return f"{entry.at.isoformat(timespec='microseconds')} {host} {entry.text}\n"


def write_logs(story: Story, *, host: str, folder: Path, now: datetime.datetime) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[Entry]] = {story.settings["file"]: entries(story, host=host, now=now)}
    if rotated := _ROTATED.fullmatch(story.settings.get("rotated", "")):
        turn = now - datetime.timedelta(minutes=int(rotated[2]))
        current = files[story.settings["file"]]
        files[rotated[1]] = [entry for entry in current if entry.at < turn]
        files[story.settings["file"]] = [entry for entry in current if entry.at >= turn]
    for name, lines in files.items():
        text = "".join(rendered(entry, host=host, stamps=story.settings["stamps"]) for entry in lines).encode()
        path = folder / name
        path.write_bytes(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
        os.utime(path, (lines[-1].at.timestamp(),) * 2)


def prepare(logs: Path, *, now: datetime.datetime, anew: bool = False) -> str:
    """Make the logs unless they are there and fresh; return what was done, for people."""
    made = logs / "made"
    if not anew and made.exists():
        age = now - datetime.datetime.fromisoformat(made.read_text(encoding="utf-8").strip())
        if datetime.timedelta() <= age < FRESH_FOR:
            return f"sample logs in {_shown(logs)}: kept, {int(age.total_seconds() / 60)} minutes old"
    for path in sorted(TEMPLATES.glob(f"*{_TEMPLATE}")):
        host = path.name.removesuffix(_TEMPLATE)
        write_logs(read_story(path), host=host, folder=logs / host, now=now)
    made.write_text(f"{now.isoformat()}\n", encoding="utf-8")
    return f"sample logs in {_shown(logs)}: made, of the last eleven hours"


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def main(arguments: t.Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=LOGS, help="the folder for the logs (default: %(default)s)")
    parser.add_argument("--now", type=datetime.datetime.fromisoformat, help="the end of the logs, RFC 3339 with offset")
    parser.add_argument("--anew", action="store_true", help="make them even if they are fresh")
    options = parser.parse_args(arguments)
    now = options.now or datetime.datetime.now().astimezone().replace(microsecond=0)
    print(prepare(options.into, now=now, anew=options.anew))
    return 0


if __name__ == "__main__":
    sys.exit(main())
