"""A stored outcome as tracing reads it: its delivery's files, and how each table of them was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.core.records import Delivery
from pipelines.flow.installation import Installation
from pipelines.flow.lookups import outcome_document
from pipelines.flow.tracing.cells import CellFinder
from pipelines.flow.tracing.model import Cell, Handling, Place, Scaling
from pipelines.ingest import load_delivery
from pipelines.ingest.names import shown_file
from pipelines.ingest.provenance import origin_of_file
from pipelines.ingest.units import YUAN
from pipelines.ingest.unpivoted import name_field, unpivoted_column
from pipelines.registry import Dataset
from pipelines.registry.layouts import Layout
from pipelines.registry.steps import Scale


@dataclass(frozen=True)
class TracedOutcome:
    """An outcome's folder. What its layout says is known only if it was made under today's descriptor."""

    inst: Installation
    dataset: Dataset
    delivery_id: str
    folder: Path
    is_current: bool

    @cached_property
    def delivery(self) -> Delivery:
        """The landing record."""
        return load_delivery(self.inst.workspace, self.delivery_id)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """``outcome.json``."""
        return outcome_document(self.folder)

    @cached_property
    def name_fields(self) -> tuple[str, ...]:
        """Published fields as they were delivered that say of which column an unpivoted row was made."""
        names = {name_field(layout) for layout in self.dataset.descriptor.layouts} if self.is_current else set()
        return tuple(
            spec.name for spec in self.dataset.fields if spec.name in names and spec.disclosure.attribute == "active"
        )

    def place(self, file: str, sheet: str | None, row: int, names: Mapping[str, str | None]) -> Place:
        """Source coordinates with what is known about them; ``names``: the row's values of ``name_fields``."""
        sha256 = self._sha256(file)
        column = self._column(self._reading(file, sheet), names)
        origin = origin_of_file(self.inst.workspace, self.delivery.key, sha256) if sha256 is not None else None
        return Place(file, sheet, row, column, sha256, origin)

    def cells(self, file: str, sheet: str | None, row: int, names: Mapping[str, str | None]) -> tuple[Cell, ...]:
        """The cells behind the row's fields, as far as today's layout tells; ``names`` as in :meth:`place`."""
        return self._finder.cells(file, sheet, row, names) if self.is_current else ()

    @cached_property
    def _finder(self) -> CellFinder:
        return CellFinder(self.delivery, self.dataset)

    def handling(self, file: str, sheet: str | None) -> Handling | None:
        """How the table in that file and sheet was read; ``None`` where the outcome does not tell."""
        reading = self._reading(file, sheet)
        if reading is None:
            return None
        layout = self._layout(reading)
        begins = f"{reading['layout']}/"
        steps = {
            name.removeprefix(begins): count
            for name, count in self.document["steps"].items()
            if name.startswith(begins) and count
        }
        scaling = tuple(_scalings(layout, reading["unit"])) if layout is not None else ()
        return Handling(reading["layout"], reading["format"], reading["encoding"], reading["unit"], scaling, steps)

    def _column(self, reading: Mapping[str, Any] | None, names: Mapping[str, str | None]) -> str | None:
        layout = self._layout(reading)
        field = name_field(layout) if layout is not None else None
        if layout is None or field is None or field not in names:
            return None
        return unpivoted_column(layout, names[field])

    def _reading(self, file: str, sheet: str | None) -> Mapping[str, Any] | None:
        readings = self.document["readings"]
        return next((entry for entry in readings if (entry["file"], entry["sheet"]) == (file, sheet)), None)

    def _layout(self, reading: Mapping[str, Any] | None) -> Layout | None:
        if reading is None or not self.is_current:
            return None
        return next((each for each in self.dataset.descriptor.layouts if each.name == reading["layout"]), None)

    def _sha256(self, file: str) -> str | None:
        """The digest of the delivered file that is shown like that, or holds the member that is."""
        shown = file.partition("/")[0]
        names = {landed.name for landed in self.delivery.files}
        for position, landed in enumerate(sorted(self.delivery.files, key=lambda each: each.name), start=1):
            if shown_file(landed.name, position, names) == shown:
                return landed.sha256
        return None


def _scalings(layout: Layout, noted: str | None) -> Iterable[Scaling]:
    for step in layout.steps:
        unit = (step.unit or noted or "元") if isinstance(step, Scale) else None
        if isinstance(step, Scale) and unit in YUAN and YUAN[unit] != 1:
            yield Scaling(step.fields, unit, int(YUAN[unit]))
