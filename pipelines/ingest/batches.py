"""Rows between reader and writer, a few thousand at a time, kept by column because tidy steps work on columns."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.grids import Cell

BATCH_ROWS = 8_192


@dataclass
class Batch:
    """Rows of one grid.

    ``present`` is how many of the header's columns a row was delivered with, ``extra`` its cells beyond them,
    ``blank`` whether every cell was empty. All lists, and each list in ``columns``, have one entry per row.
    """

    numbers: list[int]
    present: list[int]
    extra: list[list[Cell] | None]
    blank: list[bool]
    columns: list[list[Cell]]

    def __len__(self) -> int:
        return len(self.numbers)

    def append(self, more: Batch) -> None:
        """Put the rows of another batch, of the same columns, below."""
        self.numbers += more.numbers
        self.present += more.present
        self.extra += more.extra
        self.blank += more.blank
        for column, cells in zip(self.columns, more.columns, strict=True):
            column.extend(cells)

    def take(self, rows: Sequence[int]) -> Batch:
        """The batch of the given rows (positions, which may repeat)."""
        return Batch(
            [self.numbers[row] for row in rows],
            [self.present[row] for row in rows],
            [self.extra[row] for row in rows],
            [self.blank[row] for row in rows],
            [[column[row] for row in rows] for column in self.columns],
        )


def differences(before: Sequence[Cell], after: Sequence[Cell]) -> int:
    """How many cells of a column are others than before."""
    return 0 if before == after else sum(map(operator.ne, before, after))


def is_empty(cell: Cell) -> bool:
    """Tell whether a cell is absent or holds nothing but white space."""
    return cell is None or not cell.strip()
