# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Sends a message about a run. A URL is a secret: it is in no result, no reason and no log, and neither is its host."""

from __future__ import annotations

import contextlib
import http.client
import importlib
import logging
import typing as t
import urllib.error
from urllib.parse import urlsplit

from ansible.module_utils.urls import open_url

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import json_text

TIMEOUT_SECONDS = 10


class Sent(t.NamedTuple):
    """What became of a message; C(to) says which of the configured ones it is, C(reason) why it did not arrive."""

    to: str
    reason: str | None

    def to_data(self) -> dict[str, t.Any]:
        return {"to": self.to, "sent": self.reason is None, "reason": self.reason}


def post(url: str, body: t.Mapping[str, t.Any]) -> Sent:
    """Post JSON to a webhook."""
    return Sent("webhook", _reason(_post, url, body))


def send(urls: t.Sequence[str], title: str, text: str) -> list[Sent]:
    """Send text by apprise, to each of its URLs."""
    return [Sent(f"apprise {number}", _reason(_send, url, title, text)) for number, url in enumerate(urls, start=1)]


class _Failed(Exception):
    """It did not arrive; the message says why, and holds nothing of the URL."""


def _reason(attempt: t.Callable[..., None], *given: t.Any) -> str | None:
    try:
        attempt(*given)
    except _Failed as exc:
        return str(exc)
    except Exception as exc:  # whatever a library may raise: its words may hold the URL, its kind does not
        return type(exc).__name__
    return None


def _post(url: str, body: t.Mapping[str, t.Any]) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise _Failed("an http or https URL was expected")
    try:
        open_url(
            url,
            data=json_text(body).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            method="POST",
            http_agent="postmaster.delist",
            timeout=TIMEOUT_SECONDS,
            follow_redirects="no",
        ).close()
    except urllib.error.HTTPError as exc:
        raise _Failed(f"the server answered {exc.code} {http.client.responses.get(exc.code, '')}".rstrip()) from None
    except urllib.error.URLError as exc:
        raise _Failed(type(exc.reason).__name__ if isinstance(exc.reason, Exception) else "no connection") from None


def _send(url: str, title: str, text: str) -> None:
    with _silence():
        apprise = _apprise()
        asset = apprise.AppriseAsset(async_mode=False)
        notifier = apprise.Apprise(asset=asset)
        if not notifier.add(url):
            raise _Failed("no URL that apprise knows; see its documentation of services")
        if not notifier.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
            raise _Failed("the service did not take it")


def _apprise() -> t.Any:
    """The library, which most runs do without."""
    try:
        return importlib.import_module("apprise")
    except ImportError:
        raise _Failed("apprise is not there on the controller: pip install 'apprise>=1.8'") from None


@contextlib.contextmanager
def _silence() -> t.Iterator[None]:
    """Keep apprise and what it uses from logging: they log URLs."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
