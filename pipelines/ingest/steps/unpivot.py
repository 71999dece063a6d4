"""Several amount columns become one row each."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.ingest.batches import Batch, is_empty
from pipelines.ingest.bodies import Tally
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import as_decimal
from pipelines.ingest.steps.base import Streaming


class UnpivotStep(Streaming):
    """Each row becomes one per column in ``places`` (position → value of the name column), in their order.

    ``changed`` counts the rows gained. Those rows count in the tally's ``in_files`` as if they had been delivered,
    so that rows left out here (``empty_amount``), later or earlier still add up.
    """

    def __init__(
        self, labels: tuple[str, ...], places: Mapping[int, str], name_field: str, value_field: str,
        keep_missing: bool, tally: Tally,
    ) -> None:  # fmt: skip
        gone = {*places, *(place for place, label in enumerate(labels) if label in {name_field, value_field})}
        self._kept = [place for place in range(len(labels)) if place not in gone]
        self._places = dict(places)
        self._keep_missing, self._tally = keep_missing, tally
        self.labels = (*(labels[place] for place in self._kept), name_field, value_field)
        self.changed = 0

    def apply(self, batch: Batch) -> Batch:
        """Make the rows of each row."""
        rows: list[int] = []
        names: list[Cell] = []
        amounts: list[Cell] = []
        for row in range(len(batch)):
            for place, name in self._places.items():
                amount = batch.columns[place][row]
                if self._keep_missing or not is_missing(amount):
                    rows.append(row)
                    names.append(name)
                    amounts.append(amount)
        made = len(batch) * len(self._places)
        self.changed += made - len(batch)
        self._tally.in_files += made - len(batch)
        self._tally.gained += made - len(batch)
        if made > len(rows):
            self._tally.excluded["empty_amount"] += made - len(rows)
        taken = batch.take(rows)
        taken.columns = [taken.columns[place] for place in self._kept] + [names, amounts]
        return taken


def is_missing(cell: Cell) -> bool:
    """Tell whether an amount is absent, empty or zero."""
    return is_empty(cell) or as_decimal(cell) == 0
