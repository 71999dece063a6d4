"""Sheets that hold more than one table: drafts say which they saw, and take none that nobody chose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from drafting import draft
from ingesting import workbook
from spreadsheets import ods

from pipelines.drafting import CannotDraft, SeveralTables

Rows = list[list[Any]]
PARKS: Rows = [["park", "visits"], *([f"park {n}", 10 * n] for n in range(5))]
SCHOOLS: Rows = [["school", "pupils", "girls"], *([f"school {n}", 10 * n, 4 * n] for n in range(7))]
BELOW: Rows = [["Parks"], *PARKS, [], ["Schools"], *SCHOOLS]
BESIDE: Rows = [
    [*(PARKS[n] if n < len(PARKS) else [None, None]), None, *SCHOOLS[n]] for n in range(len(SCHOOLS))
]  # fmt: skip


def texts(rows: Rows) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


WRITTEN: dict[str, Callable[[Rows], bytes]] = {
    "xlsx": lambda rows: workbook({"s": rows}),
    "ods": lambda rows: ods({"s": texts(rows)}),
    "csv": lambda rows: "".join(",".join(cells) + "\n" for cells in texts(rows)).encode(),
}


def refused(folder: Path, kind: str, rows: Rows, **answers: Any) -> SeveralTables:
    with pytest.raises(SeveralTables) as caught:
        draft(folder, f"t.{kind}", WRITTEN[kind](rows), **answers)
    assert not list((folder / "schema" / "datasets").rglob("new_table"))
    for message, remedy in caught.value.reasons:
        assert message.text("en") and message.text("zh") and remedy.text("en") and remedy.text("zh")
    return caught.value


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("rows", "ranges"), [(BELOW, ("A1:C7", "A9:C")), (BESIDE, ("A:B", "D:F"))], ids=["below", "beside"]
)
def test_without_an_answer_the_tables_are_listed(kind: str, rows: Rows, ranges: Sequence[str], tmp_path: Path) -> None:
    several = refused(tmp_path, kind, rows)
    assert several.ranges == tuple(ranges)
    listed = [message.text("en") for message, _ in several.reasons]
    assert "park, visits), 5 rows" in listed[0] and "school, pupils, girls), 7 rows" in listed[1]
    assert f"--range {ranges[1]}" in several.reasons[1][1].text("en")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize(("rows", "range_"), [(BELOW, "A1:C7"), (BESIDE, "A:B")], ids=["below", "beside"])
def test_the_table_that_was_chosen_is_read_alone(kind: str, rows: Rows, range_: str, tmp_path: Path) -> None:
    made = draft(tmp_path, f"t.{kind}", WRITTEN[kind](rows), range=range_)
    assert (made.layout.range, list(made.layout.columns)) == (range_, ["park", "visits"])
    assert made.drafted.rows == 5
    assert "range" in made.remarks


def test_the_row_of_a_header_chooses_as_well(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.xlsx", WRITTEN["xlsx"](BELOW), header_row=10)
    assert (made.layout.range, made.layout.header_row, made.drafted.rows) == ("A9:C", 10, 7)


def test_text_has_no_ranges_but_ends_with_its_last_table(tmp_path: Path) -> None:
    several = refused(tmp_path, "csv", BELOW)
    assert several.ranges == () and "file of its own" in several.reasons[0][1].text("en")
    refused(tmp_path, "csv", BELOW, header_row=2)
    assert draft(tmp_path, "t.csv", WRITTEN["csv"](BELOW), header_row=10).drafted.rows == 7


def test_tables_with_the_same_header_are_told_as_such(tmp_path: Path) -> None:
    several = refused(tmp_path, "xlsx", [*PARKS, [], *SCHOOLS, [], *PARKS])
    assert "Tables 1, 3 have the same header" in several.reasons[-1][0].text("en")
    assert len(several.ranges) == 3


def test_notes_beside_the_table_propose_a_range(tmp_path: Path) -> None:
    rows = [[*row, None, note] for row, note in zip(PARKS, [None, "Provisional", "figures", *[None] * 3], strict=True)]
    made = draft(tmp_path, "t.xlsx", WRITTEN["xlsx"](rows))
    assert (made.layout.range, made.drafted.rows, made.drafted.quarantined) == ("A:B", 5, 0)
    assert "range" in made.remarks


@pytest.mark.parametrize("note", ["单位：万元", "Office: parks"])
def test_a_note_outside_the_range_still_says_the_unit(note: str, tmp_path: Path) -> None:
    money: Rows = [["名称", "金额"], *([f"park {n}", 10 + n] for n in range(5))]
    rows = [[note], [], *money, [], *SCHOOLS]
    made = draft(tmp_path, "t.xlsx", WRITTEN["xlsx"](rows), range="A3:B8")
    assert made.layout.unit_note is None
    assert [step.model_dump().get("unit") for step in made.layout.steps if step.step == "scale"] == (
        ["万元"] if "万元" in note else []
    )


@pytest.mark.parametrize(
    ("kind", "range_", "reason"), [("xlsx", "B4", "draft-range-text"), ("csv", "A:B", "draft-range-format")]
)
def test_ranges_that_cannot_be_used_are_refused(kind: str, range_: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(CannotDraft) as caught:
        draft(tmp_path, f"t.{kind}", WRITTEN[kind](PARKS), range=range_)
    assert caught.value.usage and caught.value.reasons[0][0].id == reason
