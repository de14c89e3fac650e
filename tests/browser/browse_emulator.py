"""The emulator's page in a real browser: `make browser`. Hostile texts do nothing, the rows are live, the policy holds.

Prints one line for each check, or `not run: no chromium` where there is none. Exit code 1 when a check fails.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Iterator

from smsproof_conformance.emulator import running
from smsproof_conformance.emulator.control.page import Page
from smsproof_conformance.emulator.exchange import Answer, Request
from tests.browser.chromium import browse, report

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>{{7*7}}"


def checks(browser: str) -> Iterator[tuple[str, bool]]:
    shown: list[Request] = []
    show = Page.show

    def spied(self: Page, request: Request) -> Answer:
        answer = show(self, request)
        shown.append(request)
        if len(shown) == 1:  # what comes after the first answer can only be seen by a page that is live
            self._desk.vendor.send_one(request, {"from": "1-12345", "to": "+13038675309", "text": "afterwards"})
        return answer

    with running("intelepeer") as emulator:
        body = json.dumps({"from": "1-12345", "to": "+13038675309", "text": HOSTILE}).encode()
        headers = {"Authorization": "Bearer smsproof-token", "Content-Type": "application/json"}
        request = urllib.request.Request(emulator.url + "/_rest/v4/app/sms/send", body, headers)
        Page.show = spied  # type: ignore[method-assign]
        try:
            urllib.request.urlopen(request).close()
            document, said = browse(browser, emulator.control + "/")
        finally:
            Page.show = show  # type: ignore[method-assign]
    yield "the title is ours", "<title>intelepeer on your desk</title>" in document
    yield "hostile text made no element", not re.search("<img", document)
    yield "templates are text", "{{7*7}}" in document
    yield "one script, ours", document.count("<script") == 1
    yield "the page is fetched again and again", len(shown) > 1
    yield "what came afterwards is shown", "afterwards" in document
    yield "the browser has nothing to complain of", ":CONSOLE" not in said


if __name__ == "__main__":
    sys.exit(report(checks))
