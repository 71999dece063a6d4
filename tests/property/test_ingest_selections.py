"""Whatever a layout selects of a sheet: rows given and rows left out are all its rows, and cells stand right."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.findings import Finding
from pipelines.ingest.grids import Grid, GridRow
from pipelines.ingest.readers.selecting import select
from pipelines.ingest.readers.xls_parts import hidden_in_xls
from pipelines.ingest.stretches import Hidden, Stretches
from pipelines.registry.layouts import FileFormat, Layout
from pipelines.registry.selections import CellRange, column_letters, column_number

XLS = (Path(__file__).parents[1] / "unit" / "ingest" / "hidden.xls").read_bytes()
NUMBERS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)).map(lambda pair: (pair[0], sum(pair))), max_size=5)
CORNER = st.tuples(st.integers(1, 12), st.integers(1, 9))


def name(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"


@given(NUMBERS, NUMBERS, CORNER, CORNER, st.integers(0, 3), st.sampled_from(["read", "leave_out"]), st.booleans())
def test_a_selection_gives_or_counts_every_row(
    rows: list[tuple[int, int]], columns: list[tuple[int, int]], first: tuple[int, int], last: tuple[int, int],
    left: int, treat: str, ranged: bool,
) -> None:  # fmt: skip
    (top, bottom), (begin, end) = sorted((first[0], last[0])), sorted((first[1], last[1]))
    document: dict[str, Any] = {"name": "any", "format": "xlsx", "hidden": {"rows": treat, "columns": treat}}
    document |= {"range": f"{name(top, begin)}:{name(bottom, end)}"} if ranged else {}
    cells = [[name(row, column) for column in range(left + 1, 9)] for row in range(1, 11)]
    sheet = [GridRow(number, list(row)) for number, row in enumerate(cells, start=1)]
    grid = Grid("f", "s", FileFormat.XLSX, None, lambda: iter(sheet), padded=True, sheet_name="s", left=left)
    findings: list[Finding] = []
    selected = select(grid, Hidden(rows, columns), (10, 8), Layout.model_validate(document), findings)

    def hidden(number: int, stretches: list[tuple[int, int]]) -> bool:
        return treat == "leave_out" and any(low <= number <= high for low, high in stretches)

    def inside(number: int, low: int, high: int) -> bool:
        return not ranged or low <= number <= high

    for _ in range(2):
        given_rows = list(selected.rows())
        numbers = [row.number for row in given_rows]
        assert numbers == [row for row in range(1, 11) if inside(row, top, bottom) and not hidden(row, rows)]
        assert selected.left_out["outside_range"] == sum(not inside(row, top, bottom) for row in range(1, 11))
        assert len(numbers) + selected.left_out.total() == 10
        wanted = [c for c in range(left + 1, 9) if inside(c, begin, end) and not hidden(c, columns)]
        for row in given_rows:
            assert row.cells == [name(row.number, column) for column in wanted]
        assert [selected.column(place) for place in range(len(wanted))] == wanted


@given(NUMBERS, st.integers(1, 15), st.integers(1, 15))
def test_stretches_are_sets_of_numbers(pairs: list[tuple[int, int]], first: int, last: int) -> None:
    expected = {number for low, high in pairs for number in range(low, high + 1)}
    stretches = Stretches(pairs)
    assert {number for number in range(20) if number in stretches} == expected
    assert len(stretches) == len(expected)
    assert len(stretches.within(first, last)) == len(expected & set(range(first, last + 1)))


@given(st.integers(1, 16_384))
def test_columns_have_letters(number: int) -> None:
    assert column_number(column_letters(number)) == number
    assert CellRange.of(f"{column_letters(number)}:XFD").first_column == number


@settings(max_examples=300)
@given(st.binary(max_size=600), st.integers(0, len(XLS)), st.booleans())
def test_what_xls_files_hide_is_told_or_not_whatever_is_in_them(noise: bytes, at: int, cut: bool) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(XLS[:at] + noise + (b"" if cut else XLS[at + len(noise) :]))
        file.flush()
        hidden = hidden_in_xls(Path(file.name), ["all", "secret"])
    assert hidden is None or set(hidden) == {"all", "secret"}
