"""What the generator understands of a small vendor's document, word for word: the golden is there to be read in a review."""

from __future__ import annotations

import difflib
import json
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from smsproof_generator import document, intermediate, reading
from smsproof_generator.document import is_list, is_object

DOCUMENTS = Path(__file__).parent / "documents"
GOLDEN = Path(__file__).parent / "golden" / "pigeon.json"


def understood() -> intermediate.Sdk:
    return reading.read(document.load(DOCUMENTS / "pigeon.yaml"), module="pigeon")


def plain(sdk: intermediate.Sdk) -> Any:
    return json.loads(json.dumps(sdk.as_json()))


def written(value: Any, indent: str = "") -> str:
    """JSON in which whatever fits a line stands on one."""
    line = json.dumps(value)
    if len(indent + line) <= 160 or not (is_object(value) or is_list(value)):
        return line
    deeper = indent + "  "
    inner: list[str] = []
    if is_list(value):
        inner = [deeper + written(item, deeper) for item in value]
    elif is_object(value):
        inner = [f"{deeper}{json.dumps(key)}: {written(item, deeper)}" for key, item in value.items()]
    opening, closing = "[]" if is_list(value) else "{}"
    return opening + "\n" + ",\n".join(inner) + "\n" + indent + closing


def test_a_small_vendors_document_is_understood_as_the_golden_says() -> None:
    found = written(plain(understood())) + "\n"
    said = GOLDEN.read_text()
    lines = difflib.unified_diff(said.splitlines(), found.splitlines(), "golden", "found", lineterm="")
    advice = (
        "The intermediate representation of pigeon.yaml has changed. If that is meant, renew the golden and read its "
        "difference as part of the change: python -m tests.generator.test_golden"
    )
    if found != said:
        pytest.fail("\n".join((*lines, advice)), pytrace=False)


def test_what_was_understood_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        understood().client = "Other"  # type: ignore[misc]


if __name__ == "__main__":
    GOLDEN.write_text(written(plain(understood())) + "\n")
