"""What all tidy steps share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipelines.core.findings import Finding, Location, Severity
from pipelines.core.messages import Parameter
from pipelines.core.records import Delivery
from pipelines.ingest.batches import Batch
from pipelines.ingest.bodies import Tally
from pipelines.ingest.problems import read_finding
from pipelines.registry import Catalog, Dataset
from pipelines.registry.fields import FieldSpec
from pipelines.registry.layouts import Layout
from pipelines.registry.steps import Unpivot


@dataclass(frozen=True)
class StepContext:
    """What steps may ask about the grid they work on, and where they report."""

    delivery: Delivery
    dataset: Dataset
    catalog: Catalog
    layout: Layout
    file: str
    sheet: str | None
    unit: str | None
    findings: list[Finding]
    tally: Tally
    sheet_name: str | None = None
    """The sheet's own name; ``sheet`` is how it is shown."""

    def field_of(self, column: str) -> FieldSpec | None:
        """The field that a column's cells end up in: its own, or the one that ``unpivot`` gathers it into."""
        for step in self.layout.steps:
            if isinstance(step, Unpivot) and column in step.columns:
                column = step.value_field
        return self.dataset.field(column) if self.dataset.has_field(column) else None

    def report(
        self, rule: str, severity: Severity = Severity.ERROR, field: str | None = None, row: int | None = None,
        **params: Parameter,
    ) -> None:  # fmt: skip
        """Add a finding about the grid."""
        location = Location(self.file, self.sheet, row, field)
        self.findings.append(read_finding(rule, location, severity, **params))

    def positions(
        self, labels: Sequence[str], wanted: Sequence[str], step: str, severity: Severity = Severity.WARNING
    ) -> list[int]:
        """Where the named columns are (all of them, where labels repeat); absent ones are reported."""
        found = []
        for name in wanted:
            places = [place for place, label in enumerate(labels) if label == name]
            if not places:
                self.report("step-column-absent", severity, field=name, step=step, column=name)
            found += places
        return found


class TidyStep(Protocol):
    """One step on one grid. ``changed`` counts the cells (of ``unpivot`` and ``exclude_totals``: rows) it changed."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the columns it gives."""

    @property
    def changed(self) -> int:
        """What it has changed so far."""

    def apply(self, batch: Batch) -> Batch:
        """Work on the next rows."""

    def finish(self) -> Batch | None:
        """Called once after the last row of the grid: rows held back until then; reports what only the whole shows."""


class Streaming:
    """For steps that have told everything once a batch is done."""

    def finish(self) -> Batch | None:
        """Nothing is left to tell."""
        return None
