# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook incident over the sample: the story told, twice the same, and from some of the hosts."""

from __future__ import annotations

import datetime
import email
import email.policy
import json
import re
import shlex
import subprocess
import typing as t
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.tests.integration import harness
from ansible_collections.postmaster.delist.tests.integration.harness import ROOT, Run
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits
from ansible_collections.postmaster.delist.tools import example_dns
from ansible_collections.postmaster.delist.tools.prepare_sample import prepare

INCIDENT = "postmaster.delist.incident"
SAMPLE = ROOT / "inventory.example"
FBLW15 = "microsoft_365/ip/203.0.113.7/ip_blocklisted_receiver"
T_ONLINE = "t_online/ip/203.0.113.7/ip_blocklisted_receiver"
BANNED = "microsoft_365/ip/203.0.113.9/ip_blocklisted_receiver"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    prepare(folder, now=datetime.datetime.now().astimezone())
    return folder


@pytest.fixture(scope="module")
def dns_port() -> t.Iterator[int]:
    with example_dns.serving(example_dns.read(SAMPLE / "dns.yml.txt")) as port:
        yield port


@pytest.fixture(scope="module")
def options(logs: Path, dns_port: int) -> dict[str, t.Any]:
    paths = [f"{logs}/{{{{ inventory_hostname }}}}/mail.log"]
    return {"inventory": SAMPLE, "extra_vars": {"evidence_paths": paths, "sample_dns_port": dns_port}}


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory, options: dict[str, t.Any]) -> harness.Fourfold:
    return harness.fourfold(INCIDENT, cwd=tmp_path_factory.mktemp("incident"), **options)


@pytest.fixture(scope="module")
def run(four: harness.Fourfold) -> Run:
    return four.done


def folder_of(run: Run) -> Path:
    return Path(run.of("run_folder").data["path"])


def summary_of(run: Run) -> dict[str, t.Any]:
    summary = json.loads((folder_of(run) / "summary.json").read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "knowledge" / "schema" / "summary.json").read_text(encoding="utf-8"))
    jsonschema.validate(summary, schema)
    return summary


def finding_of(run: Run, identifier: str) -> dict[str, t.Any]:
    (found,) = (finding for finding in summary_of(run)["findings"] if finding["id"] == identifier)
    return found


def request_of(run: Run, identifier: str) -> dict[str, t.Any]:
    (found,) = (request for request in summary_of(run)["requests"] if request["finding"] == identifier)
    return found


def screen_of(run: Run) -> list[str]:
    """The lines of the one screen: from the banner of its task to the task's own status."""
    shown = re.search(r" : Say who blocks us and what to do\] \*+\n(.*?)\nok: \[", run.stdout, re.DOTALL)
    assert shown is not None, run.stdout
    return shown[1].strip("\n").splitlines()


def widest(screen: list[str]) -> int:
    """In columns, without the commands at its end: paths are whole, and those of a test are long."""
    end = next(number for number, line in enumerate(screen) if line.startswith(("HOLD", "保留")))
    return max(map(columns, screen[:end]))


@pytest.mark.matrix
def test_the_block_of_the_seed_is_found(run: Run) -> None:
    found = finding_of(run, FBLW15)
    assert found["receiver"] == "microsoft_365"
    assert found["cause"] == "ip_blocklisted_receiver"
    assert (found["egress_ip"], found["ip_source"]) == ("203.0.113.7", "reply")
    assert found["hosts"] == ["mx1", "mx2"]
    assert found["counts"]["bounced"] == 212 + 141
    assert found["rules"] == ["microsoft_365/fblw15"]


def test_the_greeting_block_is_found_though_nothing_bounced(run: Run) -> None:
    found = finding_of(run, T_ONLINE)
    assert found["counts"]["bounced"] == 0
    assert found["counts"]["deferred"] == 58 + 31
    assert found["stage"] == "greeting"


def test_the_rotated_and_compressed_log_is_read_too(run: Run) -> None:
    assert finding_of(run, "outlook_com/ip/203.0.113.9/ip_blocklisted_receiver")["counts"]["bounced"] == 143


def test_the_list_is_found_whoever_asked_it(run: Run) -> None:
    (found,) = (finding for finding in summary_of(run)["findings"] if finding["cause"] == "ip_blocklisted_dnsbl")
    assert found["list"].startswith("spamhaus")
    assert found["receiver"] is None
    assert found["counts"]["bounced"] == 37
    assert {receiver["slug"] for receiver in found["receivers"]} == {"example.net", "example.org"}


def test_noise_is_no_block(run: Run) -> None:
    noise = {finding["cause"] for finding in summary_of(run)["findings"] if not finding["opens_case"]}
    assert {"recipient_invalid", "rate_limited"} <= noise
    for finding in summary_of(run)["findings"]:
        if finding["cause"] == "recipient_invalid":
            assert request_of(run, finding["id"])["kind"] == "none"
            assert request_of(run, finding["id"])["refused"] is None


def test_a_mail_is_drafted_for_a_receiver_that_wants_one(run: Run) -> None:
    request = request_of(run, FBLW15)
    assert (request["kind"], request["to"]) == ("email", "delist@messaging.microsoft.com")
    draft = email.message_from_bytes((folder_of(run) / request["path"]).read_bytes(), policy=email.policy.SMTP)
    assert draft.defects == []
    assert draft["To"] == "delist@messaging.microsoft.com"
    assert "203.0.113.7" in draft["Subject"]
    body = draft.get_body().get_content()  # type: ignore[union-attr]
    assert "blocked using FBLW15" in body
    assert "captcha" in body
    for language in ("en", "ja"):
        assert "https://sender.office.com" in request["instruction"][language]


def test_a_crib_is_written_where_there_is_a_portal(run: Run) -> None:
    request = request_of(run, BANNED)
    assert (request["kind"], request["url"].rstrip("/")) == ("form", "https://sender.office.com")
    assert "203.0.113.9" in (folder_of(run) / request["path"]).read_text(encoding="utf-8")


def test_the_screen_is_one_screen_with_the_answer_first(run: Run) -> None:
    lines = screen_of(run)
    assert len(lines) <= 24
    assert widest(lines) <= 80
    assert lines[0].startswith("BLOCKED (")
    assert "203.0.113.7" in lines[0]
    assert "Microsoft 365" in lines[2] + lines[3]


def test_the_screen_tells_listed_clean_unknown_and_dead_apart(run: Run) -> None:
    lines = screen_of(run)
    begin = next(number for number, line in enumerate(lines) if line.startswith("LISTS "))
    assert lines[begin : begin + 2] == [
        "LISTS   203.0.113.9 on SpamCop SCBL, Spamhaus CSS | clean on 5 of 10 lists",
        "        unknown 3: refused 1, failed 1, empty or dead 1 | ended: relays.ordb.org",
    ]
    listed = [row for row in summary_of(run)["listings_not_clean"] if row["state"] == "listed"]
    assert [(row["target"], row["list"]) for row in listed] == [
        ("203.0.113.9", "spamcop_scbl"),
        ("203.0.113.9", "spamhaus_css"),
    ]


def test_what_stands_in_the_way_comes_before_the_request(run: Run) -> None:
    (found,) = (finding for finding in summary_of(run)["findings"] if finding["list"] == "spamhaus_zen")
    assert found["list_state"] == {"state": "listed", "zones": ["zen.spamhaus.org"], "cause": None}
    assert [(blocker["subject"], blocker["code"]) for blocker in found["blockers"]] == [("203.0.113.9", "no_ptr")]
    ready = {row["list"]: row["delist"]["ready"] for row in found["listings"]}
    assert ready == {"spamcop_scbl": True, "spamhaus_css": False}
    lines = screen_of(run)
    first = lines.index("  FIRST   203.0.113.9: The address has no reverse name (PTR).")
    assert lines[first + 1].startswith("  FILL IN https://check.spamhaus.org")
    assert request_of(run, found["id"])["instruction"]["en"].startswith("First: 203.0.113.9: The address has no")
    assert finding_of(run, FBLW15)["blockers"] == []


@pytest.mark.matrix
def test_findings_and_listings_keep_to_their_schemas(run: Run) -> None:
    for name in ("findings.json", "listings.json"):
        content = json.loads((folder_of(run) / name).read_text(encoding="utf-8"))
        assert misfits(content, name) == []


def test_what_the_screen_names_is_there(run: Run) -> None:
    cwd = folder_of(run).parents[1]
    paths = re.findall(r"\bout/\S+", "\n".join(screen_of(run)))
    assert len(paths) >= 2
    assert [path for path in paths if not (cwd / path).exists()] == []


def test_the_command_it_prints_repeats_the_run(run: Run, options: dict[str, t.Any]) -> None:
    text = "\n".join(screen_of(run))
    command = shlex.split(text.partition("AGAIN")[2].replace("\\\n", ""))
    assert command[1:4] == [INCIDENT, "-i", str(SAMPLE)]
    told = [json.loads(value) for value in command[5::2] if value.startswith("{")]
    assert all(one.items() <= options["extra_vars"].items() for one in told)
    assert (Path(command[0]).name, Path(command[0]).is_absolute()) == ("ansible-playbook", False)
    cwd = folder_of(run).parents[1]
    environment = harness._environment(cwd, cwd / "results-again.jsonl")
    extra = ["-e", json.dumps(options["extra_vars"])]
    done = subprocess.run([*command, *extra], cwd=cwd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0


def test_the_command_that_stops_the_loss_is_whole(run: Run) -> None:
    steps = {step["action"]: step["command"] for step in finding_of(run, FBLW15)["next_steps"]}
    command = shlex.split(steps["hold"])
    assert command[1:4] == ["postmaster.delist.hold", "-i", str(SAMPLE)]
    assert f"run={folder_of(run).name}" in command
    assert steps["hold"] in (folder_of(run) / "report.md").read_text(encoding="utf-8")
    # What is only deferred waits by itself.
    assert [step["command"] for step in finding_of(run, T_ONLINE)["next_steps"] if step["action"] == "hold"] == [None]


@pytest.mark.matrix
def test_a_second_run_and_check_mode_find_the_same_to_the_byte(four: harness.Fourfold) -> None:
    runs = [four.predicted, four.done, four.predicted_again, four.done_again]
    assert [one.changed for one in runs] == [0, 0, 0, 0]
    folders = [folder_of(one) for one in runs]
    assert len(set(folders)) == 4
    for name in ("findings.json", "listings.json"):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1
    drafts = [{path.name: path.read_bytes() for path in (folder / "requests").iterdir()} for folder in folders]
    assert drafts[0]
    assert drafts == [drafts[0]] * 4


def test_the_sample_runs_in_japanese(run_playbook: t.Callable[..., Run], options: dict[str, t.Any], run: Run) -> None:
    extra_vars = options["extra_vars"] | {"language": "ja"}
    shown = screen_of(run_playbook(INCIDENT, inventory=SAMPLE, extra_vars=extra_vars))
    assert shown[0].startswith("ブロック検出")
    assert widest(shown) <= 80
    assert len(shown) <= 24


def test_the_report_runs_with_a_limit(run_playbook: t.Callable[..., Run], options: dict[str, t.Any]) -> None:
    run = run_playbook(INCIDENT, limit="mx3", **options)
    summary = summary_of(run)
    assert summary["hosts"] == {"ok": ["mx3"], "failed": [], "unreachable": []}
    assert summary["policy"]["passed"] is True
    assert FBLW15 not in {finding["id"] for finding in summary["findings"]}
    assert "-l mx3" in run.stdout


def test_slices_are_gathered_into_one_run(run_playbook: t.Callable[..., Run], options: dict[str, t.Any]) -> None:
    extra_vars = options["extra_vars"] | {"run": "INC-7"}
    for host in ("mx1", "mx2"):
        run = run_playbook(INCIDENT, inventory=SAMPLE, extra_vars=extra_vars, limit=host)
    assert finding_of(run, FBLW15)["hosts"] == ["mx1", "mx2"]
    assert folder_of(run).name == "INC-7"


def test_a_shorter_window_finds_less(run_playbook: t.Callable[..., Run], options: dict[str, t.Any]) -> None:
    run = run_playbook(INCIDENT, inventory=SAMPLE, extra_vars=options["extra_vars"] | {"since": "1h"})
    assert 0 < finding_of(run, FBLW15)["counts"]["bounced"] < 212
    assert "last 1 h" in "\n".join(screen_of(run))
