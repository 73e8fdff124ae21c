# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Domain names from logs and people: which of them may become the key of a Postfix table."""

from __future__ import annotations

import re

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_MAX_LENGTH = 253


def domain_name(text: str) -> str | None:
    """Return the name in lower case, or None for what is no name of letters, digits and hyphens with two labels.

    C(*), C(.example.com), addresses, literals and anything with a blank or a control character are no names.
    """
    # lower() turns a few letters of other scripts into ASCII.
    if not text.isascii() or len(text) > _MAX_LENGTH:
        return None
    name = text.lower()
    labels = name.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return name


def is_host_name(text: str) -> bool:
    """Tell whether this is a full host name."""
    return domain_name(text) is not None
