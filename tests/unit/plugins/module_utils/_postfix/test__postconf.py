# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _postconf
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError


def test_a_host_without_postfix(tmp_path, monkeypatch):
    monkeypatch.setattr(_postconf, "_PLACES", str(tmp_path))
    with pytest.raises(
        PostfixError, match="postconf is not on this host: a Postfix with its own programs was expected"
    ):
        _postconf.Postfix()


def test_a_folder_that_is_no_configuration(tmp_path):
    with pytest.raises(PostfixError, match=r"main\.cf does not exist: the configuration directory of a Postfix was"):
        _postconf.Postfix(str(tmp_path))
