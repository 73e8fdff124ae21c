# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The folder of a run: its name, what it says about itself, and the pointer to the newest one."""

from __future__ import annotations

import datetime
import json
import os
import re
import typing as t
from pathlib import Path

ABOUT = "run.json"
LATEST = "latest"
SUMMARY = "summary.json"
LINT_FACTS = "lint_facts.json"

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_OWNER_ONLY = 0o700
# Somebody may show a result in a terminal: C1 controls, what is invisible or changes direction, halves of a pair.
_INVISIBLE = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


class RunFolderError(Exception):
    """The folder of a run cannot be had as asked."""


def open_run(parent: Path, *, hosts: t.Sequence[str], started_at: datetime.datetime, run_id: str | None = None) -> Path:
    """Make the folder of a run below C(parent), or go on in the named one, and note when and for whom it began."""
    folder = _named(parent, run_id) if run_id else _new(parent, started_at)
    about = {
        "schema": 1,
        "run_id": folder.name,
        "started_at": started_at.isoformat(timespec="seconds"),
        "hosts": list(hosts),
    }
    # Whoever finds a summary finds that of a run that has ended, not of an earlier one of the same name.
    for name in (SUMMARY, LINT_FACTS):
        (folder / name).unlink(missing_ok=True)
    write_json(folder / ABOUT, about)
    _point_latest_at(folder)
    return folder


def about(folder: Path) -> dict[str, t.Any]:
    """What the folder says about its run."""
    try:
        return t.cast("dict[str, t.Any]", json.loads((folder / ABOUT).read_text(encoding="utf-8")))
    except (OSError, ValueError) as exc:
        raise RunFolderError(f"{folder} is not the folder of a run: its {ABOUT} cannot be read ({exc})") from exc


def is_run_id(name: str) -> bool:
    """Tell whether a run may be called so."""
    return bool(_RUN_ID.fullmatch(name)) and name != LATEST


def json_text(data: object, *, indent: int | None = None) -> str:
    """Return JSON that a terminal can show: letters of all languages as they are, what cannot be seen escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def write_json(path: Path, data: object) -> None:
    """Write a result of the run, whole or not at all."""
    write_text(path, json_text(data, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """The same for a text."""
    write_pieces(path, (text,))


def write_pieces(path: Path, pieces: t.Iterable[str | bytes]) -> None:
    """The same for a text that is too long to be held; bytes are UTF-8. Half a surrogate pair becomes a ?."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as file:
        file.writelines(piece.encode(errors="replace") if isinstance(piece, str) else piece for piece in pieces)
    unfinished.replace(path)


def _named(parent: Path, run_id: str) -> Path:
    if not is_run_id(run_id):
        raise RunFolderError(
            f"{run_id!r} cannot name a run: at most 64 of A-Z a-z 0-9 . _ -, the first a letter or digit"
        )
    folder = parent / run_id
    _make(folder, exist_ok=True)
    return folder


def _new(parent: Path, started_at: datetime.datetime) -> Path:
    stamp = started_at.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 100):
        folder = parent / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            _make(folder, exist_ok=False)
        except FileExistsError:
            continue
        return folder
    raise RunFolderError(f"{parent} holds too many runs of the same second ({stamp})")


def _make(folder: Path, *, exist_ok: bool) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_OWNER_ONLY, exist_ok=exist_ok)
    except FileExistsError:
        if exist_ok or not folder.is_dir():
            raise RunFolderError(f"{folder} is in the way: a folder is needed there") from None
        raise
    except OSError as exc:
        raise RunFolderError(
            f"The run needs a folder {folder} and cannot make it ({exc.strerror}): start it where you may write"
        ) from exc


def _point_latest_at(folder: Path) -> None:
    """A convenience: where something else has that name, or links are not to be had, there is none."""
    link = folder.parent / LATEST
    if link.exists() and not link.is_symlink():
        return
    fresh = folder.parent / f".{LATEST}.{folder.name}"
    try:
        fresh.unlink(missing_ok=True)
        os.symlink(folder.name, fresh)
        fresh.replace(link)
    except OSError:
        pass
