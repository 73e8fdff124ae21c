# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where the mail log of this host is: where its Postfix says, or the one of syslog's usual files that holds it.

A syslog daemon often writes the same line to several files (Debian: mail.log and syslog). One of them is read.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _files, _streams
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._postfix import Instance
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import STAMP
from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import Rewriter

# Of two files that hold the same lines one may be written a little later.
BEHIND = 300
_LOOKS = (1 << 16, 1 << 20)  # so far back from its end a file is searched for a line of Postfix
_NEWEST = 3  # so many files of one name are searched, the newest first
_POSTFIX = re.compile(
    rf"^({STAMP}) [^\n]{{0,300}}?(?:[^\s\[\]:]/(?:master|pickup|cleanup|qmgr|smtpd?|lmtp|error|bounce|local|virtual"
    r"|pipe|anvil|scache|postscreen|tlsmgr|trivial-rewrite|verify|postfix-script)| postfix[^\s\[\]:]*)"
    r"\[\d+\]: ".encode(),
    re.MULTILINE,
)


class Found(t.NamedTuple):
    """C(spoke_at): when a line of Postfix was last written to syslog's file; None when no such file has one."""

    files: list[_files.LogFile]
    problems: list[_files.Problem]
    spoke_at: int | None


def of_postfix(instances: t.Sequence[Instance], *, rotated: bool) -> Found:
    """Return the files that Postfix writes itself (C(maillog_file), Postfix 3.4 and later)."""
    paths = [instance.parameters.get("maillog_file", "") for instance in instances]
    # "/dev/stdout" belongs to whoever started it, in a container.
    paths = [path for path in dict.fromkeys(paths) if path and not path.startswith("/dev/")]
    files, problems = _files.find(paths, rotated=rotated) if paths else ([], [])
    return Found(files, problems, None)


def of_syslog(places: t.Sequence[str], *, now: float, rotated: bool) -> Found:
    """Return the files of the first place whose newest line of Postfix is as new as that of any other place."""
    found: list[Found] = []
    problems: list[_files.Problem] = []
    for place in places:
        files, failed = _files.find([place], rotated=rotated)
        problems += [problem for problem in failed if problem.note != _files.NOT_FOUND]
        if files:
            found.append(Found(files, [], _spoke_at(files, now, problems)))
    newest = max((one.spoke_at for one in found if one.spoke_at is not None), default=None)
    for one in found:
        if newest is not None and one.spoke_at is not None and one.spoke_at >= newest - BEHIND:
            return Found(one.files, problems, one.spoke_at)
    # None has a line of Postfix near its end: the first may have one further up.
    return Found(found[0].files if found else [], problems, None)


def _spoke_at(files: t.Sequence[_files.LogFile], now: float, problems: list[_files.Problem]) -> int | None:
    for file in sorted(files, key=lambda one: -one.mtime)[:_NEWEST]:
        try:
            at = _last_line_at(file, now)
        except OSError as error:
            problems.append(_files.Problem(file.path, _files.why(error)))
            continue
        if at is not None:
            return at
    return None


def _last_line_at(file: _files.LogFile, now: float) -> int | None:
    clock = Clock(min(file.mtime, now))
    with open(file.path, "rb", buffering=0) as opened:
        head = opened.read(8) or b""
        if _streams.compression(head):
            return None  # an archive's last line is too far away; its plain sibling is the newer one
        for look in _LOOKS:
            opened.seek(max(0, file.size - look))
            lines = _POSTFIX.findall(Rewriter(str.encode).rewrite(opened.read(look) or b""))
            at = clock.at(lines[-1]) if lines else None
            if at is not None:
                return at
    return None
