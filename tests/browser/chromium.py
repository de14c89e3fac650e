"""A headless Chromium, where there is one: what a page becomes in it, and what the browser says of it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator

# Without them the browser looks for its maker, which a closed network refuses many times over.
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
)


def browse(browser: str, url: str) -> tuple[str, str]:
    """The document after three seconds of the page's own time, and everything the browser had to say."""
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *_OPTIONS, f"--user-data-dir={profile}", "--virtual-time-budget=3000", "--dump-dom", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout, done.stderr


def report(checks: Callable[[str], Iterator[tuple[str, bool]]]) -> int:
    """Print one line for each check, or that there is no browser; the exit code."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("not run: no chromium")
        return 0
    failed = 0
    for name, passed in checks(browser):
        print(f"{'ok' if passed else 'FAILED'}: {name}")
        failed += not passed
    return min(failed, 1)
