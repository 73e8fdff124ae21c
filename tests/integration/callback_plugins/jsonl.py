# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test only: writes every result and the recap as JSON lines to the file that DELIST_TEST_RESULTS names."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: jsonl
type: notification
short_description: Results as JSON lines, for tests
description: Writes every result and the recap as JSON lines to the file named by E(DELIST_TEST_RESULTS).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "jsonl"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._path = os.environ["DELIST_TEST_RESULTS"]

    def _write(self, **line: t.Any) -> None:
        with open(self._path, "a", encoding="utf-8") as out:
            out.write(json.dumps(line, default=str) + "\n")

    def _result(self, status: str, result: t.Any) -> None:
        # The callback's own view of a result leaves out the diff.
        shown = json.loads(self._dump_results(result.result, indent=0))
        if "diff" in result.result:
            shown["diff"] = result.result["diff"]
        self._write(
            status=status,
            host=result.host.get_name(),
            task=result.task.get_name(),
            action=str(result.task.action),
            result=shown,
        )

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._result("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._result("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._result("skipped", result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._result("unreachable", result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        self._write(stats={host: stats.summarize(host) for host in sorted(stats.processed)})
