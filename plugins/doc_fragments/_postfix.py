# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: may change at any time without notice.

"""Which Postfix a module works on, and where that writes its log."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  config_directory:
    description:
      - The configuration directory of the instance. By default Postfix's own.
    type: path
"""

    LOG = r"""
options:
  log_paths:
    description:
      - Where Postfix's log is, or globs of it. By default where Postfix says it is, where distributions put it, and the
        journal.
    type: list
    elements: path
    default: []
"""
