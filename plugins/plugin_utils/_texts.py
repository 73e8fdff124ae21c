# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The words of a screen in one language, from knowledge/texts/."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

LANGUAGES = ("en", "ja")


class Texts:
    """Says things in one language."""

    def __init__(self, language: str, *, file: str = "report") -> None:
        self.language = language
        self._texts = read(SHIPPED / "texts" / f"{file}.yml")["texts"]

    def say(self, *keys: str, **values: object) -> str:
        """The text under the keys, filled in; what is filled in is shown as one printable line."""
        text = self._texts
        for key in keys:
            text = text[key]
        return t.cast("str", text[self.language]).format(
            **{name: f"{value:,}" if isinstance(value, int) else plain(value) for name, value in values.items()}
        )

    def knows(self, name: str, key: str) -> bool:
        """Whether there is a text of this key among those of a name."""
        return key in self._texts[name]

    def cause(self, code: str | None) -> str:
        """Why the state of a listing is unknown."""
        return self.say("cause_of_unknown", code if code and self.knows("cause_of_unknown", code) else "other")

    def pick(self, both: t.Mapping[str, str] | None) -> str:
        """What something says of itself in this language, or in the other if it has but one."""
        return (both or {}).get(self.language) or (both or {}).get("en") or ""
