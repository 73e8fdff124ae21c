# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The table by which Postfix turns the refusals of a block into deferrals (smtp_delivery_status_filter, type regexp).

Postfix looks up "5.7.1 host mx.example[192.0.2.1] said: 550 5.7.1 ... (in reply to RCPT TO command)" and takes the
answer in its place: the same with 4 for 5, so the mail stays and the log still says what the receiver said.

A rule of the knowledge becomes nested C(if) blocks, one for each of its conditions, so both read a reply alike. All is
POSIX ERE as Postfix compiles it: case does not matter, C(\\d), C((?:) and a bare C(/) are never written.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import clean, signature

_HEAD = """\
# Written by postmaster.delist (postfix_hold): mail that is refused because of a block stays in the queue.
# It goes when the hold is taken away; do not edit it.
"""
_HOLD = "/^5(.*)$/ 4$1\n"
_LEAVE = "/^5(.*)$/ 5$1\n"
_SAID = "(said|refused to talk to me): "
# Where a reply of several lines was folded, the code stands again, and often the enhanced code.
_BLANK = "( +([245][0-9][0-9][- ])?([245]\\.[0-9]+\\.[0-9]+ +)?)"
_ANY_RUN = ".*"
_STAGES = {
    "greeting": "refused to talk to me: ",
    "HELO": "\\(in reply to (EHLO|HELO|LHLO) command\\)",
    "MAIL FROM": "\\(in reply to MAIL FROM command\\)",
    "RCPT TO": "\\(in reply to RCPT TO command\\)",
    "DATA": "\\(in reply to DATA command\\)",
    "end of DATA": "\\(in reply to end of DATA command\\)",
}
_SPECIAL = frozenset("\\.[]{}()*+?|^$/")
_UNLIKE = {"'": ".{1,8}", '"': ".{1,8}", "<": "(<|&lt;)", ">": "(>|&gt;)", "&": "&(amp;)?"}
_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_CODE = re.compile(r"(?P<code>[245][0-9][0-9])[- ](?P<rest>.*)", re.DOTALL)
_LEAST = 12
_LONGEST_NAME = 120


class NotHeld(ValueError):
    """Nothing can be held by this; the message says why."""


def render(rules: t.Sequence[t.Mapping[str, t.Any]], literals: t.Sequence[t.Mapping[str, t.Any]]) -> bytes:
    """Return the table; the first rule that matches a reply decides, as in the diagnosis.

    :param rules: each with C(name), C(hold) (or leave as it is), C(relays) (globs, none for any relay), C(tokens),
        C(any_of), C(none_of), C(pattern), C(codes), C(enhanced), C(stages), C(relay_ports), as in the knowledge
    :param literals: each with C(text) (a reply or its signature) and C(relays)
    :raises NotHeld: one of them can hold nothing
    """
    blocks = [(rule["name"], _nested(conditions(rule), _HOLD if rule["hold"] else _LEAVE)) for rule in rules]
    blocks += [(f"literal {number}", _nested(literal(each), _HOLD)) for number, each in enumerate(literals, 1)]
    return (_HEAD + "".join(f"\n{_comment(name)}\n{block}" for name, block in blocks)).encode()


def _comment(name: str) -> str:
    """A name as one line that is nothing but a comment, whatever it is made of: a line break would begin a rule."""
    return "# " + re.sub(r"[^\x21-\x7e]+", "?", name)[:_LONGEST_NAME]


def conditions(rule: t.Mapping[str, t.Any]) -> list[str]:
    """Return the expressions, all of which must match; one that begins with C(!) must not."""
    if rule.get("relay_ports"):
        raise NotHeld("it asks for the relay's port, which Postfix does not show")
    found = [*_from(rule.get("relays") or ())]
    codes = [code for code in rule.get("codes") or () if 500 <= code <= 599]
    enhanced = [code for code in rule.get("enhanced") or () if code.startswith("5.")]
    if (rule.get("codes") and not codes) or (rule.get("enhanced") and not enhanced):
        raise NotHeld("this receiver only defers, so nothing bounces that could be held")
    if enhanced:
        found.append(f"^({'|'.join(map(_escaped, enhanced))}) ")
    if codes:
        found.append(f"{_SAID}({_codes(codes)})([- ]|$)")
    if rule.get("stages"):
        found.append("|".join(_STAGES[stage] for stage in rule["stages"]))
    if rule.get("pattern"):
        found.append(_pattern(rule["pattern"]))
    if rule.get("any_of"):
        found.append("|".join(map(_words, rule["any_of"])))
    found += [_words(token) for token in rule.get("tokens") or ()]
    if rule.get("none_of"):
        found.append("!" + "|".join(map(_words, rule["none_of"])))
    if len(found) <= len(_from(rule.get("relays") or ())):
        raise NotHeld("it says nothing about the reply")
    return found


def literal(given: t.Mapping[str, t.Any]) -> list[str]:
    """Return the expressions for one reply, word by word; what differs from mail to mail may be anything."""
    text = signature(given["text"])
    match = _CODE.fullmatch(text)
    if match is None or not match.group("code").startswith("5"):
        raise NotHeld(f"{text[:80]!r} is no refusal: a reply that begins with its code was expected, such as 550")
    if len(re.sub(r"[*\W\d]", "", match.group("rest"))) < _LEAST:
        raise NotHeld(f"{text[:80]!r} says too little: with so few words anything would be held")
    end = "" if given.get("is_cut") else "( \\(in reply to .*\\))?$"
    body = _ANY_RUN.join(map(_escaped, match.group("rest").split("*")))
    return [*_from(given.get("relays") or ()), f"{_SAID}{match.group('code')}[- ]{body}{end}"]


def dsn(text: str, *, relay: str, stage: str | None, enhanced: str | None = None) -> str:
    """Return what Postfix would look up for a reply."""
    flat = clean(text)
    found = re.match(r"([245])[0-9][0-9][- ]([245]\.[0-9]{1,3}\.[0-9]{1,3})?", flat)
    status = enhanced or (found and (found.group(2) or f"{found.group(1)}.0.0")) or "5.0.0"
    if stage == "greeting":
        return f"{status} host {relay}[192.0.2.1] refused to talk to me: {flat}"
    step = "end of DATA" if stage == "end of DATA" else stage or "RCPT TO"
    return f"{status} host {relay}[192.0.2.1] said: {flat} (in reply to {step} command)"


def _from(relays: t.Sequence[str]) -> list[str]:
    if not relays:
        return []
    names = "|".join("[-a-z0-9._]+".join(map(_escaped, relay.split("*"))) for relay in relays)
    return [f"^5\\.[0-9]+\\.[0-9]+ host ({names})\\[[^] ]*\\](:[0-9]+)? {_SAID}"]


def _nested(expressions: t.Sequence[str], outcome: str) -> str:
    ifs = "".join(f"if !/{each[1:]}/\n" if each.startswith("!") else f"if /{each}/\n" for each in expressions)
    return f"{ifs}{outcome}" + "endif\n" * len(expressions)


def _codes(codes: t.Iterable[int]) -> str:
    whole = set(codes)
    if whole >= set(range(500, 600)):
        return "5[0-9][0-9]"
    return "|".join(str(code) for code in sorted(whole))


def _pattern(pattern: str) -> str:
    """A pattern looks at the reply; where it wants its beginning, that is what comes behind C(said:)."""
    if pattern.startswith("^"):
        pattern = f"{_SAID}{pattern[1:]}"
    inner = re.sub(r"\\.|\[\^?\]?[^]]*\]", "", pattern)
    if "^" in inner or "$" in inner:
        raise NotHeld("its pattern wants the end of the reply, which Postfix does not show alone")
    return pattern


def _words(text: str) -> str:
    """A literal as the diagnosis looks for it: no letter or digit may touch it where it begins or ends with one."""
    flat = clean(text)
    before = "(^|[^a-z0-9])" if flat[:1] in _ALNUM else ""
    behind = "([^a-z0-9]|$)" if flat[-1:] in _ALNUM else ""
    return f"{before}{_escaped(flat)}{behind}"


def _escaped(text: str) -> str:
    parts: list[str] = []
    for run in re.findall(r"[^\x21-\x7e ]+| +|[\x21-\x7e]", text):
        if run[0] == " ":
            parts.append(_BLANK)
        elif "\x21" <= run[0] <= "\x7e":
            parts.append(_UNLIKE.get(run) or ("\\" + run if run in _SPECIAL else run))
        else:  # bytes of other alphabets, or what Postfix shows in their place
            least = min(len(run), 250)
            parts.append(f"([^ -~]|\\?){{{least},{min(4 * least, 255)}}}")
    return "".join(parts)
