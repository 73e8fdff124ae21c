# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knowledge as tests need it: one receiver, one list, a few rules, and files of them for a site's own folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Recogniser

CHECKED = {"sources": ["s"], "confidence": "high", "verified_on": "2026-11-24"}
SOURCES = {"s": {"url": "https://www.example.org/", "year": 2026, "title": "Example"}}
TEXT = {"en": "English.", "ja": "日本語。"}


def rule(identifier: str = "blocked", *, tokens: tuple[str, ...] = ("XYZ1",), **fields: Any) -> dict[str, Any]:
    match = {"tokens": list(tokens), **fields.pop("match", {})}
    return {
        "id": identifier,
        "match": match,
        "cause": "ip_blocklisted_receiver",
        "scope": "ip",
        "subject": {"kind": "ip"},
        "persistence": "permanent",
        "remedy": "mail",
        "means": TEXT,
        **CHECKED,
        **fields,
    }


def receiver(*rules: dict[str, Any], slug: str = "acme", **fields: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "slug": slug,
        "name": {"en": slug.title(), "ja": slug.title()},
        "kind": "mailbox_provider",
        "relays": [f"*.{slug}.example"],
        "domains": [f"{slug}-users.example"],
        "own_domains": [f"{slug}.example"],
        "sources": SOURCES,
        "channels": {
            "mail": {"channel": "email", "to": f"delist@{slug}.example", "alternatives": ["page"], **CHECKED},
            "page": {"channel": "form", "url": f"https://help.{slug}.example/unblock", **CHECKED},
        },
        "contact": "page",
        "rules": list(rules),
        **fields,
    }


def generic(*rules: dict[str, Any], slug: str = "generic_words", **fields: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "slug": slug,
        "name": TEXT,
        "sources": SOURCES,
        "rules": [{"remedy": "fix", **each, "relay": "any"} for each in rules],
        **fields,
    }


def blocklist(*rules: dict[str, Any], slug: str = "listco") -> dict[str, Any]:
    return {
        "schema": 1,
        "slug": slug,
        "name": TEXT,
        "own_domains": [f"{slug}.example"],
        "sources": SOURCES,
        "channels": {"removal": {"channel": "at_list", "url": f"https://{slug}.example/remove", **CHECKED}},
        "lists": [
            {
                "slug": f"{slug}_one",
                "name": {"en": "List One", "ja": "リスト1"},
                "scope": "ip",
                "severity": "high",
                "means": TEXT,
                "remedy": "removal",
                **CHECKED,
            }
        ],
        "zones": [],
        "rules": [{**each, "relay": "any", "remedy": "list", "list": f"{slug}_one"} for each in rules],
    }


def known(*files: dict[str, Any]) -> _knowledge.Knowledge:
    found: dict[str, dict[str, Any]] = {"causes": {"causes": {"causes": _knowledge.load().causes}}}
    for kind, mark in (("receiver", "relays"), ("blocklist", "lists")):
        found[kind] = {file["slug"]: file for file in files if mark in file}
    found["generic"] = {file["slug"]: file for file in files if file["slug"].startswith("generic_")}
    return _knowledge.built(found, {})


def recogniser(*files: dict[str, Any]) -> Recogniser:
    return Recogniser(known(*files))


def write(root: Path, *files: dict[str, Any]) -> Path:
    """Write files as a site lays them out (JSON is YAML) and return the folder."""
    for file in files:
        if "relays" in file:
            path = root / "receivers" / file["slug"] / "receiver.yml"
        elif "lists" in file:
            path = root / "blocklists" / f"{file['slug']}.yml"
        else:
            path = root / "generic" / f"{file['slug'].removeprefix('generic_')}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(file, ensure_ascii=False, indent=1), encoding="utf-8")
    return root
