"""Drafts from every format that is read; ``draft`` checks that rows and what is left out add up to the file."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from drafting import draft
from ingesting import archive, workbook
from spreadsheets import ods, page, table

from pipelines.drafting import CannotDraft
from pipelines.drafting.choosing import covering

REPORT = (
    ("2026年公园客流", "", ""),
    ("", "", "单位：人次"),
    ("公园", "编号", "客流"),
    ("东湖公园", "001", "1,200"),
    ("西山公园", "002", "900"),
    ("北苑", "003", "30"),
    ("合计", "", "2,130"),
    ("数据来源：园林局", "", ""),
)
LEFT_OUT = {"footer": 1, "header": 1, "preamble": 2, "total": 1}
TABLE: list[list[Any]] = [["park", "visits"], ["East", 1], ["West", 2]]
CSV = b"park,visits\nEast,1\nWest,2\n"


def csv_of(rows: Any) -> str:
    return "".join(",".join(f'"{text}"' for text in row) + "\r\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("t.ods", lambda: ods({"表": REPORT})),
        ("t.html", lambda: page(table(REPORT)).encode()),
        ("t.xls", lambda: page(table(REPORT), charset="gb2312").encode("gb18030")),
        ("t.htm", lambda: table(REPORT).encode("gb18030")),
        ("t.csv.gz", lambda: gzip.compress(csv_of(REPORT).encode("gb18030"))),
        ("t.ods.gz", lambda: gzip.compress(ods({"表": REPORT}))),
        ("t.xlsx", lambda: workbook({"表": [[text or None for text in row] for row in REPORT]})),
        ("t.zip", lambda: archive({"表.html": page(table(REPORT)).encode()})),
    ],
)
def test_a_report_in_any_format(tmp_path: Path, name: str, made: Any) -> None:
    drafted = draft(tmp_path, name, made())
    assert drafted.drafted.excluded == LEFT_OUT
    assert (drafted.drafted.rows, drafted.layout.header_row) == (3, 3)
    assert list(drafted.types.values()) == ["string", "string", "integer"]


def test_json_lines_plain_and_packed(tmp_path: Path) -> None:
    lines = b'{"id": "a", "n": 1}\n{"id": "b", "n": 2, "note": "x"}\n'
    for number, (name, data) in enumerate(
        (("t.jsonl", lines), ("t.jsonl.gz", gzip.compress(lines)), ("t.zip", archive({"t.ndjson": lines})))
    ):
        made = draft(tmp_path / str(number), name, data)
        assert made.types == {"id": "string", "n": "integer", "note": "string"}
        assert (made.layout.format, made.drafted.rows) == ("jsonl", 2)
    assert draft(tmp_path / "one", "t.json", b'{"id": "a", "n": 1}\n').drafted.rows == 1


def test_several_files_of_one_table(tmp_path: Path) -> None:
    files = {"一月.csv": CSV, "十二月.csv": "park,visits\nEast,1\n西山公园西山公园,3\n".encode("gb18030")}
    made = draft(tmp_path, "t.zip", gbk_archive(files))
    assert made.drafted.rows == 4
    assert made.drafted.key == ("source_file", "park")
    assert set(made.layout.encoding) == {"utf-8", "gb18030"}
    assert "place-key" in made.remarks
    assert "t.zip/十二月.csv" in "".join(made.example())


def gbk_archive(files: dict[str, bytes]) -> bytes:
    """A zip as Chinese tools write it: names in GBK, without the flag of UTF-8."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        for name, data in files.items():
            opened.writestr("?" * len(name.encode("gbk")), data)
    packed = stream.getvalue()
    for name in sorted(files, key=len, reverse=True):
        marks = name.encode("gbk")
        packed = packed.replace(b"?" * len(marks), marks)
    return packed


def test_files_of_different_tables_are_refused_by_name(tmp_path: Path) -> None:
    for number, (files, reason) in enumerate(
        (
            ({"a.csv": CSV, "b.csv": b"road,length,lanes\nx,1,2\n"}, "draft-files-differ"),
            ({"a.csv": CSV, "b.csv": CSV.replace(b",", b";")}, "draft-several-formats"),
            ({"a.csv": CSV, "b.pdf": b"%PDF-1.7"}, "read-unsupported-format"),
            ({"a.xlsx": workbook({"1": TABLE, "2": [["x", "y", "z"]]}), "b.xlsx": workbook({"2": TABLE})},
             "draft-sheets-differ"),
        )
    ):  # fmt: skip
        with pytest.raises(CannotDraft) as caught:
            draft(tmp_path / str(number), "t.zip", archive(files))
        assert [message.id for message, _ in caught.value.reasons] == [reason]


def test_sheets_of_one_form_among_others(tmp_path: Path) -> None:
    other = [["remark"], ["only words"]]
    made = draft(tmp_path, "t.xlsx", workbook({"2025年": TABLE, "说明": other, "2026年": TABLE}))
    assert made.layout.sheet == "202*年"
    assert (made.drafted.rows, made.drafted.key) == (4, ("source_sheet", "park"))
    told = next(message for message in made.drafted.assumed if message.id == "draft-sheets")
    assert told.params["left"] == "说明"


def test_sheets_whose_header_stands_elsewhere_are_read_together(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.xlsx", workbook({"a": TABLE, "b": TABLE, "c": [["Parks", None], *TABLE]}))
    assert made.drafted.rows == 6
    assert made.layout.header_row == 1


def test_globs_on_sheets() -> None:
    def fits(wanted: list[str], others: list[str]) -> str | None:
        return covering([(name,) for name in wanted], [(name,) for name in others])

    assert fits(["2024年", "2025年"], ["说明"]) == "202*年"
    assert fits(["甲", "乙"], ["说"]) == "[乙甲]"
    assert fits(["一]", "二-"], ["说明"]) == "[一二][]-]"
    assert fits(["a*1", "a*2"], ["a1"]) == "a[*]*"
    assert fits(["a", "bc"], ["d"]) is None


def test_quotation_marks_that_a_program_escapes(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "t.csv", b'id,name\n1,"say \\"hi\\", twice"\n2,"plain"\n3,x\n')
    assert drafted.layout.escape == "\\"
    assert "draft-escape" in {message.id for message in drafted.drafted.assumed}
    plain = draft(tmp_path / "plain", "t.csv", b'id,name\n1,"a path\\"\n2,"plain"\n3,x\n')
    assert plain.layout.escape is None
    with pytest.raises(CannotDraft) as refused:
        draft(tmp_path / "both", "t.csv", b'id,name\n1,"say \\"hi\\""\n2,C:\\temp\n3,x\n')
    assert "csv-quotation" in refused.value.reasons[0][0].id


def test_columns_that_spaces_align_are_no_table(tmp_path: Path) -> None:
    lines = "CODE  NAME      AMOUNT\n0001  Elm       12.50\n0002  Ash tree   3.00\n"
    with pytest.raises(CannotDraft) as refused:
        draft(tmp_path, "t.txt", lines.encode())
    assert [message.id for message, _ in refused.value.reasons] == ["draft-fixed-width"]
    assert draft(tmp_path / "one", "t.txt", b"CODE\n0001\n0002\n0003\n").drafted.rows == 3


def test_a_file_whose_rows_are_all_faulty_is_told_by_which_rules(tmp_path: Path) -> None:
    with pytest.raises(CannotDraft) as refused:
        draft(tmp_path, "t.csv", b"id,cost\nA,$1,000.00\nB,$2,000.00\nC,$3,500.00\n")
    assert refused.value.reasons[-1][0].id == "draft-faulty"
    assert refused.value.reasons[-1][0].params == {"rules": "extra-cell (3)"}
