"""One grid into the raw table: header, unit, rows, tidy steps."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import itemgetter

from pipelines.core.findings import Finding, Location, Severity
from pipelines.core.records import Delivery, SourceReading
from pipelines.ingest.batches import Batch
from pipelines.ingest.bodies import Body, Tally
from pipelines.ingest.grids import Cell, Grid, GridRow
from pipelines.ingest.headers import ExpectedLabels, Header, find_header, head_size, renamed
from pipelines.ingest.indents import indented_rows
from pipelines.ingest.problems import read_finding, unreadable
from pipelines.ingest.raw_tables import Part, RawTableWriter
from pipelines.ingest.steps import StepContext, TidyStep, build_steps
from pipelines.ingest.units import declared_units, units_in
from pipelines.ingest.unread import UnreadColumn, unread_columns
from pipelines.registry import Catalog, Dataset
from pipelines.registry.layouts import Layout, UnitNote
from pipelines.registry.steps import ExcludeTotals

Progress = Callable[[int], None]
_SHOWN_LABELS = 30


@dataclass
class TableReader:
    """Reads the grids of one delivery into one raw table and keeps the books.

    ``delivered`` counts the rows that grids consist of, apart from ``tally``.
    """

    delivery: Delivery
    dataset: Dataset
    catalog: Catalog
    writer: RawTableWriter
    progress: Progress | None
    findings: list[Finding] = field(default_factory=list)
    readings: list[SourceReading] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    steps: Counter[str] = field(default_factory=Counter)
    delivered: int = 0

    def read(self, grid: Grid, layout: Layout) -> None:
        """Append one grid.

        Raises:
            Unreadable: when no header is found, or the file turns out to be damaged.
        """
        counter = itertools.count()
        # Counted where they come from, at the speed of C: ``zip`` asks the counter once for each row.
        rows: Iterator[GridRow] = map(itemgetter(0), zip(grid.rows(), counter, strict=False))
        if grid.labels is None:
            header, head, rows = self._header(grid, layout, rows)
        else:
            header, head = Header(0, 0, grid.labels), []
        unit = self._unit(grid, layout, header, head)
        names = renamed(header.labels, layout)
        keep = [place for place, name in enumerate(names) if name is not None]
        labels = tuple(name for name in names if name is not None)
        context = StepContext(self.delivery, self.dataset, self.catalog, layout, grid.file, grid.sheet, unit,
                              self.findings, self.tally, grid.sheet_name)  # fmt: skip
        steps = build_steps(labels, context)
        final = steps[-1][1].labels if steps else labels
        part = self._part(grid, layout, final)
        places = part.places(final) if part is not None else []
        positional = final == labels and places == list(range(len(final)))
        before = self.writer.rows
        rows = indented_rows(rows, grid, names, layout)
        unread = unread_columns(header, names)
        body = self._body(grid, layout, header, keep, names, unread)
        told = self.tally.in_files
        for batch in _tidied(body.batches(rows, self.tally), steps):
            if part is not None:
                part.write(grid.file, grid.sheet, batch, places, positional)
            if self.progress is not None:
                self.progress(self.tally.in_files - told)
                told = self.tally.in_files
        self.tally.in_files += grid.left_out.total()
        self.tally.excluded.update(grid.left_out)
        for column in unread:
            self.findings += column.told(grid, header.labels[column.place])
        for key, step in steps:
            self.steps[key] += step.changed
        self.delivered += next(counter) + grid.left_out.total()
        if part is not None and self.writer.rows == before:
            self.findings.append(read_finding("no-rows", Location(grid.file, grid.sheet), Severity.WARNING))
        self.readings.append(
            SourceReading(grid.file, grid.sheet, grid.format.value, grid.encoding, layout.name, header.row, unit)
        )

    def _header(
        self, grid: Grid, layout: Layout, rows: Iterator[GridRow]
    ) -> tuple[Header, list[GridRow], Iterator[GridRow]]:  # fmt: skip
        head = list(itertools.islice(rows, head_size(layout)))
        expected = ExpectedLabels.of(layout, self.dataset)
        header = find_header(head, grid, layout, expected)
        if header is None:
            labels = sorted(layout.columns) or sorted(expected.delivered)
            shown = ", ".join(labels[:_SHOWN_LABELS]) + (" …" if len(labels) > _SHOWN_LABELS else "")
            raise unreadable("header-not-found", grid.file, grid.sheet, expected=shown, declared=layout.header_row)
        if header.row != layout.header_row:
            self.findings.append(
                read_finding("header-elsewhere", Location(grid.file, grid.sheet, header.row), Severity.WARNING,
                             found=header.row, expected=layout.header_row)
            )  # fmt: skip
        taken = header.preamble + layout.header_rows
        self.tally.in_files += taken
        if header.preamble:
            self.tally.excluded["preamble"] += header.preamble
        self.tally.excluded["header"] += layout.header_rows
        return header, head[: header.preamble], itertools.chain(head[taken:], rows)

    def _unit(self, grid: Grid, layout: Layout, header: Header, preamble: Sequence[GridRow]) -> str | None:
        cells: Iterable[Cell] = itertools.chain(*(row.cells for row in preamble), header.labels, [grid.sheet_name])
        found = units_in(cells, layout.unit_note or UnitNote())
        location = Location(grid.file, grid.sheet)
        if layout.unit_note is None:
            declared = declared_units(layout, self.dataset)
            # Amounts in another unit than the layout takes them to be in would read without a fault.
            if declared and not declared.issuperset(found.known):
                self.findings.append(read_finding("unit-undeclared", location, units=", ".join(found.known),
                                                  expected=", ".join(sorted(declared))))  # fmt: skip
            return None
        if len(found.known) > 1:
            self.findings.append(read_finding("unit-contradictory", location, units=", ".join(found.known)))
        unit = found.known[0] if found.known else found.other
        if unit is None and layout.unit_note.required:
            self.findings.append(read_finding("unit-missing", location))
        return unit

    def _body(
        self, grid: Grid, layout: Layout, header: Header, keep: Sequence[int], names: Sequence[str | None],
        unread: Sequence[UnreadColumn],
    ) -> Body:  # fmt: skip
        totals = [
            (place, re.compile(step.pattern))
            for step in layout.steps
            if isinstance(step, ExcludeTotals) and step.pattern is not None
            for place, name in enumerate(names)
            if name is not None and name == step.label
        ]

        def report(rule: str, row: int, rows: int) -> None:
            self.findings.append(read_finding(rule, Location(grid.file, grid.sheet, row), rows=rows))

        footer = re.compile(layout.footer) if layout.footer is not None else None
        blanks = layout.blank_rows == "keep"
        return Body(len(header.labels), keep, footer, blanks, header.lines, totals, report, unread)

    def _part(self, grid: Grid, layout: Layout, labels: tuple[str, ...]) -> Part | None:
        part = self.writer.part(layout.name, labels)
        if part is None:
            known = {spec.name for spec in self.dataset.fields} | set(layout.columns)
            table = set(self.writer.labels_of(layout.name))
            # Labels that nobody has declared may be anything, a data row among them: they are not shown.
            absent = ", ".join(sorted((table - set(labels)) & known)) or "-"
            added = ", ".join(sorted((set(labels) - table) & known)) or "-"
            first = next((reading.file for reading in self.readings if reading.layout == layout.name), grid.file)
            self.findings.append(
                read_finding("labels-differ", Location(grid.file, grid.sheet), absent=absent, added=added, first=first)
            )
        return part


def _tidied(delivered: Iterator[Batch], steps: Sequence[tuple[str, TidyStep]]) -> Iterator[Batch]:
    """What the steps make of a grid's rows. What one of them has held back goes through those after it at the end."""
    for batch in delivered:
        yield _through(batch, steps)
    for place, (_, step) in enumerate(steps, start=1):
        held = step.finish()
        if held is not None:
            yield _through(held, steps[place:])


def _through(batch: Batch, steps: Sequence[tuple[str, TidyStep]]) -> Batch:
    return reduce(lambda done, keyed: keyed[1].apply(done), steps, batch)
