"""Steps that make or complete a column: constant, from_delivery, lookup, compose, fill_down."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from pipelines.ingest.batches import Batch, differences, is_empty
from pipelines.ingest.grids import Cell
from pipelines.ingest.steps.base import Streaming

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class _ColumnStep(Streaming, ABC):
    """Completes one column, adding it at the end where it was not delivered. Blank rows stay blank."""

    _keeps_delivered = True

    def __init__(self, labels: tuple[str, ...], field: str) -> None:
        self._is_new = field not in labels
        self.labels = (*labels, field) if self._is_new else labels
        self.changed = 0
        self._target = self.labels.index(field)

    def apply(self, batch: Batch) -> Batch:
        """Complete the step's columns."""
        if self._is_new:
            batch.columns.append([None] * len(batch))
        before = batch.columns[self._target]
        after = [
            cell if blank or offer is None or (self._keeps_delivered and not is_empty(cell)) else offer
            for cell, offer, blank in zip(before, self._offers(batch), batch.blank, strict=True)
        ]
        self.changed += differences(before, after)
        batch.columns[self._target] = after
        return batch

    @abstractmethod
    def _offers(self, batch: Batch) -> Sequence[Cell]:
        """What each row would get; ``None``: nothing."""


class ConstantStep(_ColumnStep):
    """The same text in every row that has none."""

    def __init__(self, labels: tuple[str, ...], field: str, value: Cell) -> None:
        super().__init__(labels, field)
        self._value = value

    def _offers(self, batch: Batch) -> Sequence[Cell]:
        return [self._value] * len(batch)


class RowNumberStep(_ColumnStep):
    """The row's number in the file or sheet: a key for tables whose rows have none."""

    def _offers(self, batch: Batch) -> Sequence[Cell]:
        return [str(number) for number in batch.numbers]


class LookupStep(_ColumnStep):
    """The text that belongs to the code in another column (``by``: its position, ``None`` if not delivered)."""

    def __init__(self, labels: tuple[str, ...], field: str, by: int | None, texts: Mapping[str, str]) -> None:
        super().__init__(labels, field)
        self._by, self._texts = by, texts

    def _offers(self, batch: Batch) -> Sequence[Cell]:
        if self._by is None:
            return [None] * len(batch)
        return [None if code is None else self._texts.get(code.strip()) for code in batch.columns[self._by]]


class ComposeStep(_ColumnStep):
    """Cells of other columns in a template; absent ones stand as nothing. What was delivered is replaced."""

    _keeps_delivered = False

    def __init__(self, labels: tuple[str, ...], field: str, template: str) -> None:
        super().__init__(labels, field)
        # Fixed texts at even places, names at odd ones.
        parts = _PLACEHOLDER.split(template)
        self._fixed = parts[::2]
        self._places = [labels.index(name) if name in labels else None for name in parts[1::2]]

    def _offers(self, batch: Batch) -> Sequence[Cell]:
        absent: list[Cell] = [None] * len(batch)
        columns = [absent if place is None else batch.columns[place] for place in self._places]
        return [
            "".join(f"{fixed}{cell or ''}" for fixed, cell in zip(self._fixed, [*cells, ""], strict=True))
            for cells in zip(*columns, strict=True)
        ]


class FillDownStep(Streaming):
    """Empty cells take the text above them; blank rows neither take nor interrupt it."""

    def __init__(self, labels: tuple[str, ...], positions: Sequence[int]) -> None:
        self.labels = labels
        self.changed = 0
        self._above: dict[int, Cell] = dict.fromkeys(sorted(set(positions)))

    def apply(self, batch: Batch) -> Batch:
        """Complete the step's columns."""
        for position in self._above:
            column = batch.columns[position]
            for row, cell in enumerate(column):
                if not is_empty(cell):
                    self._above[position] = cell
                elif not batch.blank[row] and self._above[position] is not None:
                    column[row] = self._above[position]
                    self.changed += 1
        return batch


def template_fields(template: str) -> list[str]:
    """The columns that a ``compose`` template names."""
    return _PLACEHOLDER.findall(template)
