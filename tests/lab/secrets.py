# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of one lab, made anew for each: a CA, the certificates of receivers, the controller's ssh key."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab import plan

NAMES = (plan.SES.relay, *(receiver.relay for receiver in plan.RECEIVERS))
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def make(folder: Path) -> None:
    """Write ca.pem, ssh.key and ssh.key.pub, and the pairs that receivers choose from.

    lab.crt: of all the real names, by our CA; unknown.crt: the same, by nobody; wrong_name.crt: by our CA, of another.
    """
    _certificate(folder, "ca", ("-subj", "/CN=Lab CA", "-addext", "basicConstraints=critical,CA:TRUE"))
    (folder / "ca.crt").rename(folder / "ca.pem")
    by_ca = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"))
    _certificate(folder, "lab", (*_of(NAMES), *by_ca))
    _certificate(folder, "unknown", _of(NAMES))
    _certificate(folder, "wrong_name", (*_of((f"other.{plan.DOMAIN}",)), *by_ca))
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(folder / "ssh.key"))


def _of(names: t.Sequence[str]) -> tuple[str, ...]:
    alternatives = ",".join(f"DNS:{name}" for name in names)
    return ("-subj", f"/CN={names[0]}", "-addext", f"subjectAltName={alternatives}")


def _certificate(folder: Path, name: str, options: tuple[str, ...]) -> None:
    into = ("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt"))
    _run("openssl", "req", "-x509", *KEY, "-days", "3650", *into, *options)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} fails: {done.stderr}")
