# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One recipient, asked about without a message: C(sendmail -bv) goes as far as RCPT TO, and the log says how it went.

Postfix gives such a question a queue id like a message. Only lines of that id count, and it counts as ours when our
own pickup line names it with the sender that we gave.
"""

from __future__ import annotations

import re
import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import applied
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._watch import Watch
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import parse_line
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse

_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+=~-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_PICKED_UP = re.compile(r"([0-9A-Za-z]{5,30}): uid=[0-9]+ from=<([^>]*)>")
_FINAL = frozenset({"deliverable", "undeliverable"})
_SHAPES_OF_REPLIES = frozenset({"said", "refused", "auth"})
_LOOK_AGAIN = 0.2


class Answer(t.NamedTuple):
    """What came of it; all null when nothing did in time. C(code) is null where no server said anything."""

    status: str | None = None
    queue_id: str | None = None
    service: str | None = None
    relay_host: str | None = None
    relay_ip: str | None = None
    dsn: str | None = None
    code: int | None = None
    enhanced: str | None = None
    stage: str | None = None
    shape: str | None = None
    text: str = ""
    seconds: float = 0.0


def ask(
    postfix: Postfix,
    recipient: str,
    *,
    sender: str | None = None,
    timeout: float = 60.0,
    log_paths: t.Sequence[str] = (),
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> Answer:
    """Ask how mail to one recipient would fare, on the way that it would go.

    :param sender: the envelope sender. By default the double-bounce address, to which Postfix sends no report
    :raises PostfixError: it could not be asked
    """
    sender = sender or silent_sender(postfix)
    for address in (recipient, sender):
        if not _ADDRESS.fullmatch(address):
            raise PostfixError(f"{address[:80]!r} cannot be probed with: an address like user@example.com was expected")
    watch = Watch.of(postfix, log_paths=log_paths)
    watch.begin()
    begun = clock()
    done = postfix.command("sendmail", "-bv", "-f", sender, recipient)
    if done.rc:
        raise PostfixError(f"sendmail -bv did not work: {done.err.strip()[:500] or f'it ended with {done.rc}'}")
    while True:
        answer = find(watch.lines(), recipient, sender)
        waited = clock() - begun
        if answer is not None or waited >= timeout:
            return (answer or Answer())._replace(seconds=round(waited, 1))
        sleep(_LOOK_AGAIN)


def run(params: t.Mapping[str, t.Any], *, check_mode: bool) -> dict[str, t.Any]:
    """Return the answer as plain data, and whether it came through the relay that is on.

    :raises PostfixError: it could not be asked
    """
    postfix = Postfix(params["config_directory"])
    answer = Answer()
    if not check_mode:
        options = {name: params[name] for name in ("sender", "timeout", "log_paths")}
        answer = ask(postfix, params["recipient"], **options)
    return {**answer._asdict(), "through_relay": came_through_relay(postfix, answer)}


def came_through_relay(postfix: Postfix, answer: Answer) -> bool:
    """Tell whether the relay of ours that is on gave the answer: by the name it logs under, or by its server."""
    for layer in applied(postfix):
        settings = layer["settings"]
        if layer["name"] == "relay" and answer.service is not None:
            under = f"{settings.get('syslog_name')}/"
            return answer.service.startswith(under) or answer.relay_host == settings.get("host")
    return False


def silent_sender(postfix: Postfix) -> str:
    """Return the address that Postfix's own questions come from: nobody gets mail by it."""
    values = postfix.values("double_bounce_sender", "myorigin", "myhostname")
    origin = values["myorigin"]
    return f"{values['double_bounce_sender']}@{values['myhostname'] if origin.startswith('/') else origin}"


def find(lines: t.Iterable[tuple[str, str]], recipient: str, sender: str) -> Answer | None:
    """Return the answer in the lines of a log (program and message), if it is there."""
    ours: set[str] = set()
    for program, message in lines:
        if program.endswith("/pickup"):
            picked = _PICKED_UP.match(message)
            if picked and picked.group(2).lower() == sender.lower():
                ours.add(picked.group(1))
            continue
        if "deliverable" not in message:
            continue
        line = parse_line(message)
        if line is None or line.queue_id not in ours or line.status not in _FINAL:
            continue
        if (line.recipient or "").lower() != recipient.lower():
            continue
        reason = line.reason
        reply = parse(reason.reply) if reason.shape in _SHAPES_OF_REPLIES or line.status == "deliverable" else None
        return Answer(
            status=line.status,
            queue_id=line.queue_id,
            service=program,
            relay_host=line.relay_host,
            relay_ip=line.relay_ip,
            dsn=line.dsn,
            code=reply.code if reply else None,
            enhanced=reply.enhanced if reply else None,
            stage=reason.stage,
            shape=reason.shape,
            text=reason.reply,
        )
    return None
