# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Journals, queues and answers of programs of any content: no exception leaves, and nothing is made up."""

from __future__ import annotations

import json
import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import is_public
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _egress, _postfix
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import Trust
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_stream import (
    Journal,
    Parser,
    parse_export,
    parse_json,
    parser_of,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import MODES, Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._queue import Queue
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence import recorded, test__queue
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.test__journal import (
    ENTRY,
    Source,
    exported,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=6,
)
FIELD = st.sampled_from(sorted(ENTRY))
ENTRIES = st.lists(st.builds(lambda name, value: {**ENTRY, name: value}, FIELD, ANYTHING), max_size=4)
TEXT_ENTRIES = st.lists(
    st.builds(lambda name, value: {**ENTRY, name: value}, FIELD, st.binary(max_size=40)), max_size=4
)


def read(data: bytes, parse: Parser, step: int) -> list[bytes]:
    stream = Journal(Source(data, step), parse, Trust([103]))
    buffer, found = bytearray(97), b""
    while size := stream.readinto1(memoryview(buffer)):
        found += bytes(buffer[:size])
    stream.close()
    assert all(isinstance(note, str) for note in stream.notes)
    return found.splitlines(keepends=True)


@given(st.binary(max_size=300), st.sampled_from([parse_json, parse_export]), st.integers(1, 64))
def test_any_bytes_are_a_journal_at_worst_an_empty_one(data: bytes, parse: Parser, step: int) -> None:
    parser_of(data)
    assert all(b"]: " in line for line in read(data, parse, step) if line.endswith(b"\n"))


@given(ENTRIES, st.integers(1, 200))
def test_entries_with_any_field_give_one_line_or_none(entries: list[dict[str, t.Any]], step: int) -> None:
    data = "".join(json.dumps(entry) + "\n" for entry in entries).encode("utf-8", "surrogatepass")
    assert b"".join(read(data, parse_json, step)).count(b"\n") <= len(entries)


@given(TEXT_ENTRIES, st.integers(1, 200), st.integers(0, 2000))
def test_exports_however_they_break_off(entries: list[dict[str, t.Any]], step: int, end: int) -> None:
    whole = exported(*entries)
    assert len(read(whole, parse_export, step)) <= len(entries)
    assert len(read(whole[:end], parse_export, step)) <= len(entries)


@given(st.lists(ANYTHING | st.just(json.loads(test__queue.message(("u@x.example", test__queue.BLOCKED))))), st.data())
def test_a_queue_of_anything(messages: list[t.Any], data: st.DataObject) -> None:
    for message in messages:
        if isinstance(message, dict) and "recipients" in message:
            name = data.draw(st.sampled_from(sorted(message)))
            message[name] = data.draw(ANYTHING)
    lines = "".join(json.dumps(message) + "\n" for message in messages)
    programs = recorded.Recorded(postconf=recorded.postconf(recorded.postfix()), postqueue=lines)
    queue = Queue(3, now=test__queue.NOW)
    queue.read(programs, _postfix.instances(programs, None)[0][0])
    shown = queue.rendered(Privacy(data.draw(st.sampled_from(MODES))))
    json.dumps(shown)
    assert shown["messages"] + queue.unparsed == len(messages)
    assert len(shown["by_signature"]) <= 3


VALUE = st.text(max_size=30) | st.sampled_from(
    ["203.0.113.8", "10.0.0.1", "::", "[2001:db8::1]", "all", "loopback-only"]
)


@given(
    st.dictionaries(st.sampled_from([line.split(" =")[0] for line in recorded.DEBIAN.splitlines()]), VALUE),
    st.text(max_size=60),
    st.text(max_size=60),
)
def test_any_configuration_names_public_addresses_only(values: dict[str, str], services: str, shown: str) -> None:
    values = {name: " ".join(value.split()) for name, value in values.items() if name != "multi_instance_directories"}
    programs = recorded.Recorded(
        postconf=recorded.postconf(recorded.postfix(**values), services), ip=recorded.INTERFACES + shown
    )
    found = _egress.find(programs, _postfix.instances(programs, None)[0], ["auto"])
    assert all(map(is_public, found.configured))
    assert all(is_public(ip) for addresses in found.by_service.values() for ip in addresses)
