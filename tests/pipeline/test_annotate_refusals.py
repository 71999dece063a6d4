"""``gongkai report --annotate``: what is refused or left out, and what is said then."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotating import DELIVERY, ROWS, XLS, annotated, listed, rewritten, saved, sheet_of, write_layouts
from flowing import Command, Deliver

from pipelines.core.paths import Workspace

pytestmark = pytest.mark.usefixtures("untold")


@pytest.fixture(autouse=True)
def layouts(workspace: Workspace) -> None:
    write_layouts(workspace)


def test_what_cannot_be_annotated_is_said(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    deliver("tree_id,species,district,height\nt9,pine,999901,1\n", name="trees.csv")
    encrypted = bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le")
    deliver(encrypted, name="trees.xlsx", period="2024")
    gongkai("run")
    refused = gongkai("report", DELIVERY, "--annotate", str(tmp_path / "copy.xlsx"))
    assert refused.exit_code == 2 and "no Excel workbook" in refused.stderr and "--html" in refused.stderr
    refused = gongkai("report", "tree_inventory.2024.parks_office", "--annotate", str(tmp_path / "copy.xlsx"))
    assert refused.exit_code == 1 and "trees.xlsx: no annotated copy: The file is protected" in refused.stderr
    assert not (tmp_path / "copy.xlsx").exists()


def test_a_target_that_says_another_format_is_refused(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    deliver(saved(sheet_of(ROWS)[0]), name="trees.xlsx")
    gongkai("run")
    assert gongkai("report", DELIVERY, "--annotate", str(tmp_path / "copy.xlsm")).exit_code == 2
    assert list(tmp_path.glob("copy*")) == []


def test_workbooks_that_take_too_much_memory_are_refused_before_they_are_loaded(
    gongkai: Command, deliver: Deliver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = (b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="E1:XFD1048576"/></mergeCells>')
    deliver(rewritten(saved(sheet_of(ROWS)[0]), {}, merged=merged), name="trees.xlsx")
    deliver(saved(sheet_of(ROWS)[0]), name="trees.xlsx", period="2024")
    deliver(XLS.read_bytes(), name="trees.xls", period="2026")
    gongkai("run")
    refused = gongkai("report", DELIVERY, "--annotate", str(tmp_path / "copy.xlsx"))
    assert refused.exit_code == 1
    assert f"has {12 + 16_380 * 1_048_576:,} cells; workbooks of more than 3,000,000 are not" in refused.stderr
    assert "--html FILE" in refused.stderr
    monkeypatch.setattr("pipelines.validate.annotate.workbooks.MAX_CELLS", 8)
    for period in ("2024", "2026"):
        refused = gongkai("report", f"tree_inventory.{period}.parks_office", "--annotate", str(tmp_path / "copy.xlsx"))
        assert "of more than 8 are not annotated" in refused.stderr
    assert not (tmp_path / "copy.xlsx").exists()


def test_a_workbook_that_the_writing_library_cannot_take_is_told(
    gongkai: Command, deliver: Deliver, tmp_path: Path
) -> None:
    style = (b'<c r="A2"', b'<c r="A2" s="999"')
    deliver(rewritten(saved(sheet_of(ROWS)[0]), {}, style=style), name="trees.xlsx")
    gongkai("run")
    refused = gongkai("report", DELIVERY, "--annotate", str(tmp_path / "copy.xlsx"))
    assert refused.exit_code == 1 and "can be read but not rewritten" in refused.stderr


def test_too_many_findings_are_told_fairly(
    gongkai: Command, deliver: Deliver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.validate.annotate.selection.MAX_FINDINGS", 3)
    rows = [ROWS[0], *([f"t{number}", "oak", "999901", 1] for number in range(5)), ["t6", "pine", "777777", 1]]
    deliver(saved(sheet_of(rows)[0]), name="trees.xlsx")
    gongkai("run")
    book = annotated(gongkai, tmp_path / "copy.xlsx")
    assert [(line[1], line[3]) for line in listed(book)] == [
        ("constraint-error", "B2"), ("foreign-key", "C7"), ("too-many-faulty-rows", None),
    ]  # fmt: skip
    assert "4 further findings" in str([cell.value for cell in book.worksheets[0]["A"]])
