# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets nothing of an alert through but the IP address that it is about."""

from __future__ import annotations

import ipaddress
import typing as t

DOCUMENTATION = r"""
---
short_description: Let nothing of an alert through but its IP addresses
description:
  - Takes what Alertmanager posts (C(payload.alerts), each with C(status) and C(labels)), or one alert alone, posted as
    C({"status": "firing", "labels": {"ip": "203.0.113.7"}}).
  - Each alert that is firing and whose label is an IP address, and nothing but that, becomes one event with that
    address. All else is dropped, alerts without such an address as well. Text from outside would otherwise become a
    variable of the playbook, and a variable of that kind is a template.
options:
  label:
    description: The label that holds the address.
    type: str
    default: ip
  limit:
    description: How many different addresses of one message are let through at most.
    type: int
    default: 20
"""

EXAMPLES = r"""
- eda.builtin.webhook:
    host: 127.0.0.1
    port: "5066"
    token: "{{ webhook_token }}"
  filters:
    - postmaster.delist.only_addresses:
        label: ip
"""

# The longest way to write an IPv6 address.
_LONGEST = 45


def main(event: dict[str, t.Any], label: str = "ip", limit: int = 20) -> list[dict[str, t.Any]]:
    """Return an event C({"payload": {"address": ...}}) for each address that the message is about, in its order."""
    found = (_address(alert, label) for alert in _alerts(event.get("payload")))
    addresses = dict.fromkeys(address for address in found if address is not None)
    return [{"payload": {"address": address}} for address in list(addresses)[:limit]]


def _alerts(payload: object) -> list[t.Any]:
    if not isinstance(payload, dict):
        return []
    alerts = payload.get("alerts", [payload])
    return alerts if isinstance(alerts, list) else []


def _address(alert: object, label: str) -> str | None:
    """In its one usual form, so that what is throttled is the address and not its spelling."""
    if not isinstance(alert, dict) or alert.get("status") != "firing" or not isinstance(alert.get("labels"), dict):
        return None
    said = alert["labels"].get(label)
    if not isinstance(said, str) or len(said) > _LONGEST or "%" in said:
        return None
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return None
    nowhere = address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local
    return None if nowhere else str(address)
