"""Tables that go on below their footer, or repeat their header, are never published in part."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingesting import column, read_files, workbook

from pipelines.core.errors import DeliveryRejected

HEADER = "tree_id,species,district,height,planted,felled,keeper_phone,note"
LAYOUT = {
    "format": "csv",
    "footer": "^(制表人|数据来源)",
    "steps": [{"step": "exclude_totals", "label": "tree_id", "pattern": "^合计$", "sums": ["height"]}],
}


def row(number: int, height: str = "3") -> str:
    return f"t{number},pine,999902,{height},,,,"


def faults(folder: Path, *lines: str) -> list[tuple[str, int | None]]:
    with pytest.raises(DeliveryRejected) as caught:
        read_files(folder, {"t.csv": "\n".join(lines).encode()}, LAYOUT)
    for finding in caught.value.findings:
        assert finding.message.text("en") and finding.message.text("zh") and finding.remedy.text("zh")
    return [(finding.rule, finding.location.row) for finding in caught.value.findings]


def test_rows_below_the_footer_reject(tmp_path: Path) -> None:
    assert faults(tmp_path, HEADER, row(1), "制表人：某", row(2), row(3)) == [("rows-after-footer", 4)]


def test_a_second_page_rejects(tmp_path: Path) -> None:
    pages = [HEADER, row(1), "制表人：某", "Trees", HEADER.replace("species", " species "), row(2), "制表人：某"]
    assert faults(tmp_path, *pages) == [("header-repeated", 5), ("rows-after-footer", 6)]


def test_a_header_inside_the_table_rejects(tmp_path: Path) -> None:
    assert faults(tmp_path, HEADER, row(1), HEADER, row(2)) == [("header-repeated", 3)]


def test_a_row_that_begins_like_a_footer_rejects(tmp_path: Path) -> None:
    assert faults(tmp_path, HEADER, row(1), "制表人1,pine,999902,3,,,,") == [("rows-after-footer", 3)]


def test_remarks_below_the_footer_are_left_out(tmp_path: Path) -> None:
    tail = ["制表人：某,,,审核人：某,,,,日期", "", "数据来源：a,b,c,d", "remark", "two,cells"]
    raw = read_files(tmp_path, {"t.csv": "\n".join([HEADER, row(1), *tail]).encode()}, LAYOUT)
    assert (raw.rows, raw.excluded) == (1, {"header": 1, "footer": 5})


def test_a_total_below_the_footer_is_checked(tmp_path: Path) -> None:
    lines = [HEADER, row(1, "3"), row(2, "4"), "制表人：某"]
    assert faults(tmp_path, *lines, "合计,,,8,,,,") == [("total-mismatch", 5)]
    raw = read_files(tmp_path, {"t.csv": "\n".join([*lines, "合计,,,7,,,,"]).encode()}, LAYOUT)
    assert (raw.rows, raw.excluded) == (2, {"header": 1, "footer": 1, "total": 1})


def test_rows_that_share_a_word_or_a_column_number_with_the_header_stay(tmp_path: Path) -> None:
    rows: list[list[str | int | None]] = [
        ["编号", "名称", "高度", None],
        ["1", "2", "3", "4"],
        ["编号", "pine", "5", "x"],
        ["1", "2", "3", "4"],
    ]
    layout = {"format": "xlsx", "header_rows": 2, "columns": {"编号/1": "tree_id", "名称/2": "species"}}
    raw = read_files(tmp_path, {"t.xlsx": workbook({"s": rows})}, layout)
    assert column(raw, "tree_id") == ["编号", "1"]
