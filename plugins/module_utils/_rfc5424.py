# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Log lines as RFC 5424 writes them, turned into what all else here reads: stamp, host, C(program[process]: message).

rsyslog has them in files by its template RSYSLOG_SyslogProtocol23Format, syslog-ng by its flag syslog-protocol.
rsyslog cuts a program's name at the first slash, unless parser.permitSlashInProgramName is on: C(postfix) is all that
is left of C(postfix/smtp), and who spoke is told by what was said.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import NON_FINAL, QUEUE_ID, STAMP

# None of these reaches beyond its line, whatever the line holds.
_WORD = r"[^] [\n]+"
_VALUE = r'"(?:[^"\\\n]|\\[^\n])*"'
_DATA = rf'(?:-|(?:\[[^]"\n]*(?:{_VALUE}[^]"\n]*)*\])+)'
_ADDRESS = rf'(?:(?!")[^>\n]*|{_VALUE}[^>\n]*)'
_BYTE_ORDER_MARK = "\ufeff"  # before a message in UTF-8
# Before the stamp: priority and version, which may have been left out.
PREFIX = r"(?:<[0-9]{1,3}>|)(?:1 |)"
# rsyslog has another space before the message.
_HEADER = rf"\n{PREFIX}({STAMP} {_WORD} [^] [:\n]+) ([0-9]+) {_WORD} {_DATA} (?: |{_BYTE_ORDER_MARK}|)"
# Not from the line's beginning, which takes twice the time: what another program quotes becomes no line by that.
_CUT = rf"( postfix[^] [/:\n]*)(?=\[[0-9]+\]: {QUEUE_ID}: "
_CLIENT = (
    rf"{_CUT}(?:to=<{_ADDRESS}>, (?:orig_to=<{_ADDRESS}>, |)relay="
    r"(?:[^] ,[\n]+\[[^] ,[\n]+\]:[0-9]+, |none, [^(\n]*\((?:delivery temporarily suspended: |connect to |host "
    rf"|lost connection with |conversation with |Host or domain name not found))|{NON_FINAL}))"
)
_QUEUE_MANAGER = rf"{_CUT}from=<{_ADDRESS}>, status=(?:force-)?expired, )"


class Rewriter(t.Generic[t.AnyStr]):
    """Rewrites whole lines, of text or of bytes; other lines are left as they are."""

    def __init__(self, encoded: t.Callable[[str], t.AnyStr]) -> None:
        self._newline: t.AnyStr = encoded("\n")
        self._usual: t.AnyStr = encoded(r"\n\1[\2]: ")
        self._header: t.Pattern[t.AnyStr] = re.compile(encoded(_HEADER))
        self._has_cut: t.Pattern[t.AnyStr] = re.compile(encoded(r" postfix[^] [/:\n]*\["))
        # A word that must be there, what tells who speaks, and its whole name.
        self._cut: list[tuple[t.AnyStr, t.AnyStr, t.AnyStr]] = [
            (encoded(word), encoded(pattern), encoded(rf"\1{program}"))
            for word, pattern, program in ((": ", _CLIENT, "/smtp"), ("expired, ", _QUEUE_MANAGER, "/qmgr"))
        ]
        self.guessed = 0  # names of programs that were cut

    def is_in(self, lines: t.AnyStr) -> bool:
        """Tell whether one of the lines is such a line."""
        return self._header.search(self._newline + lines) is not None

    def rewrite(self, lines: t.AnyStr) -> t.AnyStr:
        lines, found = self._header.subn(self._usual, self._newline + lines)
        if found and self._has_cut.search(lines):
            for word, cut, whole in self._cut:
                if word in lines:  # compiled at need: re remembers them
                    lines, guessed = re.subn(cut, whole, lines)
                    self.guessed += guessed
        return lines[1:]
