"""The cells that a row's values were delivered in: worked out anew from the landed bytes and the layout."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core.records import Delivery
from pipelines.flow.tracing.model import Cell
from pipelines.ingest.names import shown_label
from pipelines.ingest.origins import Origin
from pipelines.ingest.places import TablePlaces, table_places
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.sources import source_files
from pipelines.ingest.unpivoted import name_field, unpivoted_name
from pipelines.registry import Dataset, published_name
from pipelines.registry.layouts import WITH_CELLS
from pipelines.registry.selections import column_letters


@dataclass
class CellFinder:
    """Finds the cells of a delivery's rows. Each file is opened once, when a row of it is asked for."""

    delivery: Delivery
    dataset: Dataset
    _opened: dict[str, Mapping[str, TablePlaces]] = field(default_factory=dict)

    def cells(self, file: str, sheet: str | None, row: int, names: Mapping[str, str | None]) -> tuple[Cell, ...]:
        """The cells behind the published fields of a row; none where its table is not found again.

        Args:
            file: as it is shown.
            sheet: as it is shown; ``None`` where the file has none.
            row: of the sheet or file.
            names: the row's values of the fields that say of which column an unpivoted row was made.
        """
        if file not in self._opened:
            self._opened[file] = {table.sheet: table for table in self._tables(file)}
        table = self._opened[file].get(sheet or "")
        return tuple(_cells(table, self.dataset, row, names)) if table is not None else ()

    def _tables(self, file: str) -> list[TablePlaces]:
        with tempfile.TemporaryDirectory() as scratch:
            for source in source_files(self.delivery, Path(scratch), []):
                if source.name == file:
                    try:
                        return list(table_places(source, self.dataset))
                    except Unreadable:  # it was read once, by a descriptor that is not today's
                        return []
        return []


def _cells(table: TablePlaces, dataset: Dataset, row: int, names: Mapping[str, str | None]) -> Iterator[Cell]:
    unpivoted = name_field(table.layout)
    column = unpivoted_name(table.layout, names[unpivoted]) if unpivoted in names and unpivoted is not None else None
    made_of = table.places_of_label(column) if column is not None else ()
    for spec in dataset.fields:
        name = published_name(spec)
        if name is not None:
            origin = table.origin(spec.name)
            if origin.one_of and len(made_of) == 1 and made_of[0] in origin.places:
                origin = Origin(made_of)
            yield _cell(table, name, row, origin, spec.name in table.origins.filled)


def _cell(table: TablePlaces, name: str, row: int, origin: Origin, filled: bool) -> Cell:
    numbers = tuple(table.column(place) for place in origin.places)
    labels = tuple(shown_label(table.labels[place], place + 1) for place in origin.places)
    addressed = table.layout.format in WITH_CELLS
    addresses = tuple(f"{column_letters(number)}{row}" for number in numbers) if addressed else ()
    return Cell(name, addresses, numbers, labels, origin.one_of, filled and bool(numbers))
