from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ingesting import column, read_files, rows_of, workbook

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding, Severity
from pipelines.core.records import RawTable

HEADER = ["tree_id", "species", "district", "height", "planted", "note"]


def run(
    folder: Path, rows: list[list[str]], *steps: dict[str, Any], header: list[str] | None = None, **layout: Any
) -> RawTable:
    lines = [header or HEADER, *rows]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return read_files(
        folder, {"t.csv": "\n".join(quoted).encode()}, {"name": "l", "format": "csv", "steps": steps, **layout}
    )


def errors(folder: Path, rows: list[list[str]], *steps: dict[str, Any], **more: Any) -> list[Finding]:
    with pytest.raises(DeliveryRejected) as caught:
        run(folder, rows, *steps, **more)
    return caught.value.findings


def test_cells_are_converted_and_counted(tmp_path: Path) -> None:
    row = ["　A１ ", "松", "东区", "（１，２３４．５０）", "2016年12月3日", "－"]
    raw = run(
        tmp_path,
        [row, ["A2", "pine", "999902", "x", "soon", "note"]],
        {"step": "trim"},
        {"step": "half_width", "fields": ["tree_id"]},
        {"step": "parse_number", "fields": ["height", "note"]},
        {"step": "parse_date", "fields": ["planted"], "formats": ["%Y.%m", "%Y年%m月%d日"]},
        {"step": "map_values", "field": "species", "values": {"松": "pine"}},
        {"step": "map_codes", "field": "district", "codelist": "district"},
    )
    assert rows_of(raw) == [
        [2, "A1", "pine", "999901", "-1234.50", "2016-12-03", None],
        [3, "A2", "pine", "999902", "x", "soon", "note"],
    ]
    assert raw.steps == {
        "l/1:trim": 1,
        "l/2:half_width": 1,
        "l/3:parse_number": 2,
        "l/4:parse_date": 1,
        "l/5:map_values": 1,
        "l/6:map_codes": 1,
    }


def test_columns_are_made_and_completed(tmp_path: Path) -> None:
    raw = run(
        tmp_path,
        [["A1", "", "999901", "1", "", ""], ["", "", "", "", "", ""], ["A2", "fir", "", "2", "", "kept"]],
        {"step": "fill_down", "fields": ["district"]},
        {"step": "constant", "field": "species", "value": "pine"},
        {"step": "lookup", "field": "note", "by": "district", "codelist": "district", "column": "name_zh"},
        {"step": "from_delivery", "field": "office", "source": "organisation_name"},
        {"step": "from_delivery", "field": "year", "source": "year"},
        {"step": "compose", "field": "key", "template": "{year}-{tree_id}/{planted}"},
    )
    assert raw.labels == (*HEADER, "office", "year", "key")
    assert rows_of(raw) == [
        [2, "A1", "pine", "999901", "1", "", "东区", "园林局", "2025", "2025-A1/"],
        [3, *[""] * 6, None, None, None],
        [4, "A2", "fir", "999901", "2", "", "kept", "园林局", "2025", "2025-A2/"],
    ]


def test_a_column_is_split_and_what_does_not_match_is_kept(tmp_path: Path) -> None:
    raw = run(
        tmp_path,
        [["A1", "301 pine", "x"], ["A2", "fir", "y"], ["", "", ""], ["A3", "302 fir\nand oak", "z"]],
        {"step": "split", "field": "kind", "pattern": "(?P<height>[0-9]+) (?P<species>(?s:.+))"},
        header=["tree_id", "kind", "species", "district", "planted"],
    )
    assert raw.labels == ("tree_id", "district", "planted", "height", "species")
    assert column(raw, "height") == ["301", "fir", "", "302"]
    assert column(raw, "species") == ["pine", None, None, "fir\nand oak"]
    assert raw.steps == {"l/1:split": 2}


def test_a_part_of_the_files_name_fills_a_column(tmp_path: Path) -> None:
    step = {"step": "from_delivery", "field": "year", "source": "file", "pattern": "_([0-9]{4})_"}
    layout = {"name": "l", "format": "csv", "steps": [step]}
    content = (",".join(HEADER) + "\nA1,,,,,\n").encode()
    raw = read_files(tmp_path, {"trees_2024_final.csv": content}, layout)
    assert column(raw, "year") == ["2024"]
    with pytest.raises(DeliveryRejected) as caught:
        read_files(tmp_path, {"trees.csv": content}, layout)
    assert [finding.rule for finding in caught.value.findings] == ["step-name-unlike"]


def test_amounts_are_scaled_exactly_by_the_units_note(tmp_path: Path) -> None:
    rows = [
        ["单位：万元）"],
        HEADER,
        ["A1", "", "", "0.10000001", "", ""],
        ["A2", "", "", "-12.50", "", ""],
        ["A3", "", "", "n/a"],
    ]
    layout = {
        "format": "xlsx",
        "header_row": 2,
        "unit_note": {},
        "steps": [{"step": "scale", "fields": ["height"], "unit_field": "note"}],
    }
    raw = read_files(tmp_path, {"t.xlsx": workbook({"s": rows})}, layout)
    assert column(raw, "height") == ["1000.0001", "-125000", "n/a"]
    assert column(raw, "note") == ["万元"] * 3
    assert raw.readings[0].unit == "万元"


@pytest.mark.parametrize(
    ("note", "rule"), [({}, "unit-missing"), (None, "unit-unknown"), ({"pattern": "(height)"}, "unit-unknown")]
)
def test_amounts_without_a_known_unit_reject(tmp_path: Path, note: dict[str, Any] | None, rule: str) -> None:
    findings = errors(tmp_path, [], {"step": "scale", "fields": ["height"]}, unit_note=note)
    assert [finding.rule for finding in findings if finding.rule != "no-rows"] == [rule]


def test_an_optional_unit_is_assumed_with_a_warning(tmp_path: Path) -> None:
    raw = run(
        tmp_path, [["A1", "", "", "5", "", ""]], {"step": "scale", "fields": ["height"]}, unit_note={"required": False}
    )
    assert [finding.rule for finding in raw.findings] == ["unit-assumed"]
    assert column(raw, "height") == ["5"]


def test_unpivot_keeps_the_books(tmp_path: Path) -> None:
    step = {"step": "unpivot", "columns": {"a": "x", "b": "y"}, "name_field": "species", "value_field": "height"}
    rows = [["A1", "1", "0.00"], ["A2", "", "2"], ["A3", "-", "3"]]
    raw = run(tmp_path, rows, step, header=["tree_id", "a", "b"], columns={"tree_id": "tree_id"})
    assert raw.labels == ("tree_id", "species", "height")
    assert rows_of(raw) == [[2, "A1", "x", "1"], [3, "A2", "y", "2"], [4, "A3", "x", "-"], [4, "A3", "y", "3"]]
    assert (raw.rows, raw.excluded, raw.rows_in_files) == (4, {"header": 1, "empty_amount": 2}, 7)
    assert raw.steps == {"l/1:unpivot": 3}
    kept = run(
        tmp_path, rows, {**step, "keep_missing": True}, header=["tree_id", "a", "b"], columns={"tree_id": "tree_id"}
    )
    assert (kept.rows, kept.excluded) == (6, {"header": 1})


TOTALS = {
    "step": "exclude_totals",
    "code": "tree_id",
    "leaf_length": 3,
    "label": "species",
    "pattern": "合计|总计",
    "sums": ["height"],
}


def budget(*amounts: tuple[str, str, str]) -> list[list[str]]:
    return [[code, label, "", amount, "", ""] for code, label, amount in amounts]


def test_totals_are_checked_and_left_out(tmp_path: Path) -> None:
    rows = budget(
        ("", "合 计".replace(" ", ""), "6.30"),
        ("1", "", "3.1"),
        ("10", "", "3.1"),
        ("101", "", "1.05"),
        ("102", "", "2.05"),
        ("2", "", "3.2"),
        ("201", "", "3.2"),
        ("", "no code", ""),
    )
    raw = run(tmp_path, rows, TOTALS)
    assert column(raw, "tree_id") == ["101", "102", "201", ""]
    assert raw.excluded == {"header": 1, "total": 4}


def test_totals_that_differ_reject_with_both_figures(tmp_path: Path) -> None:
    rows = budget(("1", "", "4"), ("101", "", "1.05"), ("102", "", "2.05"), ("", "总计", "x"), ("2", "", "7"))
    found = errors(tmp_path, rows, TOTALS)
    assert [(finding.rule, finding.location.row, finding.location.field) for finding in found] == [
        ("total-mismatch", 2, "height"),
        ("total-not-a-number", 5, "height"),
        ("total-mismatch", 6, "height"),
    ]
    assert found[0].message.params == {"column": "height", "parts": 2, "stated": "4", "computed": "3.1"}


def test_tolerance_and_groups_of_totals(tmp_path: Path) -> None:
    rows = [
        ["101", "", "p", "1", "", ""],
        ["", "总计", "p", "1.01", "", ""],
        ["101", "", "q", "5", "", ""],
        ["", "总计", "q", "5", "", ""],
    ]
    raw = run(tmp_path, rows, {**TOTALS, "within": ["district"], "tolerance": "0.01"})
    [told] = [finding for finding in raw.findings if finding.rule == "total-rounded"]
    assert (raw.rows, told.severity, told.location.row) == (2, Severity.WARNING, 3)
    assert told.message.params == {"column": "height", "difference": "0.01", "tolerance": "0.01"}
    assert len(errors(tmp_path, rows, {**TOTALS, "within": ["district"]})) == 1


def test_figures_of_fields_that_are_not_active_are_never_shown(tmp_path: Path) -> None:
    rows = [["1", "", "", "", "", "", "", "9"], ["101", "", "", "", "", "", "", "5"]]
    header = [*HEADER, "felled", "keeper_phone"]
    [finding] = errors(tmp_path, rows, {**TOTALS, "sums": ["keeper_phone"]}, header=header)
    assert finding.rule == "total-mismatch-withheld"
    assert "9" not in str(finding.as_dict()["message"]).replace("read-total", "")


def test_steps_whose_columns_are_absent_are_told(tmp_path: Path) -> None:
    raw = run(
        tmp_path,
        [["A1", "pine", "999901", "1", "", ""]],
        {"step": "trim", "fields": ["no"]},
        {"step": "compose", "field": "note", "template": "{nothing}x"},
        {"step": "lookup", "field": "planted", "by": "no", "codelist": "district", "column": "name_zh"},
    )
    assert [finding.rule for finding in raw.findings] == ["step-column-absent"] * 3
    assert column(raw, "note") == ["x"]
    for step in (
        {**TOTALS, "sums": ["no"]},
        {"step": "unpivot", "columns": {"no": "x"}, "name_field": "a", "value_field": "b"},
        {"step": "map_codes", "field": "district", "codelist": "no"},
    ):
        assert errors(tmp_path, [["A1", "", "", "", "", ""]], step)
