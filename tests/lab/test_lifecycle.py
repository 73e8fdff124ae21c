# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab dies whole, however it ends, and labs do not meet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab import ability, running
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.place import Place

FreshLab = t.Callable[[int], Lab]


def namespaces(lab: Lab) -> set[str]:
    """The network namespaces of a lab, its own and those of its hosts."""
    return set(lab.inside("sh", "-c", "readlink /proc/[0-9]*/ns/net || :").split())


def remains(lab: Lab, spaces: set[str]) -> list[str]:
    """What the machine still has of a lab: processes in its namespaces, mounts, cgroups."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (
                os.readlink(process / "ns" / "net") in spaces
                or str(lab.place.run) in (process / "mountinfo").read_text()
            ):
                found.append(f"{process} {(process / 'cmdline').read_text()}")
        except OSError:
            continue
    cgroups = ability.cgroup2()
    return found + [str(folder) for folder in (cgroups.glob(f"{lab.place.mark}-*") if cgroups else ())]


def gone(lab: Lab, spaces: set[str]) -> None:
    lab.wait(lambda: not remains(lab, spaces), f"still there: {remains(lab, spaces)}", patience=5)


@pytest.mark.parametrize("which", [pytest.param("outermost", marks=pytest.mark.smoke), "process 1"])
def test_nothing_is_left_of_a_killed_lab(fresh_lab: FreshLab, which):
    lab = fresh_lab(4)
    spaces = namespaces(lab)
    assert len(spaces) == 5
    assert remains(lab, spaces)
    outermost = running.supervisor(lab.place)
    assert outermost is not None
    inner = Path(f"/proc/{outermost}/task/{outermost}/children").read_text().split()[0]
    os.kill(outermost if which == "outermost" else int(inner), signal.SIGKILL)
    gone(lab, spaces)


@pytest.mark.usefixtures("start_lab")
def test_a_lab_ends_with_the_tests_that_started_it(tmp_path: Path):
    program = (
        "import sys, time; from pathlib import Path\n"
        f"from {running.PACKAGE} import running\n"
        "running.start(Path(sys.argv[1]), 1, tied=True); print('up', flush=True); time.sleep(60)\n"
    )
    run = tmp_path / "lab"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(run)], stdout=subprocess.PIPE, text=True, env=running.environment()
    ) as tests:
        assert tests.stdout is not None
        assert tests.stdout.readline() == "up\n"
        lab = Lab(Place(run))
        spaces = namespaces(lab)
        tests.kill()
    gone(lab, spaces)


def test_two_labs_do_not_meet(fresh_lab: FreshLab, tmp_path: Path):
    one, other = fresh_lab(1), fresh_lab(1)
    one.world.block("gmail", one.hosts["mx1"], reply="550 5.7.1 [{ip}] not you")
    sent, refused = other.mail.send(other.hosts["mx1"], "a@gmail.com"), one.mail.send(one.hosts["mx1"], "a@gmail.com")
    for lab in (one, other):
        lab.mail.settle()
    assert "status=sent" in other.mail.outcome(sent, "a@gmail.com")
    assert "status=bounced" in one.mail.outcome(refused, "a@gmail.com")
    for number, lab in enumerate((one, other)):
        lab.on(lab.hosts["mx1"], "touch", f"/root/lab{number}")
        folder = tmp_path / str(number)
        folder.mkdir()
        run = lab.run_tasks([{"name": "Look", "ansible.builtin.command": "ls /root"}], cwd=folder)
        assert f"lab{number}" in run.of("Look", "mx1").data["stdout"]
        assert f"lab{1 - number}" not in run.of("Look", "mx1").data["stdout"]
