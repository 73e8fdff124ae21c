# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Hold: refusals because of a block become deferrals on this host, until it is taken away again."""

from __future__ import annotations

import datetime
import re
import tempfile
import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _files, _record
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _hold_table as table
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import File, Layer, Parameter
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._plan import Plan
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._stage import stage
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import apply, not_running
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._watch import Watch

LAYER = "hold"
FILE = "hold.regexp"
TYPE = "regexp"

_NOTHING: dict[str, t.Any] = {"rules": [], "literals": [], "backoff": None, "asked": []}
_SHARE = 0.8
_TIME = re.compile(r"(?P<number>[0-9]{1,9}) ?(?P<unit>[smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_REASON = re.compile(
    r"(?:said|refused to talk to me): (?P<code>5[0-9][0-9])[- ]?(?P<enhanced>5\.[0-9]{1,3}\.[0-9]{1,3})?"
)


class Wanted(t.NamedTuple):
    """What is to be held, as the action chose it, and how."""

    rules: t.Sequence[t.Mapping[str, t.Any]]
    literals: t.Sequence[t.Mapping[str, t.Any]]
    replies: t.Sequence[t.Mapping[str, t.Any]]
    near_misses: t.Sequence[str]
    backoff: str | None
    asked: t.Mapping[str, t.Any] | None

    @classmethod
    def of(cls, options: t.Mapping[str, t.Any]) -> Wanted:
        return cls(*(options[name] for name in cls._fields))


def layer(postfix: Postfix, wanted: Wanted) -> Layer | None:
    """Return the layer that holds this and all that is held already, or None where there is nothing to hold.

    :raises PostfixError: what must be held would not be, or what must bounce would not
    """
    settings = _merged(_applied(postfix) or _NOTHING, wanted)
    rules, literals = settings["rules"], settings["literals"]
    if not any(rule["hold"] for rule in rules) and not literals:
        return None
    settings["literals"] = literals = _with_missing(postfix, rules, literals, wanted.replies)
    content = _rendered(rules, literals)
    _check(postfix, content, [each["dsn"] for each in wanted.replies], wanted.near_misses)
    parameters = [Parameter("smtp_delivery_status_filter", f"{TYPE}:{postfix.own(FILE)}", "prepend")]
    if settings["backoff"]:
        _check_backoff(postfix, settings["backoff"])
        parameters += [Parameter(f"{each}_backoff_time", settings["backoff"]) for each in ("minimal", "maximal")]
    return Layer(LAYER, parameters=tuple(parameters), files=(File(FILE, content),), settings=settings)


def seconds(text: str) -> int:
    """Return a time as Postfix writes it, such as C(1h), in seconds."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise PostfixError(f"{text!r} is no time: a number with s, m, h, d or w behind it was expected, such as 1h")
    return int(match.group("number")) * _SECONDS[match.group("unit")]


def ensure(postfix: Postfix, options: t.Mapping[str, t.Any], *, check_mode: bool) -> dict[str, t.Any]:
    """Make the hold be there, or not, as the module's options say; return the module's result.

    :raises PostfixError: nothing was changed, or all was undone
    """
    remove = options["state"] == "absent"
    add = None if remove else layer(postfix, Wanted.of(options))
    if add is None and not remove:
        empty: dict[str, t.Any] = {name: [] for name in ("plan", "rules", "literals", "drift", "left", "notes")}
        return {"changed": False, "held": None, "was": None, **empty}
    was = _applied(postfix) if remove else None
    table_before = _files.read(postfix.own(FILE))
    plan = Plan.of(postfix, remove=LAYER) if remove else Plan.of(postfix, add=add)
    notes: list[str] = []
    if plan.changed and check_mode:
        stage(postfix, plan)
        if add is not None and not postfix.is_running():
            raise PostfixError(not_running(postfix))
    elif plan.changed:
        watch = Watch.of(postfix, log_paths=options["log_paths"])
        notes = apply(postfix, plan, watch=watch, watch_seconds=options["watch_seconds"])
    content = table_before if add is None else add.files[0].content
    settings = {"rules": [], "literals": []} if add is None else add.settings
    return {
        "changed": plan.changed,
        "diff": plan.diff,
        "plan": plan.lines,
        "rules": [rule["name"] for rule in settings["rules"] if rule["hold"]],
        "literals": [each["text"] for each in settings["literals"]],
        "was": {name: was[name] for name in ("asked", "backoff")} if was else None,
        "held": held_mail(postfix, content) if content else None,
        "drift": list(plan.drift),
        "left": list(plan.left),
        "notes": notes,
    }


def warnings(result: t.Mapping[str, t.Any], *, removed: bool) -> t.Iterator[str]:
    """Yield what somebody has to know now."""
    held = result["held"] or {"messages": 0, "expires": False}
    if held["expires"]:
        yield (
            f"The oldest held message ({held['oldest_id']}, since {held['oldest_at']}) has been in the queue for more "
            f"than {_SHARE:.0%} of maximal_queue_lifetime ({held['lifetime']} s) and will bounce: "
            "raise maximal_queue_lifetime, or have it delivered another way"
        )
    if removed and held["messages"] and result["changed"]:
        yield (
            f"{held['messages']} messages were held: "
            "where the receiver still refuses them, they bounce at the next attempt"
        )
    yield from (*result["drift"], *result["notes"])


def held_mail(postfix: Postfix, content: bytes, *, now: float | None = None) -> dict[str, t.Any]:
    """Return what the queue holds because of a table: C(messages), C(oldest_at), C(oldest_id), C(lifetime), C(expires).

    C(expires) is true when the oldest has used up most of its time in the queue.
    """
    waiting: dict[str, list[tuple[float, str]]] = {}
    for message in postfix.queue():
        for recipient in message.get("recipients") or ():
            key = _key(str(recipient.get("delay_reason") or ""))
            if key:
                waiting.setdefault(key, []).append((float(message["arrival_time"]), str(message["queue_id"])))
    answers = _answers(postfix, content, list(waiting)) if waiting else {}
    held = sorted({item for key, items in waiting.items() if answers.get(key, "").startswith("4") for item in items})
    lifetime = seconds(postfix.values("maximal_queue_lifetime")["maximal_queue_lifetime"])
    age = (time.time() if now is None else now) - held[0][0] if held else 0
    return {
        "messages": len(held),
        "oldest_at": _stamp(held[0][0]) if held else None,
        "oldest_id": held[0][1] if held else None,
        "lifetime": lifetime,
        "expires": bool(held) and age >= _SHARE * lifetime,
    }


def _check_backoff(postfix: Postfix, backoff: str) -> None:
    least = seconds(postfix.values("queue_run_delay")["queue_run_delay"])
    if seconds(backoff) < least:
        raise PostfixError(f"A back-off of {backoff} is too short: at least queue_run_delay ({least} s) was expected")


def _applied(postfix: Postfix) -> dict[str, t.Any] | None:
    found = [each["settings"] for each in _record.applied(postfix) if each["name"] == LAYER]
    return {**_NOTHING, **found[0]} if found else None


def _merged(old: t.Mapping[str, t.Any], wanted: Wanted) -> dict[str, t.Any]:
    """A hold only grows: what is held stays so until all of it is taken away."""
    rules = {rule["name"]: dict(rule) for rule in old["rules"]}
    rules.update({rule["name"]: dict(rule) for rule in wanted.rules})
    literals = {(each["text"], tuple(each["relays"])): dict(each) for each in (*old["literals"], *wanted.literals)}
    merged = {
        "rules": sorted(rules.values(), key=lambda rule: (rule["rank"], rule["name"])),
        "literals": list(literals.values()),
        "backoff": wanted.backoff or old["backoff"],
    }
    # Who asks again for what is held already has added nothing that would have to be remembered.
    has_grown = any(merged[name] != old[name] for name in merged)
    return {**merged, "asked": [*old["asked"], *([dict(wanted.asked)] if wanted.asked and has_grown else [])]}


def _with_missing(
    postfix: Postfix,
    rules: t.Sequence[t.Mapping[str, t.Any]],
    literals: t.Sequence[t.Mapping[str, t.Any]],
    replies: t.Sequence[t.Mapping[str, t.Any]],
) -> list[dict[str, t.Any]]:
    """Add the replies themselves that the rules, for all that the diagnosis said, would not hold."""
    answers = _answers(postfix, _rendered(rules, literals), [each["dsn"] for each in replies])
    missing = [each for each in replies if not answers.get(each["dsn"], "").startswith("4")]
    added = [{"text": each["text"], "relays": [each["relay"]], "is_cut": each["is_cut"]} for each in missing]
    known = {(each["text"], tuple(each["relays"])) for each in literals}
    return [*map(dict, literals), *(each for each in added if (each["text"], tuple(each["relays"])) not in known)]


def _rendered(rules: t.Sequence[t.Mapping[str, t.Any]], literals: t.Sequence[t.Mapping[str, t.Any]]) -> bytes:
    try:
        return table.render(rules, literals)
    except table.NotHeld as reason:
        raise PostfixError(f"This cannot be held: {reason}") from None


def _check(postfix: Postfix, content: bytes, replies: t.Sequence[str], near_misses: t.Sequence[str]) -> None:
    answers = _answers(postfix, content, [*replies, *near_misses])
    for key in replies:
        if not answers.get(key, "").startswith("4"):
            raise PostfixError(f"The planned table would not hold {key!r}: nothing was changed; please report it")
    for key in near_misses:
        if answers.get(key, "").startswith("4"):
            raise PostfixError(
                f"The planned table would also hold {key!r}, which has to bounce: nothing was changed. "
                "Say more in hold_signatures, or hold fewer receivers"
            )


def _answers(postfix: Postfix, content: bytes, keys: t.Sequence[str]) -> dict[str, str]:
    """Ask Postfix itself what a table makes of these, before it is anywhere near its configuration."""
    if not keys:
        return {}
    with tempfile.NamedTemporaryFile(prefix="postmaster-delist-") as file:
        file.write(content)
        file.flush()
        return postfix.lookup(f"{TYPE}:{file.name}", list(dict.fromkeys(keys)))


def _key(reason: str) -> str | None:
    """Return what Postfix looked up when it deferred a message for this reason, if that was a refusal."""
    match = _REASON.search(reason)
    if match is None:
        return None
    return f"{match.group('enhanced') or '5.0.0'} {' '.join(reason.split())}"


def _stamp(at: float) -> str:
    return datetime.datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")
