"""Hypothesis kept to itself: no constants of the caller's modules, no folder that stays, no word on any stream.

The same seed must give the same requests whoever calls, and a run leaves nothing behind but its ledger.
"""

from __future__ import annotations

import contextlib
import gzip
import tempfile
from collections.abc import Generator
from typing import Any, Final

from hypothesis import configuration
from hypothesis.internal.charmap import charmap_file
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.reporting import with_reporter


class _Closed(HypothesisProvider):
    """Hypothesis without the constants it reads from whatever modules are loaded: they would change with the caller."""

    def _maybe_draw_constant(self, *_: Any, **__: Any) -> None:
        return None


BACKEND: Final = "smsproof"
AVAILABLE_PROVIDERS[BACKEND] = _Closed


@contextlib.contextmanager
def secluded() -> Generator[None]:
    """Hypothesis without traces: what it stores goes to a folder that is removed, what it prints goes nowhere."""
    before = vars(configuration)["__hypothesis_home_directory"]
    with tempfile.TemporaryDirectory() as folder, with_reporter(lambda _: None):
        configuration.set_hypothesis_home_dir(folder)
        try:
            _lay_out_utf_8()
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)


def _lay_out_utf_8() -> None:
    """What Hypothesis would compute for seconds in a new folder: UTF-8 encodes everything but surrogates."""
    table = charmap_file("codec-v2-utf-8")
    table.parent.mkdir(parents=True)
    table.write_bytes(gzip.compress(b"[[[0, 55295], [57344, 1114111]], []]"))
