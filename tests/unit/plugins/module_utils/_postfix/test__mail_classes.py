# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._mail_classes import entries, own_domains

NOTHING = {
    "mydestination": "",
    "virtual_alias_domains": "",
    "virtual_mailbox_domains": "",
    "relay_domains": "",
    "parent_domain_matches_subdomains": "debug_peer_list,relay_domains,smtpd_access_maps",
}
TABLES = {"hash:/etc/virtual": {"shop.example"}, "inline:{ a.example = x, b.example = y }": {"a.example", "b.example"}}


def lookup(table, keys):
    return {key: "x" for key in keys if key in TABLES[table]}


def own(*domains, **parameters):
    return own_domains({**NOTHING, **parameters}, lookup, domains)


def test_a_foreign_domain_is_nobodys():
    assert own("outlook.com", mydestination="mx1.example, localhost", relay_domains="lists.example") == {}


@pytest.mark.parametrize("parameter", sorted(set(NOTHING) - {"parent_domain_matches_subdomains"}))
@pytest.mark.parametrize(
    "value", ["shop.example", "x.example,\tSHOP.example", "hash:/etc/virtual", "!y, shop.example."]
)
def test_each_class_counts_by_name_and_by_table(parameter, value):
    assert own("outlook.com", "Shop.Example", **{parameter: value}) == {"shop.example": parameter}


def test_a_subdomain_of_a_relayed_domain_is_own_too():
    assert own("a.b.lists.example", relay_domains="lists.example") == {"a.b.lists.example": "relay_domains"}
    assert own("a.lists.example", mydestination="lists.example") == {}
    strict = {"parent_domain_matches_subdomains": "debug_peer_list"}
    assert own("a.lists.example", relay_domains="lists.example", **strict) == {}
    assert own("a.lists.example", relay_domains=".lists.example", **strict) == {"a.lists.example": "relay_domains"}


def test_a_table_with_blanks_and_commas_is_one_entry():
    inline = "inline:{ a.example = x, b.example = y }"
    assert list(entries(f"x.example, {inline} !z.example")) == ["x.example", inline, "z.example"]
    assert own("b.example", virtual_alias_domains=inline) == {"b.example": "virtual_alias_domains"}


def test_a_file_of_names(tmp_path):
    (tmp_path / "names").write_text("# shop.example\n\nlists.example, www.example\n", encoding="utf-8")
    found = own("lists.example", "shop.example", mydestination=str(tmp_path / "names"))
    assert found == {"lists.example": "mydestination"}


def test_a_table_that_cannot_be_asked_is_no_empty_table():
    with pytest.raises(KeyError):
        own("outlook.com", relay_domains="ldap:/etc/ldap.cf")
