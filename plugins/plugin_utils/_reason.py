# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Why a task failed, from the result that it registered."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

_REASON_LIMIT = 300
# What Ansible says before the reason proper.
_PREAMBLE = re.compile(r"(?:Task failed: |Action failed: |Module failed: |Failed to connect to the host via ssh: )*")


def reason_of(result: t.Mapping[str, t.Any]) -> str:
    """Why a task failed, in one line: in its own words, and in those of a Python that could not run it."""
    said = f"{result.get('msg') or '?'} {result.get('module_stderr') or ''}"
    return _PREAMBLE.sub("", plain(said), count=1)[:_REASON_LIMIT]
