# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""report.html as a browser shows it: it loads nothing and says nothing on the console, in both languages, with scripts
off too, to those who cannot see it and on paper; and hostile texts stay texts.

The pictures are left in build/browser, to be looked at.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import gathered
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import Rules
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import gather
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.tests.browser import axe
from ansible_collections.postmaster.delist.tests.browser.chromium import Browser
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import report_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_hostile import hostile_report

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "browser"
LANGUAGES = ("en", "ja")
TAB, RIGHT, CONTROL = "\ue004", "\ue014", "\ue009"

# Shown, and its text not hidden by any other means.
VISIBLE = """
return [...document.querySelectorAll('article')].filter(article => article.checkVisibility({contentVisibilityAuto: true,
    opacityProperty: true, visibilityProperty: true})).map(article => article.lang)
"""
# What a scrollable page hides at its right.
TOO_WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Blocks at several receivers, with a mail and a form to copy, lists, cases and noise."""
    hours = {"begins_at": "2026-11-24T05:00:00+09:00", "counts": [9, 61, 70, 58, 66]}
    first = make.finding()
    first["receivers"][0] |= {"by_hour": hours}
    second = make.finding(9, slug="second")
    noise = [make.finding(20 + number, cause="recipient_invalid") for number in range(3)]
    fields = [{"name": "IP address", "value": "203.0.113.9", "required": True, "help": {"ja": "対象"}}]
    requests = [make.request(first), make.request(second, "form", fields=fields)]
    folder = tmp_path_factory.mktemp("incident")
    rates = {"outlook_com": {"delivered": 412, "refused": 508, "reputation": 96}}
    run = make.run_folder(
        folder, findings=[first, second, *noise], requests=requests, lists=make.asked_lists(), rates=rates
    )
    (run / "requests").mkdir()
    draft = "To: delist@acme.example\nSubject: Please remove 203.0.113.7\n\n" + "We closed the form.\n" * 20
    (run / requests[0]["path"]).write_text(draft, encoding="utf-8")
    hosts = [make.READ, make.Host(name="mx3", state="unreachable", reason="Connection refused")]
    return gather(
        run,
        hosts=hosts,
        finished_at=make.NOW,
        failed_steps={},
        lists_asked=True,
        commands={"follow_up": make.AGAIN},
        cases=([make.case(1), make.case(2, state="ready", hours=5)], ""),
    )


def page(made: Report, language: str = "en") -> Path:
    path = made.run_dir / f"{language}.html"
    path.write_text(make.rendered(made, "html", language), encoding="utf-8")
    return path


def must_be_quiet(browser: Browser, path: Path) -> None:
    assert browser.requested() == [path.as_uri()]
    assert browser.log("browser") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_loads_nothing_says_nothing_and_opens_in_its_language(
    browser: Browser, incident: Report, language: str
) -> None:
    path = page(incident, language)
    browser.open(path)
    must_be_quiet(browser, path)
    assert browser.run(VISIBLE) == [language]
    assert browser.run("return document.documentElement.lang") == language


def test_hostile_texts_stay_texts(browser: Browser, tmp_path: Path) -> None:
    made = hostile_report(tmp_path)
    path = page(made)
    browser.open(path)
    must_be_quiet(browser, path)
    active = "script, img, iframe, object, embed, form, link, base, [onerror], [onload], [style]"
    assert browser.run("return document.querySelectorAll(arguments[0]).length", active) == 0
    assert browser.run("return [...document.links].filter(link => !/^(file|https):/.test(link.href)).length") == 0
    assert browser.run("return [...document.links].filter(link => link.host.includes('evil')).length") == 0
    assert "<script>alert(1)</script>" in browser.run("return document.body.innerText")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_language_is_switched_by_mouse_with_scripts_off_too(
    browser: Browser, incident: Report, scripts: bool
) -> None:
    browser.command("Emulation.setScriptExecutionDisabled", value=not scripts)
    browser.open(page(incident))
    for language in ("ja", "en"):
        browser.click(f"#language-{language}")
        assert browser.run(VISIBLE) == [language]


def test_the_language_is_switched_by_keyboard(browser: Browser, incident: Report) -> None:
    browser.open(page(incident))
    browser.press(TAB)
    assert browser.run("return document.activeElement.id") == "language-en"
    browser.press(RIGHT)
    assert browser.run(VISIBLE) == ["ja"]


def test_a_text_is_copied_by_keyboard(browser: Browser, incident: Report) -> None:
    """Each text to copy is reached by Tab, and Ctrl+A selects that text alone."""
    browser.open(page(incident))
    boxes = browser.run("return [...document.querySelectorAll('article[lang=en] textarea')].map(box => box.id)")
    reached = []
    for _press in range(200):
        browser.press(TAB)
        focused = browser.run("return [document.activeElement.tagName, document.activeElement.id]")
        if focused[0] == "TEXTAREA":
            reached.append(focused[1])
        if len(reached) == len([box for box in boxes if "notice" not in box]):
            break
    assert reached == [box for box in boxes if "notice" not in box]
    assert len(reached) >= 5
    browser.press("a", holding=CONTROL)
    chosen = browser.run(
        "const box = document.activeElement; return box.value.slice(box.selectionStart, box.selectionEnd)"
    )
    assert chosen == "ansible-playbook postmaster.delist.incident -i hosts.yml -l mx1"


@pytest.fixture(scope="module")
def audit(incident: Report) -> Report:
    """The same as an audit of a fleet, of which a receiver takes less than the day before."""
    text = {"en": "It is refused.", "ja": "拒否されています。"}
    concern = {
        "id": "finding/x", "check": "finding", "severity": "critical", "overdue": False, "subject": "203.0.113.7",
        "receiver": "outlook_com", "list": None, "hosts": ["mx1"], "title": text, "action": text, "about": {},
        "state": "new", "since": "2026-11-24T03:00:00+00:00", "since_run": "INC-7", "baseline": False,
    }  # fmt: skip
    content = {
        "compared_with": {"run_id": "BEFORE", "at": "2026-11-23T03:00:00+00:00"},
        "baseline": False,
        "unknown": {"asked": 10, "unknown": 1, "percent": 10.0},
        "rates": {"outlook_com": {"delivered": 100, "refused": 900, "reputation": 0}},
        "concerns": [concern],
        "elsewhere": [],
    }
    path = incident.run_dir / "audit.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    before = incident.run_dir.parent / "BEFORE" / "summary.json"
    before.parent.mkdir()
    rates = {"outlook_com": {"delivered": 900, "refused": 100, "reputation": 0}}
    said = {"schema": 1, "run_id": "BEFORE", "verdict": "clear", "policy": {"passed": True}, "audit": {"rates": rates}}
    before.write_text(f'{json.dumps(said)[:-1]},\n"findings": [\n]}}\n', encoding="utf-8")
    made = gathered(path, Rules(), today=make.NOW.date())
    return dataclasses.replace(incident, audit=made, rates=made.content["rates"], cases=())


def test_an_audit_shows_what_changed_and_what_was_before(browser: Browser, audit: Report) -> None:
    browser.open(page(audit))
    widths = (
        "return [...document.querySelectorAll('article[lang=en] svg.share rect')].map(bar => bar.getAttribute('width'))"
    )
    assert browser.run(widths) == ["90.0", "10.0"]
    answer = browser.run("return document.querySelector('article[lang=en] .answer').textContent")
    assert answer == "IN TROUBLE: 1 new, 0 still, 0 cleared, 0 unknown now"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["incident", "audit"])
def test_axe_finds_nothing(browser: Browser, incident: Report, audit: Report, language: str, kind: str) -> None:
    library = axe.source()
    if library is None:
        pytest.skip(f"axe-core {axe.VERSION} is not to be had: it takes npm and its registry")
    browser.open(page({"incident": incident, "audit": audit}[kind], language))
    for width, dark in ((1280, False), (390, False), (1280, True)):
        browser.picture(_picture(f"{kind}-{language}-{width}{'-dark' if dark else ''}"), width=width, dark=dark)
        found = axe.violations(browser, library)
        assert [(rule["id"], rule["impact"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
@pytest.mark.parametrize("hostile", [False, True], ids=["incident", "hostile"])
def test_nothing_is_cut_off_at_the_right(
    browser: Browser, incident: Report, tmp_path: Path, width: int, hostile: bool
) -> None:
    browser.command("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    browser.open(page(hostile_report(tmp_path) if hostile else incident))
    assert browser.run(TOO_WIDE) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_has_what_is_folded_on_the_screen_and_no_switch(
    browser: Browser, incident: Report, language: str
) -> None:
    browser.command("Emulation.setEmulatedMedia", media="print")
    browser.open(page(incident, language))
    shown = "return document.querySelector(arguments[0]).getBoundingClientRect().height > 0"
    assert browser.run(shown, f"article[lang={language}] details.card p") is True
    assert browser.run(shown, ".languages") is False
    browser.command("Emulation.setEmulatedMedia", media="")
    path = _picture(language).with_suffix(".pdf")
    browser.paper(path)
    assert path.read_bytes().startswith(b"%PDF-")


def test_the_bars_of_the_timeline_are_as_high_as_their_numbers(browser: Browser, incident: Report) -> None:
    browser.open(page(incident))
    bars = "document.querySelectorAll('article[lang=en] svg:not(.share) rect')"
    heights: list[t.Any] = browser.run(f"return [...{bars}].map(bar => +bar.getAttribute('height'))")
    assert heights == [pytest.approx(100 * count / 70, abs=0.1) for count in (9, 61, 70, 58, 66)]


def _picture(name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name}.png"
