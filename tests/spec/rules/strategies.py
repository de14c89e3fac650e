"""Texts that sit where counting goes wrong: runs of each kind of character, as long as segments are."""

import json
from pathlib import Path

from hypothesis import strategies as st

_TABLES = json.loads((Path(__file__).parents[2] / "oracle" / "tables.json").read_text("utf-8"))
NATIONAL = sorted({chr(int(point, 16)) for tables in _TABLES.values() if isinstance(tables, dict)
                   for table in tables.values() for point in table.values()})  # fmt: skip
LOCKING = sorted(set(_TABLES["locking"]) - {"default"})
SINGLE = sorted(set(_TABLES["single"]) - {"default"})

BASIC = "a@\u00e9\u03a9\n\r\u00c7\u00a7 "
EXTENSION = "\u20ac[]{}\\~^|\f"
OUTSIDE_BMP_ONLY = "\u00e7\u00e1`\u2019\x1b\x00\t\u00a0\u200d\ufe0f\u0301\uffff\u0416\u3042"
ASTRAL = "\U0001f600\U0001f1eb\U0001f468\U00020000\U0010ffff"
_LENGTHS = st.one_of(
    st.integers(1, 3),
    st.sampled_from(
        (33, 34, 35, 63, 65, 66, 67, 68, 69, 70, 71, 72, 76, 77, 80, 133, 134, 144, 145, 146, 147, 148, 149)
    )
    | st.sampled_from((150, 151, 152, 153, 154, 155, 156, 158, 159, 160, 161, 304, 305, 306, 307)),
    st.integers(1, 400),
)


def runs(alphabet: str) -> st.SearchStrategy[str]:
    return st.builds(lambda character, length: character * length, st.sampled_from(alphabet), _LENGTHS)


gsm7 = st.lists(runs(BASIC) | st.sampled_from(EXTENSION) | runs(EXTENSION), max_size=8).map("".join)
ucs2 = st.lists(runs(BASIC + EXTENSION) | st.sampled_from(OUTSIDE_BMP_ONLY) | st.sampled_from(ASTRAL) | runs(ASTRAL),
                max_size=8).map("".join)  # fmt: skip
national = st.lists(st.sampled_from(NATIONAL) | st.builds(lambda c, n: c * n, st.sampled_from(NATIONAL), _LENGTHS),
                    max_size=8).map("".join)  # fmt: skip
texts = st.one_of(gsm7, ucs2, national, st.text(max_size=200))
