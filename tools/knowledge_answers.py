# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Are the wordings of answers right: known parties and sources, and does each sample say what it should?"""

from __future__ import annotations

import typing as t
from pathlib import Path

from knowledge_samples import Complaint

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    Document,
    KnowledgeError,
    read_with_lines,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _knowledge as replies
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse


def complaints(root: Path, known: Knowledge) -> t.Iterator[Complaint]:
    """Yield what is wrong with the files of wordings below a folder; samples are asked once all forms are right."""
    documents = []
    wrong: list[Complaint] = []
    generic = root / replies.GENERIC
    for path in [*(path for path in replies.files(root) if path != generic), generic]:
        try:
            document = read_with_lines(path)
            found = list(replies.complaints(document)) or list(_references(document, known))
        except KnowledgeError as error:
            found = [error]
        wrong += [(_slug(path), error) for error in found]
        documents.append(document)
    yield from wrong
    if not wrong:
        for document in documents:
            yield from ((_slug(document.path), error) for error in _samples(document))


def _slug(path: Path) -> str:
    return path.parent.name if path.stem == "replies" else path.stem


def _references(document: Document, known: Knowledge) -> t.Iterator[KnowledgeError]:
    parties = {**known.receivers, **known.blocklists}
    for index, slug in enumerate(document.data.get("parties") or ()):
        if slug not in parties:
            yield document.error(("parties", index), f"the slug of a receiver or operator was expected, not {slug!r}")
    sources = document.data.get("sources") or {}
    used = set()
    for index, entry in enumerate(document.data["verdicts"]):
        for key in entry.get("sources") or ():
            used.add(key)
            if key not in sources:
                yield document.error(
                    ("verdicts", index, "sources"), f"a key of the file's sources was expected, not {key!r}"
                )
    for key in sorted(set(sources) - used):
        yield document.error(("sources", key), "a verdict that rests on this source was expected")


def _samples(document: Document) -> t.Iterator[KnowledgeError]:
    wordings = replies.load()
    for index, entry in enumerate(document.data["verdicts"]):
        for name, is_expected in (("samples", True), ("near_misses", False)):
            for number, sample in enumerate(entry.get(name) or ()):
                found = sorted({each["verdict"] for each in parse(sample, wordings)["verdicts"]})
                if (entry["verdict"] in found) is not is_expected:
                    wanted = entry["verdict"] if is_expected else f"another verdict than {entry['verdict']}"
                    yield document.error(
                        ("verdicts", index, name, number), f"{wanted} was expected, not {', '.join(found) or 'none'}"
                    )
