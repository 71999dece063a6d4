"""Steps that look at one cell at a time: trim, half_width, parse_number, parse_date, map_values, map_codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import cast

from pipelines.ingest.batches import Batch, differences
from pipelines.ingest.grids import Cell
from pipelines.ingest.steps.base import Streaming

_CACHED_TEXTS = 1 << 16
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}


class CellStep(Streaming):
    """Converts the cells of some columns. Absent cells stay absent.

    ``at_once``: converting a text costs less than telling whether it has been converted before.
    """

    def __init__(
        self, labels: tuple[str, ...], positions: Sequence[int], convert: Callable[[str], Cell], at_once: bool = False
    ) -> None:  # fmt: skip
        self.labels = labels
        self.changed = 0
        self._positions = sorted(set(positions))
        self._at_once = convert if at_once else None
        # From batch to batch, too; the cache is bounded for columns that do not repeat them.
        self._convert = lru_cache(_CACHED_TEXTS)(convert)

    def apply(self, batch: Batch) -> Batch:
        """Convert the cells of the step's columns."""
        for position in self._positions:
            before = batch.columns[position]
            after = self._converted(before)
            self.changed += differences(before, after)
            batch.columns[position] = after
        return batch

    def _converted(self, cells: list[Cell]) -> list[Cell]:
        if self._at_once is not None:
            try:
                return list(map(self._at_once, cast("list[str]", cells)))
            except TypeError:  # a cell is absent: that costs less to find out than to look for
                return [None if cell is None else self._at_once(cell) for cell in cells]
        # Each text is converted once: columns of tables repeat theirs.
        texts: dict[Cell, Cell] = {cell: None if cell is None else self._convert(cell) for cell in set(cells)}
        return list(map(texts.__getitem__, cells))


def half_width(text: str) -> str:
    """Full-width letters, digits and signs, and the ideographic space, in their ASCII forms."""
    return text.translate(_HALF_WIDTH)


def mapper(values: Mapping[str, str]) -> Callable[[str], str]:
    """Texts by table; others stay."""

    def look_up(text: str) -> str:
        return values.get(text, text)

    return look_up
