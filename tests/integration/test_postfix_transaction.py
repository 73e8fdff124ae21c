# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong while a real Postfix is changed: it is as it was, runs, and the message says why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import private_postfix as private

pytestmark = pytest.mark.skipif(private.missing() is not None, reason=private.missing() or "")

COLLECTIONS = Path(__file__).resolve().parents[2] / ".collections"
# Applies a layer of parameters and one table, and says what came of it. `mail` is sent by the caller's own check.
APPLY = """
import json, subprocess, sys
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import *
given = json.load(sys.stdin)
postfix = Postfix(given["folder"])
def mail():
    if given["mail"]:
        subprocess.run(["sendmail", "-C", given["folder"], "a@gmail.com"], input=b"Subject: x\\n\\n", check=True)
    return []
layer = Layer(
    "hold",
    tuple(Parameter(*each) for each in given["parameters"]),
    files=(File("hold.regexp", b"#" * given["size"] + b"\\n"),),
)
try:
    apply(postfix, Plan.of(postfix, add=layer), verify=mail, watch_seconds=given["watch"])
    print(json.dumps({"msg": None}))
except PostfixError as error:
    print(json.dumps({"msg": str(error), "undone": getattr(error, "undone", None)}))
"""


@pytest.fixture
def change(space: private.Namespace, postfix: private.Instance) -> t.Callable[..., dict[str, t.Any]]:
    def run(*parameters: tuple[str, str], size: int = 10, watch: float = 0, mail: bool = False) -> dict[str, t.Any]:
        given = {
            "folder": str(postfix.folder),
            "parameters": parameters,
            "size": size,
            "watch": watch,
            "mail": mail,
        }
        environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
        done = space.run(sys.executable, "-c", APPLY, input=json.dumps(given), env=environment)
        return t.cast("dict[str, t.Any]", json.loads(done.stdout))

    return run


def is_running(postfix: private.Instance) -> bool:
    return postfix.space.run("postfix", "-c", str(postfix.folder), "status", check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("smtp_tls_security_level", "bogus", "fatal: Invalid TLS level"),
        ("smtp_destination_concurrency_limit", "abc", "fatal: bad numerical configuration"),
        ("transport_maps", "texthash:/nonexistent/table", "is unavailable"),
    ],
)
def test_what_postfix_cannot_work_with_is_undone(
    postfix: private.Instance, change: t.Callable[..., dict[str, t.Any]], name: str, value: str, fault: str
) -> None:
    """Each of these passes every check that Postfix offers beforehand."""
    before = postfix.files()
    done = change((name, value), watch=15, mail=True)
    assert done["undone"], done
    assert fault in done["msg"]
    assert postfix.files() == before
    assert is_running(postfix)


def test_a_parameter_that_does_not_exist(postfix: private.Instance, change: t.Callable[..., dict[str, t.Any]]) -> None:
    before = postfix.files()
    assert "unused parameter: smtp_delivery_status_filer" in change(("smtp_delivery_status_filer", "x"))["msg"]
    assert postfix.files() == before


def test_a_configuration_that_is_broken_before(
    postfix: private.Instance, change: t.Callable[..., dict[str, t.Any]]
) -> None:
    main = postfix.folder / "main.cf"
    main.write_text(f"{main.read_text()}this is no parameter\n")
    before = postfix.files()
    assert "cannot be used" in change(("default_verp_delimiters", "+="))["msg"]
    assert postfix.files() == before


def test_a_stopped_postfix(postfix: private.Instance, change: t.Callable[..., dict[str, t.Any]]) -> None:
    postfix.stop()
    before = postfix.files()
    assert "is not running" in change(("default_verp_delimiters", "+="))["msg"]
    assert postfix.files() == before


@pytest.mark.parametrize("size", [100, 40_000, 5_000_000])
def test_a_full_disk(postfix: private.Instance, change: t.Callable[..., dict[str, t.Any]], size: int) -> None:
    """The configuration on a file system of 64 KiB: it is full before, while or after our files are written."""
    folder = postfix.folder
    postfix.space.run(
        "sh", "-ec", f'cp -a "{folder}" "{folder}.full"; mount -t tmpfs -o size=64k,mode=755 tmpfs "{folder}"; '
        f'cp -a "{folder}.full/main.cf" "{folder}.full/master.cf" "{folder}"; '
        f'dd if=/dev/zero of="{folder}/rest" bs=4k count=$((11 - {size} / 40000 * 3)) 2>/dev/null || true',
    )  # fmt: skip
    look = f'cd "{folder}"; find . -printf "%p %m %s\\n" | sort; sha256sum main.cf master.cf'
    try:
        before = postfix.space.run("sh", "-c", look).stdout
        done = change(("default_verp_delimiters", "+="), size=size)
        assert done["msg"], "there was room"
        assert "No space left on device" in done["msg"]
        assert done["undone"] in (True, None)
        assert postfix.space.run("sh", "-c", look).stdout == before
    finally:
        postfix.space.run("umount", str(folder))


def test_a_file_that_cannot_be_changed(postfix: private.Instance, change: t.Callable[..., dict[str, t.Any]]) -> None:
    main = str(postfix.folder / "main.cf")
    if subprocess.run(["chattr", "+i", main], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no immutable files")
    try:
        before = postfix.files()
        done = change(("default_verp_delimiters", "+="))
        assert "main.cf cannot be written (Operation not permitted)" in done["msg"]
        assert done["undone"]
        assert postfix.files() == before
    finally:
        subprocess.run(["chattr", "-i", main], check=True)


def test_the_label_stays(postfix: private.Instance, change: t.Callable[..., dict[str, t.Any]]) -> None:
    main = postfix.folder / "main.cf"
    label = b"system_u:object_r:postfix_etc_t:s0\0"
    try:
        os.setxattr(main, "security.selinux", label)
    except OSError as error:
        pytest.skip(f"this file system has no labels ({error.strerror})")
    assert change(("default_verp_delimiters", "+="))["msg"] is None
    assert os.getxattr(main, "security.selinux") == label
