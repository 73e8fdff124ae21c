# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import multiprocessing
import os
import pathlib
import resource
import signal

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _lock, _record
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import (
    Locked,
    PostfixError,
    TransactionError,
)
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import (
    STEPS,
    File,
    Layer,
    Lookup,
    Parameter,
    Plan,
    Service,
    apply,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix.fake_postfix import (
    MAIN,
    FakePostfix,
)

SECRET = b"[ses]:587 user:hunter2\n"


class Quiet:
    """A log in which nothing is said until C(says)."""

    def __init__(self, *says: str) -> None:
        self.says = list(says)

    def begin(self) -> None:
        pass

    def faults(self) -> list[str]:
        return self.says


def hold(fake: FakePostfix, table: bytes = b"/a/ b\n") -> Layer:
    value = f"regexp:{fake.postfix.own('hold.regexp')}"
    return Layer(
        "hold",
        parameters=(Parameter("smtp_delivery_status_filter", value, "prepend"),),
        files=(File("hold.regexp", table),),
        settings={"receivers": ["outlook_com"]},
    )


def relay(fake: FakePostfix) -> Layer:
    return Layer(
        "relay",
        parameters=(
            Parameter("transport_maps", f"texthash:{fake.postfix.own('ses_transport')}", "prepend"),
            Parameter("ses_destination_rate_delay", "1s"),
        ),
        services=(Service("ses", "unix", "ses unix - - n - 5 smtp\n  -o syslog_name=postfix/ses"),),
        files=(File("ses_transport", b"outlook.com ses:[ses]:587\n"), File("ses_passwd", SECRET, secret=True)),
    )


def do(fake: FakePostfix, *, add: Layer | None = None, remove: str | None = None, **options) -> list[str]:
    plan = Plan.of(fake.postfix, add=add, remove=remove)
    options.setdefault("watch", Quiet())
    return apply(fake.postfix, plan, watch_seconds=0, **options)


@pytest.fixture
def fake(tmp_path) -> FakePostfix:
    return FakePostfix(tmp_path / "etc")


def test_one_layer(fake):
    start = fake.files()
    do(fake, add=hold(fake))
    line = f"smtp_delivery_status_filter = regexp:{fake.postfix.own('hold.regexp')}, $default_delivery_status_filter\n"
    assert fake.main.decode() == MAIN + line
    assert fake.reloads == [fake.main]
    assert _record.applied(fake.postfix)[0]["settings"] == {"receivers": ["outlook_com"]}
    assert not Plan.of(fake.postfix, add=hold(fake)).changed
    do(fake, remove="hold")
    assert fake.files() == start
    assert not Plan.of(fake.postfix, remove="hold").changed


@pytest.mark.parametrize("names", [("hold", "relay"), ("relay", "hold")])
@pytest.mark.parametrize("first_out", ["hold", "relay"])
def test_layers_in_any_order(fake, names, first_out):
    start = fake.files()
    made = {"hold": hold(fake), "relay": relay(fake)}
    for name in names:
        do(fake, add=made[name])
    other = "relay" if first_out == "hold" else "hold"
    assert {layer["name"] for layer in _record.applied(fake.postfix)} == {"hold", "relay"}
    do(fake, remove=first_out)
    assert [layer["name"] for layer in _record.applied(fake.postfix)] == [other]
    assert not Plan.of(fake.postfix, add=made[other]).changed
    do(fake, remove=other)
    assert fake.files() == start


def test_another_table_of_the_same_layer(fake):
    start = fake.files()
    do(fake, add=hold(fake))
    do(fake, add=hold(fake, b"/other/ b\n"))
    assert (fake.folder / "postmaster-delist" / "hold.regexp").read_bytes() == b"/other/ b\n"
    do(fake, remove="hold")
    assert fake.files() == start


def test_everything_of_ours_is_for_root_only(fake):
    do(fake, add=relay(fake))
    for name, (_content, mode) in fake.files().items():
        if name.startswith("postmaster-delist"):
            assert mode & 0o077 == 0, name


def test_a_secret_is_neither_shown_nor_recorded(fake):
    plan = Plan.of(fake.postfix, add=relay(fake))
    assert b"hunter2" not in json.dumps([plan.diff, plan.layers]).encode()
    apply(fake.postfix, plan, watch=Quiet(), watch_seconds=0)
    holders = [name for name, (content, _mode) in fake.files().items() if b"hunter2" in content]
    assert holders == ["postmaster-delist/ses_passwd"]
    assert b"hunter2" not in json.dumps(Plan.of(fake.postfix, remove="relay").diff).encode()
    assert not any("hunter2" in word for command in fake.commands for word in command)


def test_the_link_mode_and_owner_of_main_cf_stay(fake):
    real = fake.folder / "main.cf.real"
    (fake.folder / "main.cf").rename(real)
    (fake.folder / "main.cf").symlink_to("main.cf.real")
    real.chmod(0o640)
    start = fake.files()
    do(fake, add=hold(fake))
    assert (fake.folder / "main.cf").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    do(fake, remove="hold")
    assert fake.files() == start


def test_an_edit_by_somebody_else_is_kept(fake):
    do(fake, add=hold(fake))
    edited = fake.main.replace(b"relayhost =\n", b"relayhost = [smart]\n") + b"# done by hand\n"
    (fake.folder / "main.cf").write_bytes(edited)
    plan = Plan.of(fake.postfix, remove="hold")
    assert "edited by somebody else" in plan.drift[0]
    assert plan.left == ()
    do(fake, remove="hold")
    expected = MAIN.replace("relayhost =\n", "relayhost = [smart]\n") + "# done by hand\n"
    assert fake.main.decode() == expected
    assert not (fake.folder / "postmaster-delist").exists()


def test_what_somebody_else_made_of_our_parameter_stays(fake):
    do(fake, add=relay(fake))
    changed = fake.main.replace(b"rate_delay = 1s", b"rate_delay = 9s")
    (fake.folder / "main.cf").write_bytes(changed)
    plan = Plan.of(fake.postfix, remove="relay")
    assert plan.left == ("main.cf: ses_destination_rate_delay was changed by somebody else and stays as it is",)
    do(fake, remove="relay")
    assert fake.main.decode() == MAIN + "ses_destination_rate_delay = 9s\n"


def test_a_table_that_an_edited_line_still_names_stays(fake):
    do(fake, add=hold(fake))
    table = fake.postfix.own("hold.regexp")
    (fake.folder / "main.cf").write_bytes(fake.main + f"lmtp_delivery_status_filter = regexp:{table}\n".encode())
    plan = Plan.of(fake.postfix, remove="hold")
    assert "still names it" in plan.left[0]
    do(fake, remove="hold")
    assert pathlib.Path(table).exists()


def test_our_element_is_found_in_a_list_in_other_order(fake):
    do(fake, add=relay(fake))
    ours = f"texthash:{fake.postfix.own('ses_transport')}"
    edited = fake.main.replace(
        f"transport_maps= {ours}, hash".encode(), f"transport_maps = hash:/new, {ours}, hash".encode()
    )
    assert edited != fake.main
    (fake.folder / "main.cf").write_bytes(edited)
    do(fake, remove="relay")
    assert b"transport_maps = hash:/new, hash:/etc/postfix/transport\n" in fake.main
    assert b"ses" not in fake.main + fake.master


def test_an_edit_of_one_layer_survives_the_other(fake):
    do(fake, add=relay(fake))
    do(fake, add=hold(fake))
    (fake.folder / "main.cf").write_bytes(fake.main.replace(b"rate_delay = 1s", b"rate_delay = 9s"))
    do(fake, remove="hold")
    assert b"rate_delay = 9s" in fake.main
    assert b"ses_transport" in fake.main
    do(fake, remove="relay")
    assert fake.main.decode() == MAIN + "ses_destination_rate_delay = 9s\n"


def test_a_layer_that_somebody_took_out_is_put_back(fake):
    do(fake, add=hold(fake))
    (fake.folder / "main.cf").write_text(MAIN)
    plan = Plan.of(fake.postfix, add=hold(fake))
    assert plan.changed
    assert any("taken out by somebody else" in sentence for sentence in plan.drift)
    do(fake, add=hold(fake))
    assert b"hold.regexp" in fake.main
    do(fake, remove="hold")
    assert fake.main.decode() == MAIN


def test_a_service_of_somebody_else_is_not_touched(fake):
    (fake.folder / "master.cf").write_bytes(fake.master + b"ses unix - - n - - smtp\n")
    with pytest.raises(PostfixError, match="already has a service ses/unix"):
        Plan.of(fake.postfix, add=relay(fake))


def test_postfix_not_running(fake):
    start = fake.files()
    fake.running = False
    with pytest.raises(PostfixError, match="is not running"):
        do(fake, add=hold(fake))
    assert fake.files() == start


def test_restore_of_a_stopped_postfix(fake):
    start = fake.files()
    do(fake, add=hold(fake))
    fake.running = False
    assert do(fake, remove="hold") == ["Postfix is not running, so it was not reloaded"]
    assert fake.files() == start


def test_a_configuration_that_was_broken_before(fake):
    (fake.folder / "main.cf").write_text(f"{MAIN}broken\n")
    start = fake.files()
    with pytest.raises(PostfixError, match="cannot be used"):
        do(fake, add=hold(fake))
    assert fake.files() == start


def test_what_postfix_warned_of_before_is_no_reason(fake):
    (fake.folder / "main.cf").write_text(f"{MAIN}bogus_old = 1\n")
    do(fake, add=hold(fake))
    assert b"hold.regexp" in fake.main


def test_a_parameter_that_postfix_does_not_know(fake):
    start = fake.files()
    with pytest.raises(PostfixError, match="unused parameter: bogus_new"):
        do(fake, add=Layer("hold", parameters=(Parameter("bogus_new", "1"),)))
    assert fake.files() == start


def test_lookups_before_it_goes_live(fake):
    start = fake.files()
    fake.table = {"5.7.1 blocked": "5.7.1 blocked", "5.1.1 user": "4.1.1 user"}
    for lookup, message in (
        (Lookup("hold.regexp", "regexp", {"5.7.1 blocked": "4."}), "gives '5.7.1 blocked'"),
        (Lookup("hold.regexp", "regexp", {"5.7.2 other": "4."}), "gives nothing"),
        (Lookup("hold.regexp", "regexp", {}, ["5.1.1 user"]), "must not touch '5.1.1 user'"),
    ):
        with pytest.raises(PostfixError, match=message):
            do(fake, add=hold(fake), lookups=[lookup])
        assert fake.files() == start
    assert fake.reloads == []


@pytest.mark.parametrize("way", ["refused reload", "faults in the log", "problems of the caller"])
def test_undone_by_itself(fake, way):
    do(fake, add=relay(fake))
    start, reloads = fake.files(), len(fake.reloads)
    options = {}
    if way == "faults in the log":
        options["watch"] = Quiet("postfix/smtp: fatal: no such table")
    if way == "problems of the caller":
        options["verify"] = lambda: ["sendmail -bv says undeliverable"]
    if way == "refused reload":
        fake.refuses = "postfix: fatal: bad"
        with pytest.raises(TransactionError, match="Undoing it failed too") as failed:
            do(fake, add=hold(fake), **options)
        assert not failed.value.undone
        assert fake.main.decode().startswith(MAIN[:40])
        assert b"hold.regexp" not in fake.main
        return
    with pytest.raises(TransactionError, match="Nothing has changed") as failed:
        do(fake, add=hold(fake), **options)
    assert failed.value.undone
    assert fake.files() == start
    assert len(fake.reloads) == reloads + 2
    assert fake.reloads[-1] == fake.main


@pytest.mark.parametrize("error", [ValueError("no number"), UnicodeError("no text"), RuntimeError("a bug of ours")])
def test_what_nobody_expected_is_undone_too(fake, error):
    start = fake.files()

    def fails() -> list[str]:
        raise error

    with pytest.raises(TransactionError, match="Nothing has changed") as failed:
        do(fake, add=hold(fake), verify=fails)
    assert failed.value.undone
    assert str(error) in str(failed.value)
    assert fake.files() == start
    assert fake.reloads[-1] == fake.main


def test_faults_after_a_restore_are_told(fake):
    start = fake.files()
    do(fake, add=hold(fake))
    assert do(fake, remove="hold", watch=Quiet("postfix/smtp: fatal: x")) == [
        "Postfix complains: postfix/smtp: fatal: x"
    ]
    assert fake.files() == start


def test_somebody_else_is_at_it(fake):
    with _lock.hold(fake.postfix, who="alice from 192.0.2.1"), pytest.raises(Locked, match=r"alice.*since 20\d\d-"):
        do(fake, add=hold(fake))
    do(fake, add=hold(fake))


def test_a_change_between_plan_and_apply(fake):
    plan = Plan.of(fake.postfix, add=hold(fake))
    (fake.folder / "main.cf").write_text(MAIN + "# new\n")
    with pytest.raises(PostfixError, match="just now"):
        apply(fake.postfix, plan, watch=Quiet(), watch_seconds=0)


def _full_disk(fake, limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        do(fake, add=hold(fake, b"# much\n" * 4000))
    except PostfixError as error:
        os._exit(10 if getattr(error, "undone", True) and "File too large" in str(error) else 11)
    os._exit(12)


@pytest.mark.parametrize("limit", [100, 1000, 20_000])
def test_no_room_on_the_disk(fake, limit):
    """A limit on the size of files stops writing half way, as a full disk does."""
    start = fake.files()
    assert _in_child(_full_disk, fake, limit) == 10
    assert fake.files() == start


def _killed(fake, change, at):
    def on_step(name):
        if name == at:
            os.kill(os.getpid(), signal.SIGKILL)

    do(fake, on_step=on_step, **change(fake))
    os._exit(0)


def _in_child(target, *args):
    child = multiprocessing.get_context("fork").Process(target=target, args=args)
    child.start()
    child.join(60)
    return child.exitcode


CHANGES = {
    "add": lambda fake: {"add": hold(fake)},
    "refresh": lambda fake: {"add": hold(fake, b"/new/ b\n")},
    "add another": lambda fake: {"add": relay(fake)},
    "remove": lambda fake: {"remove": "hold"},
    "remove another": lambda fake: {"remove": "relay"},
}
# What a change does not need.
LEFT_OUT = {
    "add": {"master_cf_added", "service_started", "master_cf_removed", "files_removed", "reloaded_again"},
    "refresh": {
        "master_cf_added",
        "service_started",
        "main_cf",
        "master_cf_removed",
        "files_removed",
        "reloaded_again",
    },
    "add another": {"master_cf_removed", "files_removed", "reloaded_again"},
    "remove": {"files", "master_cf_added", "service_started", "master_cf_removed", "reloaded_again"},
    "remove another": {"files", "master_cf_added", "service_started"},
}
LONG = ("refresh", "add another", "remove")
KILLS = [
    pytest.param(name, at, marks=[pytest.mark.nightly] if name in LONG else [])
    for name in CHANGES
    for at in STEPS
    if at not in LEFT_OUT[name]
]


@pytest.mark.parametrize("name", CHANGES)
def test_steps(fake, name):
    _before(fake, name)
    steps: list[str] = []
    do(fake, on_step=steps.append, **CHANGES[name](fake))
    assert steps == [step for step in STEPS if step not in LEFT_OUT[name]]


@pytest.mark.parametrize(("name", "at"), KILLS)
def test_killed_at_any_step(fake, name, at):
    start = fake.files()
    _before(fake, name)
    assert _in_child(_killed, fake, CHANGES[name], at) == -signal.SIGKILL
    assert b"hold.regexp" not in fake.main or os.path.exists(fake.postfix.own("hold.regexp"))
    assert b" ses:" not in fake.main or b"\nses unix" in fake.master
    for layer in ("hold", "relay"):
        if Plan.of(fake.postfix, remove=layer).changed:
            do(fake, remove=layer)
    assert fake.files() == start


@pytest.mark.parametrize("at", [at for at in STEPS if at not in LEFT_OUT["add"]])
def test_killed_then_repeated(fake, at):
    start = fake.files()
    assert _in_child(_killed, fake, CHANGES["add"], at) == -signal.SIGKILL
    if Plan.of(fake.postfix, add=hold(fake)).changed:
        do(fake, add=hold(fake))
    assert b"hold.regexp" in fake.main
    assert not Plan.of(fake.postfix, add=hold(fake)).changed
    do(fake, remove="hold")
    assert fake.files() == start


def _before(fake, name):
    if name != "add":
        do(fake, add=hold(fake))
    if name == "remove another":
        do(fake, add=relay(fake))


def test_killed_and_then_edited(fake):
    assert _in_child(_killed, fake, CHANGES["add"], "main_cf") != 0
    (fake.folder / "main.cf").write_bytes(fake.main + b"# by hand\n")
    do(fake, remove="hold")
    assert fake.main.decode() == MAIN + "# by hand\n"


def test_a_damaged_record_says_where_the_backup_is(fake):
    do(fake, add=hold(fake))
    (fake.folder / "postmaster-delist" / "record.json").write_text("{")
    with pytest.raises(PostfixError, match=r"damaged.*postmaster-delist/backup"):
        Plan.of(fake.postfix, remove="hold")


def test_what_is_not_ours_in_our_folder_stays(fake):
    do(fake, add=hold(fake))
    (fake.folder / "postmaster-delist" / "notes.txt").write_text("x")
    plan = Plan.of(fake.postfix, remove="hold")
    assert plan.left == (f"{fake.postfix.own('notes.txt')} stays: it is not ours",)
    do(fake, remove="hold")
    assert sorted(name for name in fake.files() if "delist" in name) == [
        "postmaster-delist",
        "postmaster-delist/notes.txt",
    ]
    assert not Plan.of(fake.postfix, remove="hold").changed
