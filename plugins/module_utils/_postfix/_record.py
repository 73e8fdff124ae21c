# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What is applied on a host, in a file beside main.cf that only root reads, with the configuration as it was.

The folder lies in the configuration directory: the same instance, the same label, gone with the last layer. Nothing
outside of it is changed before the record says what is about to change.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import typing as t
from dataclasses import asdict, dataclass, field

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _files, _lock
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import Layer, Parameter, Service
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix

FILE = "record.json"
BACKUP = "backup"
MAIN, MASTER = "main.cf", "master.cf"


@dataclass(frozen=True)
class Applied:
    """A layer as recorded: without the content of its files (C(files) is name to SHA-256)."""

    layer: Layer
    files: dict[str, str]
    at: str = ""
    by: str = ""


@dataclass(frozen=True)
class Record:
    """C(base) and C(known) are by file: its bytes before us, and the SHA-256 of what we may have made of it."""

    base: dict[str, bytes]
    layers: tuple[Applied, ...] = ()
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pending: tuple[Applied, ...] | None = None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def load(postfix: Postfix) -> Record | None:
    """Return what is recorded.

    :raises PostfixError: there is a record that cannot be understood
    """
    path = postfix.own(FILE)
    try:
        source = _files.read(path)
        if source is None:
            return None
        data = json.loads(source)
        if data["schema"] != 1:
            raise PostfixError(f"{path} was written by a newer version of this collection: use that one to restore")
        return Record(
            base={name: _backup(postfix, name, digest) for name, digest in data["base"].items()},
            layers=tuple(map(_applied, data["layers"])),
            known={name: tuple(digests) for name, digests in data["known"].items()},
            pending=None if data["pending"] is None else tuple(map(_applied, data["pending"])),
        )
    except OSError as error:
        raise PostfixError(f"{error.filename or path} cannot be read ({error.strerror}): root was expected") from None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise PostfixError(
            f"{path} is damaged ({type(error).__name__}: {error}); "
            f"the configuration as it was before lies in {postfix.own(BACKUP)}"
        ) from None


def applied(postfix: Postfix) -> list[dict[str, t.Any]]:
    """Return what each layer is: C(name), C(at), C(by), C(settings)."""
    record = load(postfix)
    return [
        {"name": each.layer.name, "at": each.at, "by": each.by, "settings": each.layer.settings}
        for each in (record.layers if record else ())
    ]


def back_up(postfix: Postfix, record: Record) -> None:
    """Keep the base; what is kept already stays."""
    folder = postfix.own(BACKUP)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for name, data in record.base.items():
        path = os.path.join(folder, f"{name}.{sha256(data)}")
        if not os.path.exists(path):
            copy = _files.Replacement(path, data, mode=0o600)
            copy.prepare()
            copy.install()
            copy.finish()


def replacement(postfix: Postfix, record: Record, *, turn: int) -> _files.Replacement:
    """Return the record as a file to be written."""
    data = {
        "schema": 1,
        "base": {name: sha256(content) for name, content in record.base.items()},
        "layers": [_data(each) for each in record.layers],
        "known": record.known,
        "pending": None if record.pending is None else [_data(each) for each in record.pending],
    }
    return _files.Replacement(postfix.own(FILE), (json.dumps(data, indent=1) + "\n").encode(), mode=0o600, turn=turn)


def discard(postfix: Postfix) -> None:
    """Remove the record and what belongs to it.

    The record goes first: one whose backup is gone could be read by nobody, and would stop every later run.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(postfix.own(FILE))
    shutil.rmtree(postfix.own(BACKUP), ignore_errors=True)
    _files.sweep(postfix.own_directory)


def has_rests(postfix: Postfix) -> bool:
    """Tell whether a run was killed before its record, or after: then only our own folder is left."""
    try:
        names = os.listdir(postfix.own_directory)
    except FileNotFoundError:
        return False
    return any(name == BACKUP or name.startswith(".") or name == _lock.NOTE for name in names) or not names


def others(postfix: Postfix, ours: t.Collection[str]) -> list[str]:
    """Return the names in our folder that are not ours."""
    try:
        names = os.listdir(postfix.own_directory)
    except FileNotFoundError:
        return []
    known = {FILE, BACKUP, _lock.NOTE, *ours}
    return sorted(name for name in names if name not in known and not name.startswith("."))


def _backup(postfix: Postfix, name: str, digest: str) -> bytes:
    path = os.path.join(postfix.own(BACKUP), f"{name}.{digest}")
    data = _files.read(path)
    if data is None or sha256(data) != digest:
        raise PostfixError(f"{path} is missing or damaged: the saved {name} was expected there")
    return data


def _data(each: Applied) -> dict[str, t.Any]:
    layer = each.layer
    return {
        "name": layer.name,
        "at": each.at,
        "by": each.by,
        "settings": layer.settings,
        "parameters": [asdict(parameter) for parameter in layer.parameters],
        "services": [asdict(service) for service in layer.services],
        "files": each.files,
    }


def _applied(data: dict[str, t.Any]) -> Applied:
    layer = Layer(
        name=data["name"],
        parameters=tuple(Parameter(**each) for each in data["parameters"]),
        services=tuple(Service(**each) for each in data["services"]),
        settings=data["settings"],
    )
    return Applied(layer, dict(data["files"]), data["at"], data["by"])
