"""Hierarchies that are shown by indents: levels, parents, paths, and parent rows checked and left out."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ingesting import column, read_files
from openpyxl.styles import Alignment
from pydantic import ValidationError
from spreadsheets import cell, content, package, row, sheet

from pipelines.core.errors import DeliveryRejected
from pipelines.core.records import RawTable
from pipelines.ingest import bodies
from pipelines.ingest.origins import Origin, origins_of
from pipelines.ingest.readers.xls_parts import indented_in_xls
from pipelines.registry.layouts import Layout

INDENT = {
    "step": "indent", "field": "species", "level_field": "level", "parent_field": "parent", "path_field": "path",
}  # fmt: skip
TOTALS = {"step": "exclude_totals", "level": "level", "sums": ["height", "district"]}
COLUMNS = {"项目": "species", "金额": "height", "其中": "district"}
#: Labels, amounts, and amounts of another column.
BUDGET = [
    ("一般公共服务", 30, 3), ("\u3000人大事务", 20, 2), ("\u3000\u3000行政运行", 15, 1), ("\u3000\u3000会议", 5, 1),
    ("\u3000政协事务", 10, 1), ("教育", 7, 0), ("国防", 8, 0), ("    民兵", 8, 0),
]  # fmt: skip
LEAVES = ["行政运行", "会议", "政协事务", "教育", "民兵"]


def csv(rows: Sequence[tuple[Any, ...]]) -> bytes:
    return "\n".join(["项目,金额,其中", *(",".join(map(str, cells)) for cells in rows)]).encode()


def read_csv(folder: Path, rows: Sequence[tuple[Any, ...]], *steps: dict[str, Any]) -> RawTable:
    return read_files(folder, {"b.csv": csv(rows)}, {"format": "csv", "columns": COLUMNS, "steps": steps or (INDENT,)})


def test_indents_become_levels_parents_and_paths(tmp_path: Path) -> None:
    raw = read_csv(tmp_path, [*BUDGET, ("", 1, 1)])
    assert raw.labels == ("species", "height", "district", "level", "parent", "path")
    assert column(raw, "species") == [*(label.strip() for label, _, _ in BUDGET), ""]
    assert column(raw, "level") == ["1", "2", "3", "3", "2", "1", "1", "2", None]
    assert column(raw, "parent")[:5] == [None, "一般公共服务", "人大事务", "人大事务", "一般公共服务"]
    assert column(raw, "path")[3] == "一般公共服务/人大事务/会议"
    assert list(raw.steps.values()) == [5]


@pytest.mark.parametrize("lead", ["  ", "\t", "\u00a0\u00a0", "\u3000"])
def test_any_white_space_indents_and_what_steps_back_part_of_the_way_is_below_what_is_left_of_it(
    lead: str, tmp_path: Path
) -> None:
    rows = [("a", 1, 1), (lead * 4 + "b", 1, 1), (lead * 2 + "c", 1, 1), (lead * 4 + "d", 1, 1), (" ", 1, 1)]
    assert column(read_csv(tmp_path, rows), "path") == ["a", "a/b", "a/c", "a/c/d", None]


@pytest.mark.parametrize("size", [1, 2, 8192])
def test_parents_are_checked_and_left_out(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BATCH_ROWS", size)
    rows = [("合计", 45, 3), *BUDGET[:4], ("", "", ""), *BUDGET[4:]]
    totals = {**TOTALS, "label": "species", "pattern": "^合计$"}
    raw = read_csv(tmp_path, rows, INDENT, totals, {"step": "constant", "field": "note", "value": "x"})
    assert sorted(filter(None, column(raw, "species"))) == sorted(LEAVES)
    assert raw.excluded == {"header": 1, "total": 4}
    assert raw.rows + 5 == raw.rows_in_files == 11
    assert column(raw, "note").count("x") == 5
    assert list(raw.steps.values()) == [5, 4, 5]
    if size > len(rows):
        assert column(raw, "_row") == sorted(column(raw, "_row"))


def test_parents_that_differ_from_what_is_below_them_are_told_by_row(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [
        (label, 99 if label.strip() in {"人大事务", "国防"} else amount, part) for label, amount, part in BUDGET
    ]
    rows.append(("合计", 44, "many"))
    with pytest.raises(DeliveryRejected) as caught:
        read_csv(tmp_path, rows, INDENT, {**TOTALS, "label": "species", "pattern": "^合计$"})
    told = [(each.rule, each.location.row, each.location.field) for each in caught.value.findings]
    assert told == [
        ("total-mismatch", 3, "height"), ("total-mismatch", 8, "height"),
        ("total-mismatch", 10, "height"), ("total-not-a-number", 10, "district"),
    ]  # fmt: skip


def test_a_parent_without_figures_is_a_heading(tmp_path: Path) -> None:
    raw = read_csv(
        tmp_path, [("基本支出", "", ""), *((f"  {label}", *rest) for label, *rest in BUDGET)], INDENT, TOTALS
    )
    assert column(raw, "species") == LEAVES
    assert column(raw, "path")[0] == "基本支出/一般公共服务/人大事务/行政运行"


def test_levels_that_no_budget_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        read_csv(tmp_path, [(" " * depth + "x", 1, 1) for depth in range(60)])
    [finding] = caught.value.findings
    assert (finding.rule, finding.location.row) == ("indent-too-deep", 22)
    assert finding.message.text("en") and finding.remedy.text("zh")


def aligned(indents: Sequence[int]) -> openpyxl.Workbook:
    """The budget as Excel indents it: by the cells' alignment, amounts too."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["", "", "项目", "金额", "其中"])
    sheet["C1"].alignment = Alignment(indent=3)
    for number, ((label, *amounts), indent) in enumerate(zip(BUDGET, indents, strict=True), start=2):
        sheet.append(["x", "", label.strip(), *amounts])
        sheet.cell(number, 3).alignment = Alignment(horizontal="left", indent=indent)
        sheet.cell(number, 4).alignment = Alignment(horizontal="right", indent=2)
    return book


@pytest.mark.parametrize("hidden", [False, True])
def test_excels_alignment_indents_the_labels_and_nothing_else(hidden: bool, tmp_path: Path) -> None:
    book = aligned([0, 1, 2, 2, 1, 0, 0, 1])
    book.worksheets[0].column_dimensions["A"].hidden = True
    book.worksheets[0].row_dimensions[7].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    layout = {"format": "xlsx", "columns": COLUMNS, "steps": [INDENT, TOTALS]}
    if hidden:
        layout |= {"range": "B1:E", "hidden": {"rows": "leave_out", "columns": "leave_out"}}
    raw = read_files(tmp_path, {"b.xlsx": stream.getvalue()}, layout)
    assert column(raw, "species") == [label for label in LEAVES if label != "教育" or not hidden]
    assert column(raw, "height") == ["15", "5", "10", *([] if hidden else ["7"]), "8"]
    assert raw.rows + sum(raw.excluded.values()) == raw.rows_in_files == 9
    plain = read_files(tmp_path, {"b.xlsx": stream.getvalue()}, {"format": "xlsx", "columns": COLUMNS})
    assert column(plain, "species")[1] == "人大事务"


def styled(name: str, margin: str, family: str = "table-cell") -> str:
    margins = f'<style:paragraph-properties fo:margin-left="{margin}"/>'
    return f'<style:style style:name="{name}" style:family="{family}">{margins}</style:style>'


def ods_budget(indents: Sequence[int]) -> bytes:
    """The budget as LibreOffice indents it: by styles of cells, or of their column or row."""
    styles = "".join(map(styled, ["level1", "level2", "far", "none"], ["0.353cm", "20pt", "1in", "0cm"]))
    styles += "".join(styled(name, "2in", "paragraph") for name in ("none", "level1"))
    columns = '<table:table-column table:number-columns-repeated="2"/>'
    columns += '<table:table-column table:default-cell-style-name="level1"/>'
    rows = [row([cell("", 'table:number-columns-repeated="2"'), *map(cell, ["项目", "金额", "其中"])])]
    for (label, *amounts), indent in zip(BUDGET, indents, strict=True):
        style = {0: 'table:style-name="none"', 1: ""}.get(indent, f'table:style-name="level{indent}"')
        figures = [cell(str(amount), 'table:style-name="far"') for amount in amounts]
        rows.append(row([cell("x"), cell(""), cell(label.strip(), style), *figures]))
    rows[-1] = rows[-1].replace("<table:table-row ", '<table:table-row table:default-cell-style-name="level1" ')
    return package(content(sheet("first", [row([cell("else")])]) + sheet("s", [columns, *rows]), styles=styles))


def test_styles_of_opendocument_cells_indent_the_labels(tmp_path: Path) -> None:
    budget_ods = ods_budget([0, 1, 2, 2, 1, 0, 0, 1])
    layout = {"format": "ods", "sheet": "s", "columns": COLUMNS, "steps": [INDENT, TOTALS]}
    raw = read_files(tmp_path, {"b.ods": budget_ods}, layout)
    assert column(raw, "species") == LEAVES
    paths = column(raw, "path")
    assert paths[1] == "一般公共服务/人大事务/会议"
    ranged = read_files(tmp_path, {"b.ods": budget_ods}, {**layout, "range": "C1:E"})
    assert column(ranged, "path") == paths


def xls_indenting(rows: Sequence[int], column: int) -> bytes:
    """The workbook of ``hidden.xls`` whose cells of text in these rows and that column, from 0, are indented."""
    book = bytearray((Path(__file__).parent / "hidden.xls").read_bytes())
    formats = [match.start() for match in re.finditer(rb"\xe0\x00\x14\x00", book)]
    book[formats[16] + 12] |= 2
    for number in rows:
        cell_ = book.index(struct.pack("<HHHH", 0xFD, 10, number, column))
        book[cell_ + 8 : cell_ + 10] = struct.pack("<H", 16)
    return bytes(book)


@pytest.mark.parametrize("hidden", [False, True])
def test_formats_of_xls_cells_indent_the_labels(hidden: bool, tmp_path: Path) -> None:
    step = {"step": "indent", "field": "species", "level_field": "level"}
    layout: dict[str, Any] = {"format": "xls", "steps": [step]}
    if hidden:
        layout["hidden"] = {"rows": "leave_out", "columns": "leave_out"}
    raw = read_files(tmp_path, {"t.xls": xls_indenting([2, 4, 5], 1)}, layout)
    assert column(raw, "level") == (["1", "2", "2"] if hidden else ["1", "2", "1", "2", "2"])
    assert set(column(raw, "species")) == {"pine"}


def test_an_xls_workbook_without_its_parts_shows_no_indents(tmp_path: Path) -> None:
    (tmp_path / "t.xls").write_bytes(xls_indenting([2], 1)[:900])
    assert list(indented_in_xls(tmp_path / "t.xls", 0)) == []


def test_xls_workbooks_of_excel_95_have_colours_where_others_have_indents(tmp_path: Path) -> None:
    book = xls_indenting([2], 1)
    (tmp_path / "t.xls").write_bytes(book)
    assert [cell_.row for cell_ in indented_in_xls(tmp_path / "t.xls", 0)] == [3]
    # Formats of 16 bytes, each with an empty record behind it.
    shorter = re.sub(rb"(?s)\xe0\x00\x14\x00(.{16}).{4}", b"\xe0\x00\x10\x00\\1\x00\x00\x00\x00", book)
    (tmp_path / "t.xls").write_bytes(shorter)
    assert list(indented_in_xls(tmp_path / "t.xls", 0)) == []


def test_made_columns_come_from_the_label() -> None:
    layout = Layout.model_validate({"name": "any", "format": "csv", "steps": [INDENT]})
    origins = origins_of(["height", "species"], layout)
    assert origins.by_name["path"] == origins.by_name["level"] == Origin((1,))
    assert [name for name, _ in origins.columns] == ["height", "species", "level", "parent", "path"]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([{"step": "indent", "field": "a"}], "give level_field, parent_field or path_field"),
        ([{"step": "indent", "field": "a", "level_field": "b", "path_field": "b"}], "are different columns"),
        ([{"step": "trim"}, INDENT], "indent stands before trim"),
        ([{"step": "exclude_totals", "sums": ["a"]}], "give code with leaf_length, level"),
        ([{**TOTALS, "within": ["a"]}], "level goes without code and within"),
        ([{"step": "unpivot", "columns": {"a": "b"}, "name_field": "n", "value_field": "v"}, TOTALS], "before unpivot"),
    ],
)
def test_steps_that_cannot_work_are_told(steps: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Layout.model_validate({"name": "any", "format": "csv", "steps": steps})
    assert told in str(caught.value)
