"""Which cells of a grid hold anything, row by row: a bit per column, and the rows near which a table may begin."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.ingest.batches import is_empty
from pipelines.ingest.detection.samples import HEAD_ROWS, GridSample
from pipelines.ingest.grids import Grid, GridRow, Merge

#: Rows that are kept below each empty row: a title, a header, and what shows which columns hold figures.
_KEPT = 60
_MOST_KEPT = 20_000


class Part(NamedTuple):
    """A rectangle of a grid: positions among its rows that hold anything, and places of columns."""

    first: int
    last: int
    left: int
    right: int


@dataclass
class Filled:
    """``numbers`` and ``masks`` of the rows that hold anything; the cells of those that were ``kept``."""

    grid: Grid
    numbers: list[int] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)
    kept: list[GridRow] = field(default_factory=list)

    @classmethod
    def of(cls, grid: Grid) -> Filled:
        """Read a grid once."""
        filled = cls(grid)
        known: dict[bytes, int] = {}
        near, before = HEAD_ROWS, 0
        for row in grid.rows():
            pattern = bytes(not is_empty(cell) for cell in row.cells)
            mask = known.get(pattern)
            if mask is None:
                mask = known[pattern] = sum(1 << place for place, holds in enumerate(pattern) if holds)
            if not mask:
                continue
            if row.number > before + 1:
                near = max(near, _KEPT)
            if near > 0 and len(filled.kept) < _MOST_KEPT:
                filled.kept.append(row)
            near, before = near - 1, row.number
            filled.numbers.append(row.number)
            filled.masks.append(mask)
        return filled

    @property
    def whole(self) -> Part:
        """All of the grid."""
        width = max((mask.bit_length() for mask in self.masks), default=0)
        return Part(0, len(self.numbers) - 1, 0, width - 1)

    def masks_of(self, part: Part) -> list[int]:
        """What the rows of a part have filled, from its first column on."""
        cut = (1 << (part.right - part.left + 1)) - 1
        return [mask >> part.left & cut for mask in self.masks[part.first : part.last + 1]]

    def trimmed(self, part: Part) -> Part | None:
        """A part without the rows at its ends that hold nothing in its columns."""
        rows = [place for place, mask in enumerate(self.masks_of(part)) if mask]
        return part._replace(first=part.first + rows[0], last=part.first + rows[-1]) if rows else None

    def rows_of(self, part: Part) -> list[GridRow]:
        """The kept rows of a part, cut to its columns, those that hold anything there."""
        first = bisect_left(self.kept, self.numbers[part.first], key=lambda row: row.number)
        last = bisect_right(self.kept, self.numbers[part.last], key=lambda row: row.number)
        cut = (GridRow(row.number, row.cells[part.left : part.right + 1]) for row in self.kept[first:last])
        return [row for row in cut if not all(map(is_empty, row.cells))]

    def sample(self, part: Part) -> GridSample:
        """The first rows of a part, as a grid of its own would have them."""
        rows = tuple(self.rows_of(part)[:HEAD_ROWS])
        return GridSample(rows, (), len(rows), tuple(self._merges(part)))

    def _merges(self, part: Part) -> list[Merge]:
        first, last = self.numbers[part.first] - 1, self.numbers[part.last] - 1
        return [((top, left - part.left), (bottom, right - part.left))
                for (top, left), (bottom, right) in self.grid.merges
                if first <= top <= last and part.left <= left and right <= part.right]  # fmt: skip
