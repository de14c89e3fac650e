"""Every report that any of these tests makes in this process is held to its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from smsproof_conformance.reports import files
from smsproof_conformance.reports.material import Material
from tests.conformance.reports.valid import CHECKS


@pytest.fixture(autouse=True, scope="session")
def _valid_reports() -> Iterator[None]:
    renderers = files.RENDERERS
    assert set(CHECKS) == set(renderers)

    def checked(kind: str) -> Callable[[Material], str]:
        def render(material: Material) -> str:
            text = renderers[kind](material)
            try:
                CHECKS[kind](text)
            except Exception as wrong:  # which a command would take for a defect of its own
                pytest.fail(f"an invalid {kind} report: {wrong!r}"[:2000])
            return text

        return render

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "RENDERERS", {kind: checked(kind) for kind in renderers})
        yield
