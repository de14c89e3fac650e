"""The HTML report of a hostile run in a real browser: `make browser`. Nothing acts, nothing is fetched, filters work.

Prints one line for each check, or `not run: no chromium` where there is none. Exit code 1 when a check fails.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from smsproof_conformance.reports.files import RENDERERS
from tests.browser.chromium import browse, report
from tests.conformance.reports.test_formats import HOSTILE, hostile_material


class Served(BaseHTTPRequestHandler):
    """One page; whatever else a browser asks for is written down."""

    page = b""
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: what is printed are the checks."""


def checks(browser: str) -> Iterator[tuple[str, bool]]:
    with hostile_material() as material:
        page = RENDERERS["html"](material)
    # As if a reader had searched: the field is filled in before the script reads it.
    Served.page = page.replace(
        'id="search" type="search"', 'id="search" type="search" value="nothing-is-like-this"'
    ).encode()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        document, said = browse(browser, f"http://127.0.0.1:{server.server_port}/report")
    finally:
        server.shutdown()
        server.server_close()
    yield "nothing was fetched but the page", [path for path in Served.asked if path != "/favicon.ico"] == ["/report"]
    yield "no dialog was opened", "dialog" not in said.lower()
    yield "the browser has nothing to complain of", ":CONSOLE" not in said
    yield "hostile text made no element", not re.search(r"<img|<script>alert|<iframe", document)
    yield "hostile text is shown as text", "&lt;script&gt;alert(1)&lt;/script&gt;" in document and "{{7*7}}" in document
    yield "one script, ours", document.count("<script") == 1
    yield "the script ran", 'id="filters"' in document and 'id="filters" hidden' not in document
    yield (
        "the filter hides what does not fit",
        bool(re.search(r'<details class="card finding[^>]* hidden=""', document)),
    )
    yield "and says so", "No finding is like that." in document and 'id="nothing" hidden' not in document
    yield "no control character reached the page", not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", document)
    yield "the hostile run was hostile", "\x1b" in HOSTILE and "onerror" in HOSTILE


if __name__ == "__main__":
    sys.exit(report(checks))
