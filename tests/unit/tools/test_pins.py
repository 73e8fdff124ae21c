# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is required is pinned, once for each Python: where this fails, run make pins."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ansible_collections.postmaster.delist.tools import pins


def lines(path):
    """The requirements of a file and of those that it includes."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            yield from lines(path.parent / line[3:])
        elif line and not line.startswith("#"):
            yield Requirement(line)


def holds(requirement, python):
    environment = {"python_version": python, "python_full_version": f"{python}.5"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def wrong(required, pinned, python):
    """The requirements that no pin, or not a single one, answers under this Python."""
    pins_of = {}
    for pin in pinned:
        if holds(pin, python):
            (exact,) = pin.specifier
            pins_of.setdefault(canonicalize_name(pin.name), []).append(exact.version)
    return [
        str(requirement)
        for requirement in required
        if holds(requirement, python)
        and (
            len(versions := pins_of.get(canonicalize_name(requirement.name), [])) != 1
            or not requirement.specifier.contains(versions[0], prereleases=True)
        )
    ]


def pythons(oldest):
    """From the oldest on to 3.14."""
    return [f"3.{minor}" for minor in range(int(oldest.partition(".")[2]), 15)]


@pytest.mark.parametrize(
    ("pinned", "python"), [(pinned, python) for pinned in pins.FILES for python in pythons(pinned.oldest)]
)
def test_each_requirement_is_pinned_once(pinned, python):
    required = [requirement for source in pinned.sources for requirement in lines(pins.ROOT / source)]
    assert required
    assert wrong(required, list(lines(pinned.path)), python) == []


@pytest.mark.parametrize("pin", ["x==1", "y==2", 'x==2; python_version < "3.9"', "x==2\nx==2.1"])
def test_checker_complains(pin):
    assert wrong([Requirement("X>=2")], map(Requirement, pin.splitlines()), "3.11") == ["X>=2"]


def test_every_pin_is_exact():
    for pinned in pins.FILES:
        assert [str(pin) for pin in lines(pinned.path) if {each.operator for each in pin.specifier} != {"=="}] == []


def test_users_are_given_ranges():
    assert [str(each) for each in lines(pins.ROOT / "requirements.txt") if "==" in str(each.specifier)] == []


def test_a_file_says_what_it_is(tmp_path):
    resolver = tmp_path / "resolver"
    resolver.write_text('#!/bin/sh\nfor file; do :; done\necho "got $*" > "$file"\n', encoding="utf-8")
    resolver.chmod(0o755)
    pinned = pins.Pinned(str(tmp_path / "x.txt"), "3.11", ("a.txt", "b.txt"))
    pins.write(pinned, resolver, "--upgrade")
    text = pinned.path.read_text(encoding="utf-8")
    assert text.startswith("# Copyright")
    assert "for Python 3.11 and later; of these: a.txt, b.txt." in text
    assert "--python-version 3.11" in text
    assert "--upgrade a.txt b.txt" in text
