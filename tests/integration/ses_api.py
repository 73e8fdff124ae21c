# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API of Amazon SES (v2) as a small HTTP server, for boto3 itself to talk to."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import typing as t
import urllib.parse

ACCOUNT = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1200.0},
}
BASE = "/v2/email/"
# Library versions list identities in two ways.
_SAME = {"list-identities": "identities"}


class Api:
    """C(answers) are by path, behind C(#) the page asked for: a body, or a status and AWS's name for the error."""

    def __init__(self, server: http.server.ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.answers: dict[str, t.Any] = {"account": ACCOUNT}
        self.headers: list[str] = []


@contextlib.contextmanager
def serving() -> t.Iterator[Api]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({key: values[0] for key, values in urllib.parse.parse_qs(self.path.partition("?")[2]).items()})

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}"))

        def _answer(self, asked: dict[str, t.Any]) -> None:
            api.headers.append(str(self.headers))
            path = urllib.parse.unquote(self.path.partition("?")[0]).removeprefix(BASE)
            page = f"#{asked['NextToken']}" if "NextToken" in asked else ""
            answer = api.answers.get(_SAME.get(path, path) + page, (404, "NotFoundException"))
            status, body = (answer[0], {"message": "said"}) if isinstance(answer, tuple) else (200, answer)
            data = json.dumps(body).encode()
            self.send_response(status)
            if isinstance(answer, tuple):
                self.send_header("x-amzn-ErrorType", answer[1])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: t.Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api = Api(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
