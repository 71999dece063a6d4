"""The header of a grid, whether or not it is where and as the layout says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.ingest.detection import GridSample
from pipelines.ingest.detection.headers import detect_header
from pipelines.ingest.grids import Grid, GridRow
from pipelines.ingest.headers import ExpectedLabels, find_header, header_labels
from pipelines.ingest.movements.labels import Comparison, Expected, compare
from pipelines.registry.layouts import Layout

_MOST_ROWS = 5


@dataclass(frozen=True)
class FoundHeader:
    """A header: ``preamble`` rows stand above it, it begins on ``row`` and takes ``rows``."""

    preamble: int
    row: int
    rows: int
    labels: tuple[str, ...]
    compared: Comparison


def best_header(
    grid: Grid, sample: GridSample, layout: Layout, expected: Sequence[Expected], known: ExpectedLabels
) -> FoundHeader | None:
    """The header whose labels answer most of what is expected; the declared form where another is no better."""
    if grid.labels is not None:
        compared = compare(grid.labels, expected)
        return FoundHeader(0, layout.header_row, layout.header_rows, grid.labels, compared) if compared.fits else None
    best: FoundHeader | None = None
    for begin, rows in _candidates(grid, sample, layout, known):
        lines = sample.head[begin : begin + rows]
        labels = header_labels(lines, grid)
        found = FoundHeader(begin, lines[0].number, rows, labels, compare(labels, expected))
        if found.compared.fits and (best is None or found.compared.rank > best.compared.rank):
            best = found
    return best


def _candidates(
    grid: Grid, sample: GridSample, layout: Layout, known: ExpectedLabels
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Where headers may begin, as indices of the sample, and how many rows they take: the declared form first."""
    sizes = [layout.header_rows, *(rows for rows in range(1, _MOST_ROWS + 1) if rows != layout.header_rows)]
    for rows in sizes:
        header = find_header(sample.head, grid, layout.model_copy(update={"header_rows": rows}), known)
        if header is not None:
            yield header.preamble, rows
    guess = detect_header(sample)
    begin = _index(sample.head, guess.row) if guess is not None else None
    if guess is not None and begin is not None and begin + guess.rows <= len(sample.head):
        yield begin, guess.rows


def _index(rows: Sequence[GridRow], number: int) -> int | None:
    return next((index for index, row in enumerate(rows) if row.number == number), None)
