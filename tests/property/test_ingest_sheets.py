"""Whatever grid is written as OpenDocument or HTML reads back as the same cells under the same row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from spreadsheets import cell, content, ods, package, page, row, sheet, table

from pipelines.ingest.grids import Grid
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

#: What XML can hold, without the white space that HTML does not keep.
LETTERS = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\ufffd\u0085\u2028\u2029", include_characters="\n"
)
TEXTS = st.text(LETTERS, max_size=9)
GRIDS = st.lists(st.lists(TEXTS, min_size=1, max_size=5), min_size=1, max_size=8)
Cells = Sequence[Sequence[str | None]]


def read(kind: FileFormat, data: bytes) -> list[tuple[Grid, list[Any]]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t"
        path.write_bytes(data)
        grids = open_grids(SourceFile("t", path, kind), Layout(name="t", format=kind), [])
        return [(grid, list(grid.rows())) for grid in grids]


def filled(rows: Cells, left: int = 0) -> list[list[str | None]]:
    """Rows as wide as the last filled cell, without empty rows at the end."""
    kept = [list(cells) for cells in rows]
    while kept and not any(kept[-1]):
        kept.pop()
    width = max((place + 1 for cells in kept for place, text in enumerate(cells) if text), default=0)
    return [[*cells[:width], *[""] * (width - len(cells))][left:] for cells in kept]


@given(st.lists(GRIDS, min_size=1, max_size=3))
@settings(max_examples=150)
def test_ods_grids_come_back(grids: list[list[list[str]]]) -> None:
    found = read(FileFormat.ODS, ods({f"s{n}": rows for n, rows in enumerate(grids)})) if any_text(grids) else []
    written = [rows for rows in grids if any_text([rows])]
    assert len(found) == len(written)
    for (grid, rows), expected in zip(found, written, strict=True):
        assert [tuple(row) for row in rows] == list(enumerate(filled(expected, grid.left), start=1))
        assert grid.left == min(place for cells in expected for place, text in enumerate(cells) if text)


@given(st.lists(GRIDS, min_size=1, max_size=3))
@settings(max_examples=150)
def test_html_grids_come_back(grids: list[list[list[str]]]) -> None:
    shown = [[[as_shown(text) for text in cells] for cells in rows] for rows in grids]
    found = read(FileFormat.HTML, page(*map(table, shown)).encode()) if any_text(shown) else []
    written = [rows for rows in shown if any_text([rows])]
    assert len(found) == len(written)
    for (_, rows), expected in zip(found, written, strict=True):
        body = filled(expected)
        body += [[""] * len(body[0]) for _ in expected[len(body) :]]
        assert [tuple(row) for row in rows] == list(enumerate(body, start=1))


def as_shown(text: str) -> str:
    """The text as a page shows it: one space for several, none at the ends of lines, no empty lines at the ends."""
    lines = [" ".join(part for part in line.split(" ") if part) for line in text.split("\n")]
    joined = "\n".join(lines).strip("\n")
    return joined if joined.strip() else ""


def any_text(grids: Sequence[Cells]) -> bool:
    return any(text for rows in grids for cells in rows for text in cells)


REPEATS = st.integers(1, 4)


@given(
    st.lists(st.tuples(REPEATS, st.lists(st.tuples(REPEATS, st.sampled_from(["", "a", "b"])), max_size=4)), max_size=6)
)
@settings(max_examples=150)
def test_repeated_rows_and_cells_read_as_written_out(rows: list[tuple[int, list[tuple[int, str]]]]) -> None:
    expanded = [
        [text for columns, text in cells for _ in range(columns)] for repeat, cells in rows for _ in range(repeat)
    ]
    written = [
        row([cell(text, f'table:number-columns-repeated="{columns}"') for columns, text in cells],
            f'table:number-rows-repeated="{repeat}"')
        for repeat, cells in rows
    ]  # fmt: skip
    data = package(content(sheet("s", written)))
    if not any_text([expanded]):
        return
    [(grid, found)] = read(FileFormat.ODS, data)
    assert [found_row.cells for found_row in found] == filled(expanded, grid.left)


PARTS = st.sampled_from(
    ["<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td rowspan=3>", "<td colspan=2 rowspan=0>", "<tbody>",
     "<caption>", "a", "&lt;", "<br>", "<!--", "-->", "<p>", "<script>", "</script>", "<![if x]>", "<", "'", ">"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=25))
@settings(max_examples=300)
def test_any_page_is_read_or_refused(parts: list[str]) -> None:
    try:
        for grid, rows in read(FileFormat.HTML, "".join(parts).encode()):
            assert len({len(row.cells) for row in rows}) <= 1
            assert grid.encoding == "utf-8"
    except Unreadable as refusal:
        assert refusal.finding.message.text("zh")
