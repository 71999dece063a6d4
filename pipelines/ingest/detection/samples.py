"""The rows of a grid that are looked at: the first thousand, the last hundred, and how many there are."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from dataclasses import dataclass
from functools import cached_property

from pipelines.ingest.batches import is_empty
from pipelines.ingest.grids import Grid, GridRow, Merge

HEAD_ROWS, TAIL_ROWS = 1_000, 100


@dataclass(frozen=True)
class GridSample:
    """Rows from both ends of a grid; in a small one they overlap."""

    head: tuple[GridRow, ...]
    tail: tuple[GridRow, ...]
    rows: int
    merges: tuple[Merge, ...] = ()

    @cached_property
    def width(self) -> int:
        """How many cells a row of the table usually has filled: the number that most filled cells stand in rows of."""
        filled = Counter(len(filled_places(row)) for row in (*self.head, *self.tail))
        filled.pop(0, None)
        return max(filled, key=lambda count: (filled[count] * count, count), default=0)


def sample_grid(grid: Grid) -> GridSample:
    """Read a grid once and keep its ends."""
    rows, counter = grid.rows(), itertools.count()
    head = tuple(itertools.islice(rows, HEAD_ROWS))
    # At the speed of C: ``zip`` asks the counter once for each row.
    below = deque(zip(rows, counter, strict=False), maxlen=TAIL_ROWS)
    tail = (*head, *(row for row, _ in below))[-TAIL_ROWS:]
    return GridSample(head, tail, len(head) + next(counter), grid.merges)


def sample_opening(grid: Grid) -> GridSample:
    """Read no more of a grid than its first rows; what is below them is taken for absent."""
    head = tuple(itertools.islice(grid.rows(), HEAD_ROWS))
    return GridSample(head, head[-TAIL_ROWS:], len(head), grid.merges)


def first_text(row: GridRow) -> str:
    """The text of the first cell that holds anything; empty where none does."""
    return next((cell.strip() for cell in row.cells if cell is not None and not is_empty(cell)), "")


def filled_places(row: GridRow) -> list[int]:
    """Positions of the cells that hold anything."""
    return [place for place, cell in enumerate(row.cells) if not is_empty(cell)]
