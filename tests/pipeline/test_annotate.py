"""``gongkai report --annotate``: the officer's workbook with every faulty cell marked, opened and looked at."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from annotating import (
    DELIVERY,
    RED,
    ROWS,
    XLS,
    YELLOW,
    annotated,
    listed,
    marks,
    rewritten,
    saved,
    sheet_of,
    two_rows,
    write_layouts,
)
from flowing import Command, Deliver
from ingesting import archive
from support import tree_descriptor, tree_schema, write_registry

from pipelines.core.paths import Workspace

pytestmark = pytest.mark.usefixtures("untold")


@pytest.fixture(autouse=True)
def layouts(workspace: Workspace) -> None:
    write_layouts(workspace)


def test_every_faulty_cell_is_marked_where_it_was_delivered(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    path = deliver(two_rows(), name="two-rows.xlsx")
    gongkai("run")
    path.write_bytes(b"")  # the landed bytes count, not what lies in the inbox by now
    target = tmp_path / "made" / "copy.xlsx"
    book = annotated(gongkai, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert book.sheetnames == ["Findings", "=1+'1", "working"]
    sheet = book.worksheets[1]
    found = marks(sheet)
    assert {cell: colour for cell, (colour, _) in found.items()} == dict.fromkeys(
        ["F5", "G5", "E6", "H7", "D8", "I9"], RED
    )
    notes = {cell: note for cell, (_, note) in found.items()}
    assert notes["E6"] == "— Gongkai —\nerror: “planted” is not a valid date.\n→ Write an existing date as YYYY-MM-DD."
    assert notes["G5"].startswith("Checked by the east office\n\n— Gongkai —\nerror: ")
    assert "is not one of the values allowed" in notes["G5"] and "maxLength" in notes["G5"]
    assert "Felled before planted." in notes["D8"] and "Correct one of the dates." in notes["D8"]
    assert "the same as in row 4" in notes["H7"] and "does not exist" in notes["I9"]
    assert not [note for note in notes.values() if "redwood" in note or "888888" in note]


def test_the_list_names_every_finding_most_frequent_first_and_links_to_its_cell(
    gongkai: Command, deliver: Deliver, tmp_path: Path
) -> None:
    deliver(two_rows(), name="two-rows.xlsx")
    gongkai("run")
    book = annotated(gongkai, tmp_path / "copy.xlsx")
    lines = listed(book)
    assert [(line[1], line[3]) for line in lines] == [
        ("constraint-error", "G5"), ("constraint-error", "G5"), ("constraint-error", "F5"), ("type-error", "E6"),
        ("primary-key", "H7"), ("foreign-key", "I9"), ("row-constraint", "D8"), ("too-many-faulty-rows", None),
        ("hidden-sheet", None), ("hidden-cells", None),
    ]  # fmt: skip
    links = [cell.hyperlink.location for row in book.worksheets[0].iter_rows() for cell in row if cell.hyperlink]
    assert links[0] == "'=1+''1'!G5" and len(links) == 7
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert "=1+'1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_workbook_stays_the_officers(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    deliver(two_rows(), name="two-rows.xlsx")
    gongkai("run")
    book = annotated(gongkai, tmp_path / "copy.xlsx")
    sheet, other = book.worksheets[1:]
    assert (sheet["C5"].value, sheet["C5"].data_type, other["A1"].value) == ("=1+1", "f", "=SUM(1,2)")
    assert (sheet["G5"].font.bold, sheet["G5"].comment.author, sheet["F6"].number_format) == (True, "Li", "0.00")
    assert sheet.column_dimensions["G"].width == 33 and sheet.row_dimensions[4].hidden
    assert "D2:E2" in {str(area) for area in sheet.merged_cells.ranges}
    assert other.sheet_state == "hidden"
    assert [view.sheet_view.tabSelected for view in book.worksheets] == [True, False, False]


def test_the_copy_speaks_chinese(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    deliver(two_rows(), name="two-rows.xlsx")
    gongkai("run")
    book = annotated(gongkai, tmp_path / "copy.xlsx", "--lang", "zh")
    assert book.sheetnames[0] == "校验结果"
    assert "错误：砍伐日期早于种植日期。\n→ 请改正其中一个日期。" in marks(book.worksheets[1])["D8"][1]
    assert ["错误", "row-constraint"] in [line[:2] for line in listed(book)]


def test_a_mended_copy_is_accepted_and_its_own_marks_are_not_kept(
    gongkai: Command, deliver: Deliver, tmp_path: Path
) -> None:
    deliver(two_rows(), name="two-rows.xlsx")
    gongkai("run")
    book = annotated(gongkai, tmp_path / "copy.xlsx")
    book.remove(book.worksheets[0])
    sheet = book.worksheets[0]
    mended: dict[str, Any] = {"F5": 1, "G5": "pine", "E6": "2020-12-01", "H7": "t4", "D8": None}
    for cell, value in mended.items():
        sheet[cell] = value
    deliver(saved(book), name="two-rows.xlsx")
    gongkai("run")
    target = tmp_path / "again.xlsx"
    result = gongkai("report", DELIVERY.removesuffix("1") + "2", "--annotate", str(target))
    assert "1 cells marked" in result.stdout
    again = openpyxl.load_workbook(target).worksheets[1]
    assert list(marks(again)) == ["I9"]
    assert again["G5"].comment.text == "Checked by the east office" and marks(again)["I9"][1].count("Gongkai") == 1


def test_unpivoted_amounts_mark_the_cell_only_when_it_is_certain(
    gongkai: Command, deliver: Deliver, tmp_path: Path
) -> None:
    book, _ = sheet_of(
        [
            ["所在区", "地块", "pine", "ginkgo", "willow"],
            ["999901", "a", 1, "n/a", 2],  # the text tells which
            ["999901", "b", None, -2, 0],  # only one is filled
            ["999901", "c", 1, -2, 3],  # any may be meant
            ["999901", "a", 4, None, None],  # the key is made of the plot
        ]
    )
    deliver(saved(book), name="plots.xlsx")
    gongkai("run")
    found = marks(annotated(gongkai, tmp_path / "copy.xlsx").worksheets[1])
    assert {cell: colour for cell, (colour, _) in found.items()} == {
        "B1": YELLOW, "D2": RED, "D3": RED, "A4": RED, "B5": RED,
    }  # fmt: skip
    assert "In one of these cells: C4, D4, E4" in found["A4"][1]
    assert "“plot” is not in the schema" in found["B1"][1]


def test_missing_repeated_and_merged_cells_are_marked_where_something_is(
    gongkai: Command, deliver: Deliver, tmp_path: Path
) -> None:
    book, sheet = sheet_of(
        [
            ["tree_id", "species", "district", "height"],
            ["t1", "oak", "999901", 1],
            ["t2", None, "999901", 1],
            ["t3", "pine", "999901", 1, None, "beside"],
            [None, None, None, None],
            ["t4", "pine", None, 1],
            ["t5", "pine", "999901", 1],
            ["t6", "pine", None, 1],
        ]
    )
    sheet.merge_cells("C7:C8")
    deliver(saved(book), name="trees.xlsx")
    gongkai("run")
    found = marks(annotated(gongkai, tmp_path / "copy.xlsx").worksheets[1])
    assert list(found) == ["B2", "F4", "A5", "C6", "C7"]
    assert "C8: error: “district” is empty" in found["C7"][1] and "C6: " not in found["C6"][1]
    book, _ = sheet_of([["tree_id", "species", "species", "height", "note"], ["t1", "pine", "pine", 1]])
    deliver(saved(book), name="trees.xlsx", period="2024")
    gongkai("run")
    target = tmp_path / "header.xlsx"
    gongkai("report", "tree_inventory.2024.parks_office", "--annotate", str(target))
    header = marks(openpyxl.load_workbook(target).worksheets[1])
    assert list(header) == ["A1", "B1", "C1"]
    assert "“district” is missing" in header["A1"][1] and "comes twice" in header["B1"][1]


def test_totals_that_do_not_add_up_are_marked_although_nothing_was_read(
    gongkai: Command, deliver: Deliver, tmp_path: Path, workspace: Workspace
) -> None:
    steps = [{"step": "exclude_totals", "label": "tree_id", "pattern": "^total$", "sums": ["height"]}]
    descriptor = {**tree_descriptor(), "layouts": [{"name": "totals", "format": "xlsx", "steps": steps}]}
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))
    rows: list[list[Any]] = [
        ["height", "tree_id", "district", "species"],
        [2, "t1", "999901", "pine"],
        [3, "total", None, None],
        ["x", "total", None, None],
    ]
    deliver(saved(sheet_of(rows)[0]), name="trees.xlsx")
    gongkai("run")
    found = marks(annotated(gongkai, tmp_path / "copy.xlsx").worksheets[1])
    assert list(found) == ["A3", "A4"]
    assert "stated=3 computed=2" in found["A3"][1]


def test_xls_becomes_xlsx_with_its_values(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    deliver(XLS.read_bytes(), name="trees.xls")
    gongkai("run")
    book = annotated(gongkai, tmp_path / "copy.xlsx")
    assert book.sheetnames == ["Findings", "树木", "other"]
    assert book.worksheets[2].sheet_state == "hidden"
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet[4][1:5]] == ["pine", "t1", "999901", 3.5]
    assert str(sheet["F4"].value).startswith("2020-03-01") and sheet["F4"].is_date
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("=1+1", "s")
    assert "B7:B8" in {str(area) for area in sheet.merged_cells.ranges}
    assert {"B5", "B6", "C6", "D6"} <= set(marks(sheet))
    assert "holds its values without their formatting" in str([cell.value for cell in book.worksheets[0]["A"]])


def test_macros_are_left_out_and_that_is_said(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    book = rewritten(saved(sheet_of(ROWS)[0]), {"xl/vbaProject.bin": b"\xd0\xcf", "xl/media/image1.png": b""})
    deliver(book, name="trees.xlsm")
    gongkai("run")
    target = tmp_path / "copy.xlsx"
    shown = gongkai("report", DELIVERY, "--annotate", str(target)).stdout
    assert "Macros are not in this copy." in shown and "Pictures, charts" in shown
    with zipfile.ZipFile(target) as package:
        assert not [name for name in package.namelist() if "vba" in name.lower()]
    assert list(marks(openpyxl.load_workbook(target).worksheets[1])) == ["B3"]


def test_several_workbooks_go_into_a_folder_under_plain_names(
    gongkai: Command, deliver: Deliver, tmp_path: Path
) -> None:
    other = [ROWS[0], ["t3", "elm", "999901", 1], ["t4", "pine", "999902", 1], ["t5", "pine", "999902", 1]]
    members = {"east/树.xlsx": saved(sheet_of(ROWS)[0]), "west/树.xlsx": saved(sheet_of(other)[0])}
    deliver(archive(members), name="trees.zip")
    deliver("tree_id,species,district,height\nt9,ash,999901,1\n", name="more.csv")
    gongkai("run")
    assert gongkai("report", DELIVERY, "--annotate", str(tmp_path / "one.xlsx")).exit_code == 2
    report = gongkai.json("report", DELIVERY, "--annotate", str(tmp_path / "copies"))
    assert [(entry["file"], Path(entry["path"]).name, entry["marked"]) for entry in report["annotated"]] == [
        ("trees.zip/east/树.xlsx", "树.xlsx", 1), ("trees.zip/west/树.xlsx", "树-2.xlsx", 1),
    ]  # fmt: skip
    copies = {path.name: openpyxl.load_workbook(path) for path in (tmp_path / "copies").iterdir()}
    assert {name: list(marks(book.worksheets[1])) for name, book in copies.items()} == {
        "树.xlsx": ["B3"], "树-2.xlsx": ["B2"],
    }  # fmt: skip
    assert {line[1] for line in listed(copies["树.xlsx"])} == {"constraint-error"}


def test_sheets_whose_names_are_not_shown_are_marked_too(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    deliver(saved(sheet_of(ROWS, "张三13812345678")[0]), name="李四13912345678.xlsx")
    gongkai("run")
    result = gongkai("report", DELIVERY, "--annotate", str(tmp_path))
    assert "13912345678" not in result.stdout
    book = openpyxl.load_workbook(tmp_path / "file-1.xlsx")
    assert list(marks(book.worksheets[1])) == ["B3"]
    assert [line[2] for line in listed(book)] == ["sheet-1"]


def test_faults_are_marked_in_the_right_cells_of_a_range_with_hidden_columns_and_rows(
    workspace: Workspace, gongkai: Command, deliver: Deliver, tmp_path: Path
) -> None:
    layout = {
        "name": "part", "format": "xlsx", "range": "B3:J", "hidden": {"rows": "leave_out", "columns": "leave_out"},
    }  # fmt: skip
    write_registry(workspace.schema, tree_inventory=({**tree_descriptor(), "layouts": [layout]}, tree_schema()))
    header = ["tree_id", "SELECT", "species", "district", "height", "planted", "felled", "keeper_phone", "note"]
    book, sheet = sheet_of([
        ["Trees"], [], ["x", *header], ["x", "A1", 1, "pine", "999901", 3], ["x", "A2", 2, "redwood", "999901", 3],
        ["x", "A3", 3, "redwood", "999901", 3],
    ])  # fmt: skip
    sheet.row_dimensions[5].hidden = sheet.column_dimensions["C"].hidden = True
    deliver(saved(book), name="part.xlsx")
    gongkai("run")
    found = marks(annotated(gongkai, tmp_path / "copy.xlsx").worksheets[1])
    assert {cell: colour for cell, (colour, _) in found.items()} == {"D6": RED}
    (row,) = gongkai.json("trace", "tree_inventory", "A1")["published"]
    assert (row["place"]["sheet"], row["place"]["row"]) == ("Trees", 4)
