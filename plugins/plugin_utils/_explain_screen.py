# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A diagnosis on a terminal: who, what it means, whose turn, what to do now, how long, what not to do."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._text import fill, phrases
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns, plain, wrap

_WIDTH = 96
_INDENT = 2
_GAP = 2
_OTHERS = 3


def screen(diagnoses: t.Sequence[dict[str, t.Any]], language: str) -> list[str]:
    """Return the lines; nothing in them can move a cursor, whatever the reply holds."""
    lines: list[str] = []
    for number, diagnosis in enumerate(diagnoses):
        lines += [""] if number else []
        lines += wrap(plain(diagnosis["title"][language]), _WIDTH)
        lines += _rows(list(_facts(diagnosis)), language)
    return lines


def _facts(diagnosis: dict[str, t.Any]) -> t.Iterator[tuple[str, list[Text]]]:
    texts = phrases()
    reply = diagnosis["reply"]["text"]
    yield "reply", [{"en": reply, "ja": reply}]
    yield "means", [diagnosis["explanation"]]
    yield "turn", [texts["who_can_fix"][diagnosis["who_can_fix"]]]
    yield "now", _numbered(diagnosis["next_steps"])
    yield (
        "second",
        [
            fill(texts["remedies"]["second"], contact=way["to"] or way["url"])
            for way in diagnosis["remedy"]["alternatives"]
            if way["to"] or way["url"]
        ],
    )
    yield "how_long", [diagnosis["how_long"]]
    yield "avoid", [diagnosis["avoid"]]
    yield "doubt", [{"en": doubt["en"], "ja": doubt["ja"]} for doubt in diagnosis["doubts"]]
    yield "confidence", [texts["confidence"][diagnosis["confidence"]]]
    if diagnosis["also_matched"] and diagnosis["confidence"] != "high":
        others = ", ".join(diagnosis["also_matched"][:_OTHERS])
        yield "also", [fill(texts["remedies"]["also"], rule=", ".join(diagnosis["rules"]), others=others)]
    yield (
        "sources",
        [
            fill(texts["remedies"]["source"], url=source["url"], year=str(source["year"]))
            for source in diagnosis["sources"]
        ],
    )


def _numbered(steps: list[dict[str, t.Any]]) -> list[Text]:
    return [
        {language: f"{number}. {step[language]}" for language in ("en", "ja")} for number, step in enumerate(steps, 1)
    ]


def _rows(facts: list[tuple[str, list[Text]]], language: str) -> list[str]:
    labels = {name: phrases()["labels"][name][language] for name, texts in facts if texts}
    room = max(columns(label) for label in labels.values()) + _GAP
    lines = []
    for name, texts in facts:
        left = labels.get(name, "")
        for text in texts:
            for line in wrap(plain(text[language]), _WIDTH - _INDENT - room):
                lines.append(" " * _INDENT + left + " " * (room - columns(left)) + line)
                left = ""
    return lines
