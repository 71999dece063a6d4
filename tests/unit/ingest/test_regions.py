"""Where the tables of a sheet lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingesting import Rows

from pipelines.ingest.detection import TablesFound, find_tables
from pipelines.ingest.grids import Grid, GridRow, Merge
from pipelines.registry.layouts import FileFormat
from pipelines.registry.selections import CellRange

PARKS, SCHOOLS = ["park", "visits"], ["school", "pupils", "girls"]


def rows_of(labels: Sequence[str], count: int) -> Rows:
    """A table: words in its first column, figures in the others."""
    return [list(labels), *([f"n{row}", *range(row, row + len(labels) - 1)] for row in range(count))]


def beside(left: Rows, right: Rows, gap: int = 1) -> Rows:
    width, height = max(map(len, left)), max(len(left), len(right))
    left, right = ([*part, *([[]] * (height - len(part)))] for part in (left, right))
    return [[*a, *([None] * (width + gap - len(a))), *b] for a, b in zip(left, right, strict=True)]


def found(rows: Rows, merges: tuple[Merge, ...] = ()) -> TablesFound:
    width = max(map(len, rows), default=0)

    def read() -> Iterator[GridRow]:
        for number, cells in enumerate(rows, start=1):
            texts = ["" if cell is None else str(cell) for cell in cells]
            yield GridRow(number, [*texts, *([""] * (width - len(texts)))])

    return find_tables(Grid("f", "s", FileFormat.XLSX, None, read, padded=True, merges=merges))


def ranges(rows: Rows, merges: tuple[Merge, ...] = ()) -> list[tuple[str, int, int]]:
    return [(table.range, table.header_row, table.rows) for table in found(rows, merges).tables]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["First"], *rows_of(PARKS, 5), [], ["Second"], [], *rows_of(SCHOOLS, 4)], [("A1:C7", 2, 5), ("A9:C", 11, 4)]),
        ([*rows_of(PARKS, 5), [], *rows_of(PARKS, 4)], [("A1:B6", 1, 5), ("A8:B", 8, 4)]),
        (
            [*rows_of(PARKS, 5), [], ["Source: parks office"], [], ["Schools"], *rows_of(SCHOOLS, 4)],
            [("A1:C8", 1, 6), ("A10:C", 11, 4)],
        ),
        (beside(rows_of(PARKS, 5), rows_of(SCHOOLS, 8)), [("A:B", 1, 5), ("D:F", 1, 8)]),
        (beside(rows_of(PARKS, 5), rows_of(PARKS, 5), 2), [("A:B", 1, 5), ("E:F", 1, 5)]),
        (
            [*beside(rows_of(PARKS, 5), rows_of(SCHOOLS, 3)), [], *rows_of(["a", "b", "c", "d", "e", "f"], 4)],
            [("A1:B6", 1, 5), ("D1:F4", 1, 3), ("A8:F", 8, 4)],
        ),
        (
            beside(rows_of(PARKS, 12), [*rows_of(SCHOOLS, 3), [], *rows_of(["clinic", "beds"], 4)]),
            [("A:B", 1, 12), ("D1:F4", 1, 3), ("D6:F", 6, 4)],
        ),
        ([*rows_of(PARKS, 2_000), [], *rows_of(SCHOOLS, 4)], [("A1:C2001", 1, 2_000), ("A2003:C", 2_003, 4)]),
    ],
    ids=["below", "repeated", "with remarks", "beside", "alike", "beside and below", "right stacked", "far below"],
)  # fmt: skip
def test_tables_lie_between_empty_rows_and_columns(rows: Rows, expected: list[tuple[str, int, int]]) -> None:
    assert ranges(rows) == expected


@pytest.mark.parametrize(
    "rows",
    [
        [["Title"], [], ["Unit: yuan"], *rows_of(SCHOOLS, 5), [], ["Source: schools"]],
        [*rows_of(SCHOOLS, 3), [], ["North"], *rows_of(SCHOOLS, 3)[1:], [], ["n9", "-", "-"], *rows_of(SCHOOLS, 2)[1:]],
        [["code", "name", "amount"], ["01", "x", 3], [], ["A", "Farming", None], ["03", "z", 4]],
        beside(rows_of(["area", "2019", "2020"], 5), [["2021", "2022"], *([n, n + 2] for n in range(5))]),
        beside([["area"], *([f"n{n}"] for n in range(5))], [["boys", "girls"], *([n, n] for n in range(5))]),
        beside(rows_of(PARKS, 5), [["remark"], [], ["closed"]]),
        beside(rows_of(PARKS, 4), [["keeper", "street"], *([f"k{n}", f"s{n}"] for n in range(4))]),
        [["Period:", "2025"], ["Office:", "parks"], [], *rows_of(SCHOOLS, 5)],
    ],
    ids=["title and source", "sections", "codes", "spacer", "labels apart", "remarks", "words", "entries"],
)  # fmt: skip
def test_what_has_no_header_of_its_own_belongs_to_the_table(rows: Rows) -> None:
    assert len(found(rows).tables) == 1
    assert not found(rows).beside


def test_a_group_that_is_merged_over_an_empty_column_holds_its_columns_together() -> None:
    rows = [["", "people", "", "", ""], *beside(rows_of(["area", "all"], 4), rows_of(["born in", "aged"], 4))]
    assert len(found([["x", "people"], *rows[1:]]).tables) == 2
    assert len(found([["x", "people"], *rows[1:]], (((0, 1), (0, 4)),)).tables) == 1


@pytest.mark.parametrize(
    ("rows", "range_", "beside_"),
    [
        (beside(rows_of(PARKS, 5), [[], ["Figures are provisional"], ["See page 7"]]), "A:B", ("D:D",)),
        (beside([[], ["How to read this"]], rows_of(PARKS, 6)), "C:D", ("A:A",)),
    ],
)
def test_notes_beside_the_table_are_told_from_it(rows: Rows, range_: str, beside_: tuple[str, ...]) -> None:
    assert [table.range for table in found(rows).tables] == [range_]
    assert found(rows).beside == beside_


def test_nothing_is_found_where_no_row_could_be_a_header() -> None:
    assert found([]) == found([["", ""]]) == TablesFound()
    assert not found([["Dear colleagues"], ["please find below"]]).tables


CELLS = st.sampled_from(["", "", "a", "b", "park", "注：x", "合计", "12", "3.5", "2020", "单位：万元"])


@given(st.lists(st.lists(CELLS, max_size=7), max_size=25))
def test_tables_do_not_overlap_and_lie_in_the_sheet(rows: Rows) -> None:
    tables = [CellRange.of(table.range) for table in found(rows).tables]
    for place, one in enumerate(tables):
        assert one.overlaps(one) and one.last_column <= max(map(len, rows))
        for other in tables[:place]:
            assert not one.overlaps(other) and not other.overlaps(one)
