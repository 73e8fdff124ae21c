# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Chromium without a screen, driven over W3C WebDriver by its own chromedriver: nothing else is downloaded.

A session may reach no network, and keeps what the page asked of it and said on its console.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

_SECONDS = 60
_LISTENS = re.compile(r"started successfully on port (\d+)")
_CAPABILITIES = {
    "browserName": "chrome",
    "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    "goog:chromeOptions": {
        "args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--window-size=1280,900",
        ],
        "perfLoggingPrefs": {"enableNetwork": True},
    },
}


def missing() -> str | None:
    """Which program is not there, or None."""
    return next((name for name in ("chromium", "chromedriver") if not shutil.which(name)), None)


class Browser:
    """One session; the names are those of the protocol's commands."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._session = ""
        binary = {"binary": shutil.which("chromium")}
        options = {**t.cast("dict[str, t.Any]", _CAPABILITIES["goog:chromeOptions"]), **binary}
        wanted = {"alwaysMatch": {**_CAPABILITIES, "goog:chromeOptions": options}}
        self._session = f"/{self._ask('POST', '', {'capabilities': wanted})['sessionId']}"

    def open(self, path: Path) -> None:
        self._ask("POST", "/url", {"url": path.as_uri()})

    def run(self, script: str, *values: t.Any) -> t.Any:
        """What a script of ours returns; it is no script of the page."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(values)})

    def wait_for(self, script: str, *values: t.Any) -> t.Any:
        """The same for one that calls its last argument with its result."""
        return self._ask("POST", "/execute/async", {"script": script, "args": list(values)})

    def click(self, selector: str) -> None:
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"/element/{next(iter(found.values()))}/click", {})

    def press(self, keys: str, *, holding: str = "") -> None:
        """Press each key and let it go, while others are held down."""
        pressed = [(kind, key) for key in keys for kind in ("keyDown", "keyUp")]
        around = [("keyDown", key) for key in holding], [("keyUp", key) for key in holding]
        actions = [{"type": kind, "value": key} for kind, key in (*around[0], *pressed, *around[1])]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def command(self, name: str, **parameters: t.Any) -> t.Any:
        """A command of Chromium's own protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def log(self, kind: str) -> list[dict[str, t.Any]]:
        """What was logged since the last time: C(browser) or C(performance)."""
        return t.cast("list[dict[str, t.Any]]", self._ask("POST", "/se/log", {"type": kind}))

    def requested(self) -> list[str]:
        """The addresses that were asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def picture(self, path: Path, *, width: int, height: int | None = None, dark: bool = False) -> None:
        """Take the whole page, or its first C(height) pixels, at this width."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.command("Emulation.setEmulatedMedia", features=scheme)
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        whole = height or self.run("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": whole, "scale": 1}
        taken = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(taken["data"]))

    def paper(self, path: Path) -> None:
        """Print on A4."""
        page = {"width": 21.0, "height": 29.7}
        printed = self._ask("POST", "/print", {"page": page, "background": True})
        path.write_bytes(base64.b64decode(printed))

    def close(self) -> None:
        self._ask("DELETE", "", None)

    def _ask(self, method: str, path: str, body: t.Any) -> t.Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_SECONDS)
        with contextlib.closing(connection):
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/session{self._session}{path}", text, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{method} {path}: {answer['error']}: {answer['message']}")
        return answer


@contextlib.contextmanager
def browser() -> t.Iterator[Browser]:
    """A session of its own, with a profile of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="delist-browser-") as home:
        driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8"},
            text=True,
        )
        try:
            made = Browser(_port(driver))
            try:
                yield made
            finally:
                made.close()
        finally:
            driver.terminate()
            driver.wait(_SECONDS)


def _port(driver: subprocess.Popen[str]) -> int:
    assert driver.stdout is not None
    for line in driver.stdout:
        if match := _LISTENS.search(line):
            return int(match[1])
    raise RuntimeError("chromedriver ended before it listened")
