# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: may change at any time without notice.

"""What a site knows besides."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  knowledge_paths:
    description:
      - Folders laid out like the collection's C(knowledge/), whose files add receivers, rules and channels or replace
        those of the same id.
      - Read on the controller.
    type: list
    elements: path
    default: []
"""
