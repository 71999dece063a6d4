"""One column becomes several."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.batches import Batch, is_empty
from pipelines.ingest.grids import Cell
from pipelines.ingest.steps.base import Streaming


class SplitStep(Streaming):
    """The named groups of a pattern become columns, in their order, in place of the column at ``place``.

    RE2 matches, in linear time. A cell that does not match stands whole in the first of the columns, so that nothing
    is lost and validation judges it. ``changed`` counts the cells that were split.
    """

    def __init__(self, labels: tuple[str, ...], place: int, pattern: str, parts: tuple[str, ...]) -> None:
        self._place, self._pattern, self._parts = place, f"^(?:{pattern})$", parts
        self._kept = [other for other, label in enumerate(labels) if other != place and label not in parts]
        self.labels = (*(labels[other] for other in self._kept), *parts)
        self.changed = 0

    def apply(self, batch: Batch) -> Batch:
        """Split the column's cells."""
        cells = batch.columns[self._place]
        found = pc.extract_regex(pa.array(cells, pa.string()), self._pattern).to_pylist()
        made: list[list[Cell]] = [[None] * len(batch) for _ in self._parts]
        for row, (cell, groups) in enumerate(zip(cells, found, strict=True)):
            if groups is None:
                made[0][row] = cell
                continue
            for column, name in zip(made, self._parts, strict=True):
                column[row] = groups[name]
            self.changed += not is_empty(cell)
        batch.columns = [*(batch.columns[other] for other in self._kept), *made]
        return batch
