"""The fault matrix as a file that people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsproof_conformance.evidence.matrix import Row
from smsproof_conformance.evidence.matrix_file import MatrixFileError, changes, keep


def row(fault: str, *caught: str, vendor: str = "intelepeer", kind: str = "contract", failing: bool = True) -> Row:
    return Row("V", vendor, fault, kind, ("IP-BULK-05",), caught, ("IP-BULK-05",), failing, 1, 1)


ROWS = [
    row("bulk-reversed", "bulk-send/order-kept", "bulk-send/mixed"),
    row("latency", kind="harmless"),
    row("batch-echo", "batch/echo", vendor="messangi", failing=False),
]


def test_what_caught_what_stands_in_the_file_and_nothing_of_transport(tmp_path: Path) -> None:
    keep(tmp_path / "matrix.txt", ROWS)
    _, _, told = (tmp_path / "matrix.txt").read_text().partition("\n\n")
    assert told == (
        "V intelepeer bulk-reversed  fails\n"
        "    breaks     IP-BULK-05\n"
        "    caught by  bulk-send/order-kept, bulk-send/mixed\n"
        "\n"
        "V messangi batch-echo  warns\n"
        "    breaks     IP-BULK-05\n"
        "    caught by  batch/echo\n"
    )


def test_the_same_rows_are_no_change_and_one_vendor_may_be_compared_alone(tmp_path: Path) -> None:
    keep(tmp_path / "matrix.txt", ROWS)
    assert changes(tmp_path / "matrix.txt", ROWS, ["intelepeer", "messangi"]) == []
    assert changes(tmp_path / "matrix.txt", ROWS[:2], ["intelepeer"]) == []


def test_a_case_that_no_longer_catches_a_fault_is_shown_beside_it(tmp_path: Path) -> None:
    keep(tmp_path / "matrix.txt", ROWS)
    found = changes(
        tmp_path / "matrix.txt", [row("bulk-reversed", "bulk-send/mixed"), ROWS[2]], ["intelepeer", "messangi"]
    )
    assert "-    caught by  bulk-send/order-kept, bulk-send/mixed" in found
    assert "+    caught by  bulk-send/mixed" in found
    assert " V intelepeer bulk-reversed  fails" in found


def test_a_file_that_is_not_there_is_said_with_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(MatrixFileError, match="cannot be read: No such file or directory. `--keep "):
        changes(tmp_path / "none.txt", ROWS, ["intelepeer"])
