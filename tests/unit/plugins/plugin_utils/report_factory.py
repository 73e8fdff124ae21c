# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run folders as the tests of reports need them."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._last_summary import last_summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._formats import FORMATS, Setting
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import gather
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._markdown import markdown
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._screen import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._summary import summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import open_run
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import listings_factory

JST = datetime.timezone(datetime.timedelta(hours=9))
NOW = datetime.datetime(2026, 11, 24, 9, 15, 30, tzinfo=JST)
CAUSES = read(SHIPPED / "causes.yml")["causes"]
READ = Host(name="mx1", state="ok")
HOLD = Command((("ansible-playbook", "postmaster.delist.hold"), ("-i", "hosts.yml"), ("-e", "run=INC-7")))
AGAIN = Command((("ansible-playbook", "postmaster.delist.incident"), ("-i", "hosts.yml"), ("-l", "mx1")))


def finding(number: int = 7, *, cause: str = "ip_blocklisted_receiver", **changes: t.Any) -> dict[str, t.Any]:
    ip = f"203.0.113.{number}"
    return {
        "schema": 1,
        "id": f"outlook_com/ip/{ip}/{cause}",
        "slug": f"outlook-com-203-0-113-{number}-3fa1c2",
        "receiver": "outlook_com",
        "receivers": [{"slug": "outlook_com", "recipient_domains": {"outlook.com": 300, "hotmail.com": 71}}],
        "list": None,
        "subject": {"kind": "ip", "value": ip},
        "egress_ip": ip,
        "ip_source": "reply",
        "cause": cause,
        "severity": CAUSES[cause]["severity"],
        "opens_case": CAUSES[cause]["opens_case"],
        "rules": ["outlook_com/s3140"],
        "scope": "ip",
        "hosts": ["mx1", "mx2"],
        "counts": {"bounced": 412, "deferred": 96, "expired": 0, "recipients": 371},
        "first_at": "2026-11-24T05:12:00+09:00",
        "last_at": "2026-11-24T09:10:00+09:00",
        "evidence": [f"550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. (S3140)"],
        "remedy": {"channel": "form", "to": None, "url": "https://olcsupport.office.com"},
        "who_can_fix": "you",
        "counterpart": {"en": "Outlook.com", "ja": "アウトルック"},
        "title": {"en": f"Outlook.com: on its block list ({ip})", "ja": f"Outlook.com：ブロックリストに登録（{ip}）"},
        "explanation": {"en": "The address is on their list.", "ja": "リストに登録されています。"},
        "next_steps": [{"action": "read", "command": None, "en": "Stop the loss.", "ja": "被害を止めます。"}],
        "avoid": {"en": "Do not ask twice.", "ja": "重複して申請しないでください。"},
        "how_long": {"en": "Two days.", "ja": "2日。"},
        "confidence": "high",
        "doubts": [{"code": "documentation", "en": "Not a host.", "ja": "実在しません。"}],
        "sources": [{"url": "https://example.org/facts", "year": 2026}],
    } | changes


def request(of: t.Mapping[str, t.Any], kind: str = "email", **changes: t.Any) -> dict[str, t.Any]:
    suffix = {"email": ".eml", "form": ".form.md"}.get(kind)
    return {
        "finding": of["id"],
        "kind": kind,
        "path": f"requests/{of['slug']}{suffix}" if suffix else None,
        "to": "delist@acme.example" if kind == "email" else None,
        "url": "https://olcsupport.office.com" if kind == "form" else None,
        "refused": None,
        "instruction": {"en": "Wait: it ends by itself.\nMore.", "ja": "お待ちください。\n続き。"},
    } | changes


def case(number: int = 1, *, state: str = "submitted", hours: float = -1, **facts: t.Any) -> Case:
    """An open case about the finding."""
    about = finding()
    known = {"finding": about["id"], "title": about["title"], "subject": about["subject"], "hosts": ["mx1"], **facts}
    due_at = (NOW + datetime.timedelta(hours=hours)).astimezone()
    return Case(id=f"PD-{number:010X}", facts=known, opened_at=NOW, since=NOW, state=state, due="chase", due_at=due_at)


def evidence(host: str = "mx1", **changes: t.Any) -> dict[str, t.Any]:
    return {
        "schema": 1,
        "host": host,
        "window": {"since": "2026-11-23T09:15:30+09:00", "until": "2026-11-24T09:15:30+09:00"},
        "sources": [{"path": "/var/log/mail.log", "kind": "file", "notes": []}],
        "replies": [{"outcomes": {"bounced": 412, "deferred": 96, "expired": 1}}],
        "delivered": [{"relay_host": "mx.example.net", "count": 9001}],
    } | changes


def run_folder(
    folder: Path,
    *,
    evidences: t.Sequence[t.Mapping[str, t.Any]] = (evidence(),),
    findings: t.Sequence[t.Mapping[str, t.Any]] | None = (),
    requests: t.Sequence[t.Mapping[str, t.Any]] | None = (),
    notes: t.Sequence[t.Mapping[str, t.Any]] = (),
    lists: t.Mapping[str, t.Any] | None = None,
    rates: t.Mapping[str, t.Mapping[str, int]] | None = None,
) -> Path:
    run = open_run(folder / "out", hosts=["mx1"], started_at=NOW, run_id="INC-7")
    (run / "evidence").mkdir(exist_ok=True)
    for one in evidences:
        (run / "evidence" / f"{one['host']}.json").write_text(json.dumps(one), encoding="utf-8")
    if findings is not None:
        found = {"schema": 1, "findings": findings, "notes": notes, "rates": rates or {}}
        (run / "findings.json").write_text(json.dumps(found), encoding="utf-8")
    if requests is not None:
        (run / "requests.json").write_text(json.dumps({"schema": 1, "requests": requests}), encoding="utf-8")
    if lists is not None:
        (run / "listings.json").write_text(json.dumps(lists), encoding="utf-8")
    return run


def report(
    folder: Path,
    *,
    hosts: t.Sequence[Host] = (READ,),
    failed_steps: t.Mapping[str, str] | None = None,
    commands: t.Mapping[str, Command] | None = None,
    **held: t.Any,
) -> Report:
    return gather(
        run_folder(folder, **held),
        hosts=hosts,
        finished_at=NOW,
        failed_steps=failed_steps or {},
        lists_asked=held.get("lists") is not None,
        commands=commands,
    )


def screen_of(made: Report, *, language: str = "en", again: Command = AGAIN) -> list[str]:
    written = {"markdown": str(made.run_dir / "report.md"), "junit": str(made.run_dir / "junit.xml")}
    cwd = made.run_dir.parents[1]
    return screen(made, texts=Texts(language), again=again, cwd=cwd, written=written).splitlines()


def markdown_of(made: Report, *, language: str = "en") -> str:
    return markdown(made, texts=Texts(language), again=AGAIN, cwd=made.run_dir.parents[1])


def rendered(made: Report, name: str, language: str = "en") -> str:
    """The text of one format."""
    setting = Setting(Texts(language), AGAIN, made.run_dir.parents[1])
    return "".join(FORMATS[name].render(made, setting))


def summary_of(made: Report) -> dict[str, t.Any]:
    """What summary.json holds, in English."""
    found: dict[str, t.Any] = json.loads(b"".join(summary(made, Texts("en"))))
    return found


def said_by(made: Report) -> dict[str, t.Any]:
    """What a later run is told by the summary of this one."""
    (made.run_dir / "summary.json").write_bytes(b"".join(summary(made, Texts("en"))))
    said = last_summary(made.run_dir.parent, made.run_dir.name)
    assert said is not None
    return said


def asked_lists() -> dict[str, t.Any]:
    """One list has the address, one has not, one says nothing, one has ended."""
    health = listings_factory.health
    return listings_factory.content(
        listings_factory.result(
            health(listed=1),
            health("psbl.surriel.com", clean=1),
            health("b.barracudacentral.org", "refused", unknown=1),
            health("relays.ordb.org", "dead"),
            listings=[listings_factory.row()],
        )
    )


def blocked(folder: Path) -> Report:
    """One block on two of three hosts, the third of them not read, and something else that is no block."""
    hosts = [READ, Host(name="mx2", state="ok"), Host(name="mx3", state="unreachable", reason="refused")]
    noise = finding(8, cause="recipient_invalid")
    return report(folder, hosts=hosts, findings=[noise, finding()], requests=[request(finding())], lists=asked_lists())
