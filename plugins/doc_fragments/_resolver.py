# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: may change at any time without notice.

"""Whom modules that ask the DNS themselves ask, and how patiently."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  server:
    description: IP addresses of the resolvers to ask. By default those that the system uses.
    type: list
    elements: str
    default: []
  port:
    description: Port of the resolvers.
    type: int
    default: 53
  timeout:
    description: Seconds until a question without an answer is given up, over all its repetitions.
    type: float
    default: 5.0
  retries:
    description:
      - How often a question is repeated within O(timeout), the first time after a quarter of a second, or earlier where
        answers come fast, then with doubled pauses.
    type: int
    default: 5
"""
