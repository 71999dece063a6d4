"""Cells of findings, names of annotated copies, and what the writing process does to one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.ingest.grids import GridRow
from pipelines.ingest.origins import origins_of
from pipelines.ingest.places import TablePlaces
from pipelines.registry.layouts import Layout
from pipelines.validate.annotate.cells import Locator, Target
from pipelines.validate.annotate.errors import FolderNeeded, WrongEnding
from pipelines.validate.annotate.naming import copy_paths
from pipelines.validate.annotate.writer_process import MARK, write


def places(names: list[str | None], *rows: list[str | None]) -> TablePlaces:
    """A table that begins in column C, its header on row 2."""
    layout = Layout.model_validate({"name": "any", "format": "xlsx"})
    grid = [GridRow(number, cells) for number, cells in enumerate(rows, start=2)]
    origins = origins_of(names, layout)
    labels = tuple(name or "" for name in names)
    return TablePlaces("s", "s", layout, (grid[0],), labels, tuple(names), origins, lambda: iter(grid),
                       lambda place: place + 3)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "row", "field", "cells"),
    [
        ("type-error", 3, "b", [(3, 5)]),
        ("primary-key", 3, "b, a", [(3, 5), (3, 4)]),
        ("row-constraint", 3, "made", [(3, 4)]),  # a field that was not delivered
        ("blank-row", 3, None, [(3, 4)]),
        ("extra-cell", 3, None, [(3, 7)]),
        ("header-elsewhere", 2, None, [(2, 4)]),
        ("missing-label", 2, "made", [(2, 4)]),
        ("extra-label", 2, "a", [(2, 4)]),
        ("extra-label", 2, "#2", [(2, 5)]),
        ("extra-label", 2, "of another file", []),
        ("unit-missing", None, None, []),
        ("step-column-absent", None, "made", [(2, 4)]),
    ],
)
def test_findings_have_their_cells(rule: str, row: int | None, field: str | None, cells: list[tuple[int, int]]) -> None:
    table = places([None, "a", "b"], ["", "A", "B"], ["0", "1", "2", "", "surplus"])
    place = Location("f", "s", row, field)
    finding = Finding(Check.READ, rule, Severity.ERROR, Message("report-nothing"), Message("report-nothing"), place)
    assert Locator(table, [finding]).locate(finding) == Target(tuple(cells))


def test_delivered_names_lead_nowhere_else(tmp_path: Path) -> None:
    files = ["a.zip/../../etc/passwd.xlsx", "a.zip/..", "b\\c.xls", "con\u202etrol.xls", "x.xls", "X.xlsx", "长" * 80]
    paths = copy_paths(files, tmp_path / "folder")
    assert [path.parent for path in paths.values()] == [tmp_path / "folder"] * len(files)
    names = [path.name for path in paths.values()]
    assert names[:6] == ["passwd.xlsx", "workbook-2.xlsx", "workbook-3.xlsx", "workbook-4.xlsx", "x.xlsx", "X-2.xlsx"]
    assert names[6] == "长" * 50 + ".xlsx"


def test_one_file_takes_one_workbook(tmp_path: Path) -> None:
    assert copy_paths(["a.xls"], tmp_path / "b.xlsx") == {"a.xls": tmp_path / "b.xlsx"}
    assert copy_paths(["a.xls"], tmp_path) == {"a.xls": tmp_path / "a.xlsx"}
    with pytest.raises(FolderNeeded):
        copy_paths(["a.xls", "b.xls"], tmp_path / "b.xlsx")
    with pytest.raises(WrongEnding):
        copy_paths(["a.xls"], tmp_path / "b.xlsm")


def written(tmp_path: Path, notes: list[dict[str, Any]], before: str | None = None) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Findings"
    if before is not None:
        sheet["A1"].comment = openpyxl.comments.Comment(before, "Li")
    book.save(tmp_path / "delivered.xlsx")
    write({
        "source": str(tmp_path / "delivered.xlsx"), "copy": str(tmp_path / "copy.xlsx"), "format": "xlsx",
        "title": "Findings", "more": "{count} more", "intro": ["=1+1", "\x00\ud800"], "heads": ["-"] * 6,
        "notes": {"Findings": notes}, "lines": [],
    })  # fmt: skip
    return openpyxl.load_workbook(tmp_path / "copy.xlsx")


def note(text: str, is_error: bool = True) -> dict[str, Any]:
    return {"row": 1, "column": 1, "is_error": is_error, "text": text}


def test_notes_stay_short_enough_to_be_read(tmp_path: Path) -> None:
    texts = [f"{number}" * 400 for number in range(1, 9)]
    book = written(tmp_path, [note(text) for text in [*texts, texts[0]]], before="x" * 40_000)
    text = book.worksheets[1]["A1"].comment.text
    assert text.endswith(f"{MARK}\n{texts[0]}\n\n{texts[1]}\n\n{texts[2]}\n\n5 more")
    assert len(text) < 32_767


def test_an_error_is_not_hidden_by_a_warning(tmp_path: Path) -> None:
    cell = written(tmp_path, [note("bad"), note("odd", is_error=False)]).worksheets[1]["A1"]
    assert cell.fill.fgColor.rgb == "00FFC7CE" and cell.comment.text == f"{MARK}\nbad\n\nodd"


def test_the_list_has_a_name_of_its_own_and_no_formulas(tmp_path: Path) -> None:
    book = written(tmp_path, [])
    assert book.sheetnames == ["Findings1", "Findings"]
    first, second = book.worksheets[0]["A1"], book.worksheets[0]["A2"]
    assert (first.value, first.data_type, first.quotePrefix, second.value) == ("=1+1", "s", True, "��")
