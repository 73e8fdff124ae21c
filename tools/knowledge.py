#!/usr/bin/env python3
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check knowledge/ (make knowledge)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".collections"))

from ansible_collections.postmaster.delist.plugins.plugin_utils import _knowledge as knowledge  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils import _knowledge_check as check  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import (  # noqa: E402
    KnowledgeError,
    read_with_lines,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="SLUG", help="check only these files")
    wanted = set(parser.parse_args().only)
    root = ROOT / "knowledge"
    complaints = []
    found: dict[str, dict] = {"causes": {}, "receiver": {}, "blocklist": {}, "generic": {}}
    documents = []
    for kind, path in knowledge.files(root):
        slug = knowledge._slug(kind, path)
        try:
            document = read_with_lines(path)
        except KnowledgeError as error:
            complaints.append((slug, error))
            continue
        wrong = list(check.form_complaints(kind, document))
        complaints += [(slug, error) for error in wrong]
        if not wrong:
            found[kind][slug] = document.data
            documents.append((slug, kind, document))
    for slug, _kind, document in documents:
        if document.data.get("slug", slug) != slug:
            complaints.append(
                (slug, document.error(("slug",), f"the name of the folder or file, {slug!r}, was expected"))
            )
        complaints += [(slug, error) for error in check.reference_complaints(document, document.data, found)]
    for path in sorted(root.glob("receivers/*/samples/*.yml")):
        slug = path.parents[1].name
        try:
            document = read_with_lines(path)
            complaints += [(slug, error) for error in check.form_complaints("samples", document)]
        except KnowledgeError as error:
            complaints.append((slug, error))
    complaints = [error for slug, error in complaints if not wanted or slug in wanted]
    for error in complaints:
        print(error)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
