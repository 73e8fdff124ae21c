# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks knowledge/: the form of its files, what they refer to, their patterns and templates, and all samples."""

from __future__ import annotations

import argparse
import datetime
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".collections"))

import knowledge_answers  # noqa: E402
import knowledge_pages  # noqa: E402
import knowledge_requests  # noqa: E402
import knowledge_samples  # noqa: E402

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _knowledge as knowledge  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (  # noqa: E402
    Document,
    KnowledgeError,
    read_with_lines,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Recogniser  # noqa: E402

# Facts that nobody has looked at for so long may have changed.
OLD_AFTER = datetime.timedelta(days=548)
# Files of their own kind, and their schemas.
OTHER_FILES = {
    "cases.yml": "cases",
    "delivery.yml": "delivery",
    "lint.yml": "lint",
    "sender_dns.yml": "sender_dns",
    "texts/audit.yml": "texts",
    "texts/cases.yml": "texts",
    "texts/findings.yml": "finding_texts",
    "texts/report.yml": "texts",
    "request/refusals.yml": "texts",
}
PAGE = ROOT / "docs" / "receivers.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="SLUG", help="show complaints about these only")
    parser.add_argument("--check", action="store_true", help="write nothing: complain when the page is not current")
    options = parser.parse_args()
    documents, complaints = read_all()
    complaints += references(documents)
    if not complaints:
        known = knowledge.load()
        root = ROOT / "knowledge"
        complaints += knowledge_samples.complaints(root, documents, Recogniser(known))
        complaints += knowledge_answers.complaints(root, known)
        complaints += knowledge_requests.complaints(root, known)
        complaints += other_files(root)
        if not options.only:
            complaints += render(known, write=not options.check)
            print(", ".join(f"{number} {what}" for what, number in knowledge_pages.counts(known).items()))
            forms = [(document.path.parent.name, "form", document) for document in knowledge_requests.documents(root)]
            for line in old_facts([*documents, *forms], datetime.date.today()):
                print(line)
    for slug, error in complaints:
        if not options.only or slug in options.only:
            print(str(error).removeprefix(f"{ROOT}/"))
    return 1 if complaints else 0


def render(known: knowledge.Knowledge, *, write: bool) -> t.Iterator[knowledge_samples.Complaint]:
    page = knowledge_pages.receivers_page(known)
    if write:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        yield "", KnowledgeError(PAGE, None, "the page of the present knowledge was expected: make knowledge")


def old_facts(documents: list[tuple[str, str, Document]], today: datetime.date) -> t.Iterator[str]:
    """Yield which facts want another look at their source."""
    for slug, _kind, document in documents:
        named = {("channels", key): channel for key, channel in (document.data.get("channels") or {}).items()}
        for name, key in (("rules", "id"), ("lists", "slug"), ("zones", "zone")):
            named.update({(name, item[key]): item for item in document.data.get(name) or ()})
        for form in document.data.get("forms") or ():
            if "verified_on" in form:
                named[("forms", (form.get("pages") or [form["channel"]])[0])] = form
        for (name, key), fact in named.items():
            if today - datetime.date.fromisoformat(fact["verified_on"]) > OLD_AFTER:
                yield f"old: {slug} {name} {key}, last looked at on {fact['verified_on']}"


def other_files(root: Path) -> t.Iterator[knowledge_samples.Complaint]:
    """Yield what is wrong with the form of the files that hold no rules."""
    for name, kind in OTHER_FILES.items():
        try:
            yield from ((kind, error) for error in check.form_complaints(kind, read_with_lines(root / name)))
        except KnowledgeError as error:
            yield kind, error


def read_all() -> tuple[list[tuple[str, str, Document]], list[knowledge_samples.Complaint]]:
    """Return slug, kind and content of all well-formed files, and the complaints about the others."""
    documents = []
    complaints = []
    for kind, path in knowledge.files(ROOT / "knowledge"):
        slug = knowledge.slug_of(kind, path)
        try:
            document = read_with_lines(path)
        except KnowledgeError as error:
            complaints.append((slug, error))
            continue
        wrong = list(check.form_complaints(kind, document))
        complaints += [(slug, error) for error in wrong]
        if not wrong:
            documents.append((slug, kind, document))
    return documents, complaints


def references(documents: list[tuple[str, str, Document]]) -> t.Iterator[knowledge_samples.Complaint]:
    found: check.Found = {"causes": {}, "receiver": {}, "blocklist": {}, "generic": {}}
    seen: dict[str, Path] = {}
    for slug, kind, document in documents:
        found[kind][slug] = document.data
        if slug in seen:
            yield slug, document.error(("slug",), f"a slug that {seen[slug]} does not have was expected")
        seen[slug] = document.path
        if document.data.get("slug", slug) != slug:
            yield slug, document.error(("slug",), f"the name of the folder or file, {slug!r}, was expected")
    for slug, _kind, document in documents:
        for error in check.reference_complaints(document, document.data, found):
            yield slug, error


if __name__ == "__main__":
    sys.exit(main())
