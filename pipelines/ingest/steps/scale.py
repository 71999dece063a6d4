"""The step ``scale``: amounts times the yuan in their unit, exactly, and none passed on as it was.

An amount is what the column's field will read, so that no cell counts as a number in validation that was none here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from pipelines.ingest.batches import Batch
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import as_decimal, times
from pipelines.ingest.steps.base import StepContext
from pipelines.registry import Dataset
from pipelines.registry.fields import FieldSpec

#: Text → scaled text, the text itself where validation reads no number in it either, ``None`` for neither.
Scaler = Callable[[str], Cell]
_CACHED_TEXTS = 1 << 16


class ScaleStep:
    """Scales the cells of some columns. ``scalers``: position → how its cells are scaled."""

    def __init__(self, labels: tuple[str, ...], scalers: Mapping[int, Scaler], context: StepContext) -> None:
        self.labels = labels
        self.changed = 0
        # Columns of tables repeat their texts; the cache is bounded for those that do not.
        self._scalers = {place: lru_cache(_CACHED_TEXTS)(scaler) for place, scaler in sorted(scalers.items())}
        self._context = context
        self._refused: dict[int, list[int]] = {}

    def apply(self, batch: Batch) -> Batch:
        """Scale the cells of the step's columns."""
        for place, scale in self._scalers.items():
            before = batch.columns[place]
            after = [None if cell is None else scale(cell) for cell in before]
            for row, (old, new) in enumerate(zip(before, after, strict=True)):
                if old is not None and new is None:
                    self._refused.setdefault(place, [batch.numbers[row], 0])[1] += 1
                elif old != new:
                    self.changed += 1
            batch.columns[place] = after
        return batch

    def finish(self) -> None:
        """Report the columns with cells that could not be scaled and would pass as they are."""
        for place, (first, cells) in self._refused.items():
            name = self.labels[place]
            self._context.report("scale-not-a-number", field=name, row=first, column=name, cells=cells)


def scaler(factor: Decimal, dataset: Dataset, spec: FieldSpec | None) -> Scaler:
    """How cells on their way into a field are scaled; ``None`` for a column that goes into no known field.

    Numbers are written as the field writes them, with its ``decimalChar``.
    """
    numeric = spec is not None and spec.type in {"number", "integer"}
    own_form = spec is not None and bool(spec.groupChar or spec.decimalChar or spec.bareNumber is False)
    mark = (spec.decimalChar if numeric and spec is not None else None) or "."

    def scale(text: str) -> Cell:
        if not text.strip():
            return text
        amount = None if own_form else as_decimal(text)
        if amount is None and spec is not None:
            value, problem = dataset.read_cell(spec.name, text)
            if value is None and (numeric or not problem):
                return text  # a missing value, or one that validation refuses
            if isinstance(value, (int, Decimal)) and numeric and "元" not in text:
                amount = Decimal(value)
        if amount is None:
            return None
        if not amount.is_finite():
            return text  # NaN and the infinities are the same in every unit
        product = times(amount, factor)
        return None if product is None else product.replace(".", mark)

    return scale
