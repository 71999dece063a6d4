"""Workbooks with faulty cells, and what is found in their annotated copies."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from flowing import Command
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from support import tree_descriptor, tree_schema, write_registry

from pipelines.core.paths import Workspace

DELIVERY = "tree_inventory.2025.parks_office.1"
#: Written with xlwt: a table from column B on, its header on row 3, with a text like a formula and merged cells.
XLS = Path(__file__).parent / "pipeline" / "trees.xls"
RED, YELLOW = "00FFC7CE", "00FFEB9C"

TRIM: dict[str, Any] = {"step": "trim"}
TWO_ROWS = {
    "name": "two_rows", "format": "xlsx", "file": "two*", "header_row": 2, "header_rows": 2, "steps": [TRIM],
    "columns": {"序号": None, "备注": "note", "时间/砍伐": "felled", "时间/种植": "planted", "树/高度": "height",
                "树/种类": "species", "编号": "tree_id", "所在区": "district"},
}  # fmt: skip
#: Heights of one plot in a column per species; the tree's number is made of both.
PIVOTED = {
    "name": "pivoted", "format": "xlsx", "file": "plots*", "columns": {"地块": "plot", "所在区": "district"},
    "steps": [
        TRIM,
        {"step": "unpivot", "columns": {"ginkgo": "ginkgo", "willow": "willow", "pine": "pine"},
         "name_field": "species", "value_field": "height"},
        {"step": "compose", "field": "tree_id", "template": "{plot}-{species}"},
    ],
}  # fmt: skip
FLAT = {"name": "flat", "format": "xlsx", "steps": [TRIM]}
FLAT_XLS = {"name": "flat_xls", "format": "xls", "header_row": 3, "steps": [TRIM]}


def write_layouts(workspace: Workspace) -> None:
    """``tree_inventory`` comes in workbooks; a species has two constraints."""
    csv = tree_descriptor()["layouts"]
    descriptor = {**tree_descriptor(), "layouts": [*csv, TWO_ROWS, PIVOTED, FLAT, FLAT_XLS]}
    schema = tree_schema()
    schema["fields"][1]["constraints"]["maxLength"] = 6
    write_registry(workspace.schema, tree_inventory=(descriptor, schema))


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet_of(rows: list[list[Any]], title: str = "Trees") -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book, sheet


def two_rows() -> bytes:
    """A header of two rows from column B on, columns in an order of their own, and a fault of each kind."""
    book, sheet = sheet_of(
        [
            [None, "树木清单"],
            [None, "序号", "备注", "时间", None, "树", None, "编号", "所在区"],
            [None, None, None, "砍伐", "种植", "高度", "种类", None, None],
            [None, 1, None, None, "2020-03-01", 12.5, "ginkgo", "t1", "999901"],
            [None, 2, "=1+1", None, "2020-03-01", -1, "redwood", "t2", "999901"],
            [None, 3, None, None, "2020-13-01", 3, "pine", "t3", "999902"],
            [None, 4, None, None, "2020-03-01", 3, "pine", "t1", "999902"],
            [None, 5, None, "2019-03-01", "2020-03-01", 3, "pine", "t5", "999902"],
            [None, 6, None, None, "2020-03-01", 3, "pine", "t6", "888888"],
        ],
        "=1+'1",
    )
    for area in ("B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3", "I2:I3"):
        sheet.merge_cells(area)
    sheet["G5"].comment = Comment("Checked by the east office", "Li")
    sheet["G5"].font = Font(bold=True)
    sheet["F6"].number_format = "0.00"
    sheet.column_dimensions["G"].width = 33
    sheet.row_dimensions[4].hidden = True
    other = book.create_sheet("working")
    other["A1"] = "=SUM(1,2)"
    other.sheet_state = "hidden"
    return saved(book)


def annotated(gongkai: Command, target: Path, *arguments: str) -> openpyxl.Workbook:
    gongkai("report", DELIVERY, "--annotate", str(target), *arguments)
    return openpyxl.load_workbook(target)


def marks(sheet: Worksheet) -> dict[str, tuple[Any, str]]:
    """Colour and note of every coloured cell."""
    return {
        cell.coordinate: (cell.fill.fgColor.rgb, cell.comment.text if cell.comment else "")
        for row in sheet.iter_rows() for cell in row if cell.fill.fill_type
    }  # fmt: skip


def listed(book: openpyxl.Workbook) -> list[list[Any]]:
    """The lines of the list of findings."""
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    heads = next(number for number, row in enumerate(rows) if None not in row)
    return rows[heads + 1 :]


def rewritten(content: bytes, parts: Mapping[str, bytes], **replaced: tuple[bytes, bytes]) -> bytes:
    """A package with parts added, and a text replaced in its first sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for old, new in replaced.values():
                    assert old in part
                    part = part.replace(old, new, 1)
            target.writestr(name, part)
        for name, part in parts.items():
            target.writestr(name, part)
    return stream.getvalue()


ROWS: list[list[Any]] = [
    ["tree_id", "species", "district", "height"],
    ["t1", "pine", "999901", 1],
    ["t2", "oak", "999901", 1],
]
