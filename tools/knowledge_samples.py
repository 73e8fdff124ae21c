# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does each rule win its own samples, and none of its near-misses?"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._check import form_complaints
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    Document,
    KnowledgeError,
    YamlPath,
    read_with_lines,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Recogniser

Complaint = tuple[str, KnowledgeError]


class _Examples(t.NamedTuple):
    """The samples of one rule: in a file of their own (receivers), or beside the rule."""

    rule: str
    document: Document
    where: YamlPath
    matches: list[dict[str, t.Any]]
    near_misses: list[dict[str, t.Any]]
    near_key: str
    match_key: str


def complaints(
    root: Path, documents: t.Sequence[tuple[str, str, Document]], using: Recogniser
) -> t.Iterator[Complaint]:
    """Yield what is wrong with the samples; C(documents) are slug, kind and content of the files with rules."""
    for slug, kind, document in documents:
        for index, rule in enumerate(document.data.get("rules") or ()):
            name = f"{slug}/{rule['id']}"
            if kind == "receiver":
                yield from _of_file(slug, name, root / "receivers" / slug / "samples" / f"{rule['id']}.yml", using)
            elif not rule.get("samples"):
                yield slug, document.error(("rules", index), f"samples of {name} were expected")
            else:
                where: YamlPath = ("rules", index)
                examples = _Examples(
                    name, document, where, rule["samples"], rule.get("near_misses") or [], "near_misses", "samples"
                )
                yield from ((slug, error) for error in _wrong(examples, using))
        if kind == "receiver":
            yield from _orphans(root, slug, {rule["id"] for rule in document.data["rules"]})


def _of_file(slug: str, name: str, path: Path, using: Recogniser) -> t.Iterator[Complaint]:
    if not path.is_file():
        yield slug, KnowledgeError(path, None, f"samples of {name} were expected")
        return
    try:
        document = read_with_lines(path)
    except KnowledgeError as error:
        yield slug, error
        return
    wrong = list(form_complaints("samples", document))
    if not wrong:
        data = document.data
        wrong = list(
            _wrong(_Examples(name, document, (), data["match"], data["near_miss"], "near_miss", "match"), using)
        )
    yield from ((slug, error) for error in wrong)


def _orphans(root: Path, slug: str, ids: set[str]) -> t.Iterator[Complaint]:
    for path in sorted((root / "receivers" / slug / "samples").glob("*.yml")):
        if path.stem not in ids:
            yield slug, KnowledgeError(path, None, f"a rule {path.stem} of {slug} was expected")


def _wrong(examples: _Examples, using: Recogniser) -> t.Iterator[KnowledgeError]:
    for index, sample in enumerate(examples.matches):
        at = (*examples.where, examples.match_key, index)
        winner, _cause = _winner(sample, using)
        if winner != examples.rule:
            yield examples.document.error(at, f"the rule {examples.rule} was expected to win, not {winner}")
        if "ips" in sample and find_ips(sample["reply"]) != sample["ips"]:
            yield examples.document.error(
                at, f"the addresses {sample['ips']} were expected, not {find_ips(sample['reply'])}"
            )
    for index, sample in enumerate(examples.near_misses):
        at = (*examples.where, examples.near_key, index)
        winner, cause = _winner(sample, using)
        if winner == examples.rule:
            yield examples.document.error(at, f"another rule than {winner} was expected for this near-miss")
        elif sample.get("rule") not in (None, winner):
            yield examples.document.error(at, f"the rule {sample['rule']} was expected to win, not {winner}")
        elif sample.get("cause") not in (None, cause):
            yield examples.document.error(at, f"the cause {sample['cause']} was expected, not {cause} by {winner}")


def _winner(sample: dict[str, t.Any], using: Recogniser) -> tuple[str | None, str]:
    rule = using.recognise(
        sample["reply"], relay=sample.get("relay"), port=sample.get("port"), stage=sample.get("stage")
    ).rule
    return (rule.name, rule.cause) if rule else (None, "unclassified")
