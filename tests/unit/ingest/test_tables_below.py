"""Another table below the declared one is never read as rows of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ingesting import Rows, read_files, rows_of, workbook
from spreadsheets import ods

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Severity

HEADER = ["tree_id", "species", "district", "height"]


def trees(count: int) -> Rows:
    return [[f"A{number}", "pine", "north", number + 1] for number in range(count)]


def texts(rows: Rows) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


WRITTEN: dict[str, Callable[[Rows], bytes]] = {
    "xlsx": lambda rows: workbook({"s": rows}),
    "ods": lambda rows: ods({"s": texts(rows)}),
    "csv": lambda rows: "".join(",".join(cells) + "\n" for cells in texts(rows)).encode(),
}


def told(kind: str, rows: Rows, folder: Path, **layout: Any) -> dict[str, int | None]:
    with pytest.raises(DeliveryRejected) as caught:
        read_files(folder, {f"t.{kind}": WRITTEN[kind](rows)}, {"format": kind, **layout})
    return {
        finding.rule: finding.location.row for finding in caught.value.findings if finding.severity is Severity.ERROR
    }


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize(
    ("below", "row"),
    [
        ([["park", "kind", "code", "visits"], ["East", "x", "north", 5], ["West", "x", "south", 7]], 7),
        ([["Parks by visits"], [], ["park", "visits", "of children"], ["East", 5, 1]], 9),
        ([["park", "", "", "visits"], ["East", "", "", 5]], 7),
        ([["", "park", "visits", ""], ["", "", "(thousand)", ""], ["", "East", 5, ""]], 7),
        ([["park", "kind", "", "%"], ["East", "x", "", 5]], 7),
    ],
    ids=["as wide", "with a title", "one label above figures", "with units, elsewhere", "a sign above figures"],
)
def test_a_header_below_empty_rows_begins_another_table(kind: str, below: Rows, row: int, tmp_path: Path) -> None:
    assert told(kind, [HEADER, *trees(4), [], *below], tmp_path) == {"table-below": row}


def test_the_same_header_below_empty_rows_is_told_as_such(tmp_path: Path) -> None:
    assert told("csv", [HEADER, *trees(4), [], HEADER, *trees(2)], tmp_path) == {"header-repeated": 7}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_range_leaves_the_other_table_out(kind: str, tmp_path: Path) -> None:
    rows = [HEADER, *trees(4), [], ["park", "kind", "code", "visits"], ["East", "x", "north", 5]]
    raw = read_files(tmp_path, {f"t.{kind}": WRITTEN[kind](rows)}, {"format": kind, "range": "A1:D5"})
    assert (raw.rows, raw.excluded) == (4, {"header": 1, "outside_range": 2})


@pytest.mark.parametrize(
    "between",
    [
        [[]],
        [[], ["Northern district"]],
        [[], ["A7", "pine", "north", "none"], [], ["A8", "pine", "none", "none"]],
        [[], ["A7", "pine", "", ""]],
        [[], ["Total", "of all", "districts", "together"]],
        [[], ["A7", "note: felled", "north", "felled"]],
        [[], ["A7", "oak", "south", "-"]],
        [[], ["A7", "oak", "south", "…"]],
        [[], ["A7", "oak", "south", "N/A"]],
        [[], ["A7", "pine", "south", "not measured"]],
    ],
    ids=["a gap", "a heading", "no value", "gaps", "a total", "a note", "a dash", "dots", "a mark", "a known word"],
)
@pytest.mark.parametrize("kind", WRITTEN)
def test_gaps_headings_and_missing_values_are_rows_of_the_table(kind: str, between: Rows, tmp_path: Path) -> None:
    rows = [HEADER, *trees(4), *between, *trees(2)]
    raw = read_files(tmp_path, {f"t.{kind}": WRITTEN[kind](rows)}, {"format": kind})
    assert raw.rows == len(rows) - 1
    assert rows_of(raw)[-1][0] == len(rows)


def test_tables_of_words_have_no_figures_to_tell_a_header_by(tmp_path: Path) -> None:
    rows = [HEADER, *([f"A{number}", "pine", "north", "tall"] for number in range(3)), [], ["a", "b", "c", "d"]]
    assert read_files(tmp_path, {"t.csv": WRITTEN["csv"]([*rows, ["e", "f", "g", "7"]])}, {"format": "csv"}).rows == 6
