# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx makes the site of what tools/docs.py has laid out; it asks no network."""

from __future__ import annotations

project = "postmaster.delist"
copyright = "2026, postmaster.delist contributors"  # noqa: A001
title = html_title = html_short_title = "postmaster.delist"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 3

default_role = "any"
pygments_style = "ansible"
highlight_language = "none"  # most blocks are commands; the others name their language
smartquotes = False  # options keep their two dashes

html_theme = "sphinx_rtd_theme"
html_show_sphinx = False
html_use_index = False
html_copy_source = False
