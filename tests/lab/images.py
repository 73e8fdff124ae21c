# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base images: a Debian that a mail host's root is laid upon, built once by mmdebstrap into the cache.

The archive is the one that this machine's apt is configured with, or LAB_MIRROR.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab import place
from ansible_collections.postmaster.delist.tests.lab.ability import NotPossibleError

HOST = (
    "postfix",
    "libsasl2-modules",
    "openssh-server",
    "python3",
    "iproute2",
    "ca-certificates",
    "tzdata",
    "libfaketime",
)
PATIENCE = 900  # seconds for one image; a minute is usual
LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What makes an image; another recipe makes another folder."""

    suite: str
    packages: tuple[str, ...]

    @property
    def folder(self) -> Path:
        digest = hashlib.sha256(json.dumps([self.suite, self.packages, LEFT_OUT]).encode()).hexdigest()[:8]
        return place.cache() / "images" / f"{self.suite}-{digest}"


RECIPES = {
    "bookworm": Recipe("bookworm", (*HOST, "rsyslog", "rbldnsd")),
    "trixie": Recipe("trixie", (*HOST, "systemd-sysv", "dbus", "libpam-systemd")),
}


def missing() -> list[str]:
    return [name for name, recipe in RECIPES.items() if not recipe.folder.is_dir()]


def build_missing() -> None:
    """Build what is not there, side by side; a build by someone else is waited for."""
    root = place.cache() / "images"
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if names := missing():
            mirror = _mirror()
            with ThreadPoolExecutor() as pool:
                list(pool.map(lambda name: _build(RECIPES[name], mirror), names))


def _build(recipe: Recipe, mirror: str) -> None:
    # The final name appears only when all went well.
    unfinished = recipe.folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    print(f"Building {recipe.folder} from {mirror}: about a minute", file=sys.stderr, flush=True)
    command = [
        "mmdebstrap",
        "--quiet",
        "--mode=root",
        "--variant=minbase",
        '--aptopt=Acquire::Languages "none"',
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude={glob}" for glob in LEFT_OUT),
        f"--include={','.join(recipe.packages)}",
        recipe.suite,
        str(unfinished),
        mirror,
    ]
    proxy = _proxy()
    env = os.environ | ({"http_proxy": proxy} if proxy else {})
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise RuntimeError(f"mmdebstrap cannot build {recipe.suite} from {mirror}:\n{done.stdout}{done.stderr}")
    unfinished.rename(recipe.folder)


def _mirror() -> str:
    """The first Debian archive that apt knows and that answers."""
    proxy = _proxy()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy} if proxy else None))
    sites = [os.environ["LAB_MIRROR"]] if os.environ.get("LAB_MIRROR") else _sites()
    complaints = []
    for site in sites:
        address = f"{site.rstrip('/')}/dists/{RECIPES['bookworm'].suite}/InRelease"
        try:
            with opener.open(address, timeout=20):
                return site.rstrip("/")
        except (OSError, ValueError) as error:
            complaints.append(f"{address}: {error}")
    told = "; ".join(complaints) or "apt on this machine knows none"
    raise NotPossibleError(f"no Debian archive answers ({told}): name one, LAB_MIRROR=URL")


def _sites() -> list[str]:
    command = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Origin: Debian"]
    listed = subprocess.run([*command, "Label: Debian"], capture_output=True, text=True, check=False)
    return list(dict.fromkeys(listed.stdout.split()))


def _proxy() -> str | None:
    """The proxy that apt uses; mmdebstrap reads none of apt's settings but takes the environment's."""
    said = subprocess.run(
        ["apt-config", "shell", "proxy", "Acquire::http::Proxy"], capture_output=True, text=True, check=False
    ).stdout.partition("=")[2]
    proxy = os.environ.get("http_proxy") or said.strip().strip("'")
    return proxy if proxy and proxy != "DIRECT" else None
