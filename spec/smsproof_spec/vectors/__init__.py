"""Worked examples of text and addresses with literal expectations, for any implementation in any language.

The data are the JSON files beside this one, `schema.json` describes them. Each row names its clause. They were worked
out from the clauses by hand, family by family, and never computed by the rules that they check.
"""

import json
from importlib.resources import files
from typing import Any, Literal

Collection = Literal["text", "national", "septets", "addresses", "graphemes"]
COLLECTIONS: tuple[Collection, ...] = ("text", "national", "septets", "addresses", "graphemes")


def load(collection: Collection) -> list[dict[str, Any]]:
    """The rows of one file, in its order; shapes in `schema.json`."""
    document: dict[str, Any] = json.loads(files(__name__).joinpath(f"{collection}.json").read_text("utf-8"))
    rows: list[dict[str, Any]] = document["vectors"]
    return rows
