"""Columns that a layout leaves out as empty, and that a later delivery fills."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ingesting import Rows, read_files, workbook
from spreadsheets import ods

from pipelines.core.findings import Severity

KINDS = ["xlsx", "ods", "csv"]


def written(kind: str, rows: Rows) -> bytes:
    if kind == "xlsx":
        return workbook({"s": rows})
    if kind == "ods":
        return ods({"s": rows})
    return "".join(",".join(cells) + "\n" for cells in rows).encode()


def told(folder: Path, kind: str, rows: Rows, **layout: Any) -> list[tuple[int | None, dict[str, Any]]]:
    raw = read_files(folder, {f"t.{kind}": written(kind, rows)}, {"format": kind, **layout})
    for finding in raw.findings:
        assert (finding.rule, finding.severity) == ("column-unread", Severity.WARNING)
        assert finding.message.text("en") and finding.message.text("zh") and finding.remedy.text("zh")
    return [(finding.location.row, dict(finding.message.params)) for finding in raw.findings]


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_without_label_that_was_empty_is_told_once_it_is_filled(kind: str, tmp_path: Path) -> None:
    rows = [["tree_id", "", "species"], ["A1", "", "pine"], ["A2", "felled", "pine"], ["A3", "", ""], ["A4", "x", ""]]
    empty = [[row[0], "", row[2]] for row in rows]
    layout = {"columns": {"tree_id": "tree_id", "#2": None, "species": "species"}}
    assert told(tmp_path, kind, rows, **layout) == [
        (3, {"column": "2" if kind == "csv" else "B", "label": "-", "rows": 2})
    ]
    assert told(tmp_path, kind, empty, **layout) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_label_of_a_group_is_no_label_of_its_own(kind: str, tmp_path: Path) -> None:
    rows = [["tree", "", "species"], ["tree_id", "", ""], ["A1", "", "pine"], ["A2", "felled", "pine"]]
    layout = {"header_rows": 2, "columns": {"tree/tree_id": "tree_id", "#2": None}}
    assert [(row, params["rows"]) for row, params in told(tmp_path, kind, rows, **layout)] == [(4, 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_of_rows_remarks_below_the_table_and_labelled_columns_are_left_out_silently(
    kind: str, tmp_path: Path
) -> None:
    rows = [["", "tree_id", "species", "office"]]
    rows += [[str(number), f"A{number}", "pine", "north"] for number in range(1, 4)]
    rows += [["Note: provisional", "", "", ""]]
    assert told(tmp_path, kind, rows, columns={"#1": None, "office": None}, footer="^Note") == []
