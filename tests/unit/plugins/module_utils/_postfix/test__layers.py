# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers are put on and taken off; what somebody else did meanwhile stays, and is told."""

from __future__ import annotations

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import (
    Layer,
    Parameter,
    Service,
    keep,
    render_main,
    render_master,
    strip_main,
    strip_master,
)

HOLD = Layer("hold", (Parameter("smtp_delivery_status_filter", "regexp:/own/hold", "prepend", "$default_filter"),))
RELAY = Layer(
    "relay",
    (Parameter("transport_maps", "texthash:/own/ses", "prepend"), Parameter("default_transport", "ses:[h]:587")),
    (
        Service("ses", "unix", "ses unix - - n - 5 smtp\n  -o a=b"),
        Service("ses-slow", "unix", "ses-slow unix - - n - 1 smtp"),
    ),
)
LAYERS = [HOLD, RELAY]
MASTER = b"smtp inet n - y - - smtpd\n# theirs\npickup unix n - y 60 1 pickup\n"
MAIN = b"myhostname = mx1\ntransport_maps = hash:/theirs\n"


def test_services_come_behind_those_that_are_there_and_go_again() -> None:
    rendered = render_master(MASTER, LAYERS)
    assert rendered.startswith(MASTER)
    assert rendered[len(MASTER) :] == b"ses unix - - n - 5 smtp\n  -o a=b\nses-slow unix - - n - 1 smtp\n"
    stripped = strip_master(rendered, LAYERS)
    assert stripped == (MASTER, 2, frozenset(), ())


def test_a_service_is_the_same_however_its_words_are_spaced() -> None:
    spaced = render_master(MASTER, LAYERS).replace(b"ses unix - - n - 5 smtp\n  -o", b"ses  unix - -\tn - 5 smtp -o")
    assert strip_master(spaced, LAYERS) == (MASTER, 2, frozenset(), ())


def test_a_service_that_somebody_took_out_is_no_longer_ours() -> None:
    taken_out = render_master(MASTER, LAYERS).replace(b"ses-slow unix - - n - 1 smtp\n", b"")
    assert strip_master(taken_out, LAYERS) == (
        MASTER,
        1,
        frozenset({("relay", "ses-slow/unix")}),
        ("master.cf: the service ses-slow/unix was taken out by somebody else",),
    )


def test_a_service_that_somebody_changed_stays_as_it_is() -> None:
    changed = render_master(MASTER, LAYERS).replace(b"-o a=b", b"-o a=c")
    assert strip_master(changed, LAYERS) == (
        MASTER + b"ses unix - - n - 5 smtp\n  -o a=c\n",
        1,
        frozenset({("relay", "ses/unix")}),
        ("master.cf: the service ses/unix was changed by somebody else and stays as it is",),
    )


def test_each_service_is_looked_at_whatever_became_of_another() -> None:
    none_left = strip_master(MASTER, LAYERS)
    assert none_left.lost == {("relay", "ses/unix"), ("relay", "ses-slow/unix")}
    assert [sentence.split()[3] for sentence in none_left.told] == ["ses-slow/unix", "ses/unix"]
    assert (none_left.data, none_left.found) == (MASTER, 0)


def test_parameters_come_and_go() -> None:
    rendered = render_main(MAIN, LAYERS)
    assert b"transport_maps = texthash:/own/ses, hash:/theirs\n" in rendered
    assert b"smtp_delivery_status_filter = regexp:/own/hold, $default_filter\n" in rendered
    assert strip_main(rendered, MAIN, LAYERS) == (MAIN, 3, frozenset(), ())


def test_a_parameter_that_somebody_took_out_is_told_of() -> None:
    rendered = render_main(MAIN, LAYERS).replace(b"default_transport = ses:[h]:587\n", b"")
    stripped = strip_main(rendered, MAIN, LAYERS)
    assert stripped.lost == {("relay", "default_transport")}
    assert (stripped.data, stripped.found) == (MAIN, 2)
    assert stripped.told == (
        "main.cf: default_transport of the layer was taken out by somebody else (default_transport is not there)",
    )


def test_of_a_list_only_our_own_entry_goes() -> None:
    rendered = render_main(MAIN, LAYERS).replace(b"hash:/theirs", b"hash:/theirs, hash:/new")
    stripped = strip_main(rendered, MAIN, LAYERS)
    assert stripped.data == MAIN.replace(b"hash:/theirs", b"hash:/theirs, hash:/new")
    assert stripped.told == ("main.cf: transport_maps was edited by somebody else: what is theirs stays",)
    assert (stripped.found, stripped.lost) == (3, frozenset())


def test_what_we_only_added_to_nothing_goes_whole() -> None:
    """Somebody put a comment into our own entry: of it nothing is left, and no empty parameter."""
    rendered = render_main(MAIN, LAYERS).replace(b"regexp:/own/hold, $default_filter", b"$default_filter")
    rendered = rendered.replace(b"= $default_filter", b"= regexp:/own/hold $default_filter")
    assert strip_main(rendered, MAIN, LAYERS).data == MAIN


def test_a_value_that_somebody_set_stays() -> None:
    rendered = render_main(MAIN, LAYERS).replace(b"ses:[h]:587", b"smtp:[theirs]")
    stripped = strip_main(rendered, MAIN, LAYERS)
    assert stripped.data == MAIN + b"default_transport = smtp:[theirs]\n"
    assert stripped.told == ("main.cf: default_transport was changed by somebody else and stays as it is",)
    assert stripped.lost == {("relay", "default_transport")}


def test_what_is_lost_belongs_to_the_layer_no_more() -> None:
    kept = keep(RELAY, {("relay", "ses/unix"), ("relay", "default_transport"), ("hold", "transport_maps")})
    assert [parameter.name for parameter in kept.parameters] == ["transport_maps"]
    assert [service.name for service in kept.services] == ["ses-slow"]
