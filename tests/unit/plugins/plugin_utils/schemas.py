# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The public shapes of knowledge/schema, for tests of what is written in them."""

from __future__ import annotations

import functools
import json
import typing as t

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED


def misfits(content: t.Any, schema: str) -> list[str]:
    """Return where content is not as C(schema) says, such as C(summary.json) or C(findings.json#/$defs/diagnosis)."""
    return [f"{error.json_path}: {error.message}" for error in _validator(schema).iter_errors(content)]


@functools.cache
def _validator(schema: str) -> Draft202012Validator:
    contents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SHIPPED.glob("schema/*.json")}
    registry: t.Any = Registry().with_resources((name, Resource.from_contents(each)) for name, each in contents.items())
    return Draft202012Validator({"$ref": schema}, registry=registry)
