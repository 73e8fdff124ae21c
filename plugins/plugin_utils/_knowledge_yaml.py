# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Reading the YAML of knowledge files: fast for what ships, with line numbers for what a person just wrote."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML without libyaml: the same result, ten times slower
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

YamlPath = tuple[t.Union[str, int], ...]


class KnowledgeError(Exception):
    """A knowledge file cannot be used: names the file, the line, and what was expected there."""

    def __init__(self, path: str | Path, line: int | None, expected: str) -> None:
        self.path = str(path)
        self.line = line
        self.expected = expected
        super().__init__(f"{path}:{line}: {expected}" if line else f"{path}: {expected}")


class _Loader(_Base):
    """Dates stay text, and only true and false are booleans (Norway is a country)."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp" and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


class Document(t.NamedTuple):
    """A file's data, and the line on which each part of it begins."""

    path: Path
    data: t.Any
    lines: dict[YamlPath, int]

    def error(self, where: t.Iterable[str | int], expected: str) -> KnowledgeError:
        """Return the error for the part C(where), or for the nearest part around it that the file has."""
        part = tuple(where)
        while part and part not in self.lines:
            part = part[:-1]
        return KnowledgeError(self.path, self.lines.get(part, 1), expected)


def read(path: Path) -> t.Any:
    """Return the data of a file that ships with the collection."""
    return _parsed(path, lambda loader: loader.get_single_data())


def read_with_lines(path: Path) -> Document:
    """Return the data of a file with its lines; a key that stands twice in one mapping is refused."""
    lines: dict[YamlPath, int] = {}

    def construct(loader: t.Any) -> t.Any:
        node = loader.get_single_node()
        if node is None:
            return None
        _walk(path, node, (), lines, set())
        return loader.construct_document(node)

    return Document(path, _parsed(path, construct), lines)


def _parsed(path: Path, construct: t.Callable[[t.Any], t.Any]) -> t.Any:
    try:
        loader = _Loader(path.read_bytes())
        try:
            return construct(loader)
        finally:
            loader.dispose()
    except OSError as error:
        raise KnowledgeError(path, None, f"a readable file was expected: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise KnowledgeError(path, mark.line + 1 if mark else None, f"YAML was expected: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise KnowledgeError(path, None, f"YAML in UTF-8 was expected: {error}") from error


def _walk(path: Path, node: yaml.Node, where: YamlPath, lines: dict[YamlPath, int], seen: set[int]) -> None:
    lines[where] = node.start_mark.line + 1
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(path, item, (*where, index), lines, seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise KnowledgeError(path, line, "a plain key was expected")
            if key.value in keys:
                raise KnowledgeError(path, line, f"the key {key.value!r} was expected only once")
            keys.add(key.value)
            _walk(path, value, (*where, key.value), lines, seen)
