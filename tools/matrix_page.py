# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of the cells of the matrix, as docs/compatibility.md."""

from __future__ import annotations

import dataclasses
import typing as t
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PAGE = """\
<!--
Copyright (c) 2026, postmaster.delist contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Compatibility

Written by `make matrix` on {day}; a cell is here only if it ran, or says why it did not. `passed + skipped` are tests.

## Controllers

The unit tests of all plugins, then by `ansible-playbook` the sample's incident (twice, and in check mode) and audit, a
case of the ledger, and a block list asked. Of what `requirements.txt` allows, the packages are the newest, the oldest,
or the newest with dnspython and SQLAlchemy of the oldest line (mixed).

{controllers}

## Python of mail hosts

The unit tests of what runs there with dnspython 2.3.0, then the sample's incident with this Python as the hosts' own.

{hosts}

## Postfix

Real mail is refused, found, held, relayed through Amazon SES and let go again, and every host put back, in the
[fleet lab](../tests/lab/README.md).

{postfix}

## Not tried

{missing}
"""


@dataclasses.dataclass(frozen=True)
class Counts:
    """Of one pytest run; `none` where it did not come to its end."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0

    def __str__(self) -> str:
        if not (self.passed or self.skipped or self.failed):
            return "-"
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.passed} + {self.skipped}{failed}"


@dataclasses.dataclass(frozen=True)
class Row:
    """One cell: its columns, its pytest runs, and how it ended."""

    columns: tuple[str, ...]
    runs: tuple[Counts, ...]
    outcome: str


def counts(junit: Path) -> Counts:
    """What a JUnit file of pytest tells; nothing where there is none."""
    try:
        suites = list(ElementTree.parse(junit).getroot().iter("testsuite"))  # noqa: S314  our own pytest wrote it
    except (OSError, ElementTree.ParseError):
        return Counts()
    total = {
        name: sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "skipped", "failures", "errors")
    }
    failed = total["failures"] + total["errors"]
    return Counts(total["tests"] - total["skipped"] - failed, total["skipped"], failed)


def table(heads: t.Sequence[str], rows: t.Iterable[Row]) -> str:
    lines = [heads, ["---"] * len(heads)]
    lines += [[*row.columns, *map(str, row.runs), row.outcome] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(day: str, controllers: list[Row], hosts: list[Row], postfix: list[Row], missing: list[str]) -> str:
    return PAGE.format(
        day=day,
        controllers=table(
            ("Python", "ansible-core", "dnspython", "SQLAlchemy", "packages", "unit", "integration", "outcome"),
            controllers,
        ),
        hosts=table(("Python of the host", "from", "unit", "integration", "outcome"), hosts),
        postfix=table(("Postfix", "Debian", "hosts", "tests", "outcome"), postfix),
        missing="\n".join(f"- {what}" for what in missing) or "Nothing: all that is supported was found.",
    )
