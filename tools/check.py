# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make lint`, `make test` and `make nightly` run: tools/check.py lint | test | nightly."""

from __future__ import annotations

import sys

import interpreters
import venvs
from interpreters import Version
from runner import BIN, ROOT, Part, run, show

HOST_PYTHONS: list[Version] = [(3, minor) for minor in range(8, 15)]
OURS: Version = sys.version_info[:2]
COLLECTION = ".collections/ansible_collections/postmaster/delist"


def lint_parts() -> list[Part]:
    docs = ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--skip-rstcheck", COLLECTION]
    return [
        Part("ansible-lint", [["ansible-lint", "--offline", "--strict", "-q"]]),
        Part("mypy", [["mypy", f"{COLLECTION}/plugins", "tools"]]),
        Part("antsibull-docs", [docs]),
        Part("yamllint", [["yamllint", "--strict", "."]]),
        Part("ruff check", [["ruff", "check", "."]]),
        Part("ruff format", [["ruff", "format", "--check", "."]]),
        Part("antsibull-changelog", [["antsibull-changelog", "lint"]]),
    ]


def sanity_part(*options: str) -> Part:
    return Part("ansible-test sanity", [[str(BIN / "python"), "tools/sanity.py", *options]])


def newest_parts(found: dict[Version, str]) -> list[Part]:
    """The unit tests on the newest ansible-core: it wants a newer Python than the oldest that we support."""
    version = max(found, default=OURS)
    if version <= OURS:
        return []
    venv = ROOT / ".venv-newest"
    name = "unit tests on the newest ansible-core, Python {}.{}".format(*version)
    install = venvs.pinned(venv, found[version], venvs.CONTROLLER_PINS, "requirements.txt", "tests/requirements.txt")
    return [Part(name, [*install, venvs.pytest(venv, "tests/unit")])]


def host_parts(found: dict[Version, str]) -> list[Part]:
    """The unit tests of what runs on mail hosts, under each Python that a mail host may have."""
    parts = []
    for version, python in found.items():
        if version != OURS:
            number = "{}.{}".format(*version)
            venv = ROOT / ".cache" / "hosts" / number
            install = venvs.pinned(
                venv, python, venvs.HOST_PINS, "tests/requirements.txt", "tests/requirements-oldest.txt"
            )
            tests = venvs.pytest(venv, "tests/unit/plugins/module_utils")
            parts.append(Part(f"module_utils on Python {number} with the oldest dnspython", [*install, tests]))
    return parts


def main_part() -> Part:
    return Part("pytest", [venvs.pytest(ROOT / ".venv", "-n", "auto")])


def lint() -> int:
    failed = run(lint_parts())
    _show_failed(failed)
    return len(failed)


def test() -> int:
    """All in its short form; what is printed ends with the closing line of the main pytest run.

    Of the Pythons of mail hosts the oldest and the newest are tried: what lies between them is for the night.
    """
    found = interpreters.find(HOST_PYTHONS)
    ends = {version: found[version] for version in {min(found, default=OURS), max(found, default=OURS)} & found.keys()}
    main = main_part()
    sanity = sanity_part("--shipped")
    others = [*newest_parts(found), *host_parts(ends), *lint_parts()]
    failed = run([sanity, main, *others])
    _show_failed([part for part in failed if part is not main])
    print("\nRan:", ", ".join(part.name for part in (sanity, *others)))
    print("And the unit, integration and fuzz tests, on Python {}.{}:".format(*OURS))
    show(main)
    return len(failed)


def nightly() -> int:
    """Every test in its long form, and every Python that a mail host may have."""
    found = interpreters.find(HOST_PYTHONS)
    part = Part("pytest, long", [venvs.pytest(ROOT / ".venv", "-n", "auto", "-m", "")], {"HYPOTHESIS_PROFILE": "long"})
    others = [sanity_part(), *newest_parts(found), *host_parts(found)]
    failed = run([part, *others])
    _show_failed([each for each in failed if each is not part])
    print("\nRan:", ", ".join(each.name for each in others))
    if missing := ["{}.{}".format(*version) for version in HOST_PYTHONS if version not in found]:
        print("Not on this machine, so not tried: Python", ", ".join(missing))
    show(part)
    return len(failed)


def _show_failed(failed: list[Part]) -> None:
    for part in failed:
        print(f"\n--- {part.name}", flush=True)
        show(part)
    if failed:
        print("\nFAILED:", ", ".join(part.name for part in failed), flush=True)


if __name__ == "__main__":
    sys.exit(min({"lint": lint, "test": test, "nightly": nightly}[sys.argv[1]](), 1))
