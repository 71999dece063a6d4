"""One grid: header, footer, unit note and indents, as far as its ends show them."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.ingest.detection.footers import FooterGuess, detect_footer
from pipelines.ingest.detection.headers import Certainty, HeaderGuess, detect_header
from pipelines.ingest.detection.indents import indented_columns
from pipelines.ingest.detection.samples import GridSample, filled_places
from pipelines.ingest.grids import Grid
from pipelines.ingest.headers import header_labels
from pipelines.ingest.units import UnitsFound, units_in
from pipelines.registry.layouts import UnitNote


@dataclass(frozen=True)
class GridGuess:
    """How a grid seems to be laid out.

    ``units_inside``: the note about units stands in the grid itself.
    ``bare``: columns that have no label, but for one of a group; ``indented``: those with labels that are indented,
    ``levels``: those of them whose indents show a hierarchy.
    """

    header: HeaderGuess
    labels: tuple[str, ...]
    preamble: int
    footer: FooterGuess | None
    units: UnitsFound
    bare: tuple[int, ...] = ()
    indented: tuple[int, ...] = ()
    units_inside: bool = True
    levels: tuple[int, ...] = ()


def detect_grid(grid: Grid, sample: GridSample, header: HeaderGuess | None = None) -> GridGuess | None:
    """Propose how to read a grid; ``header`` is what is known of it already. ``None``: there is no header."""
    if grid.labels is not None:
        known = HeaderGuess(1, 1, Certainty.CERTAIN, ())
        return GridGuess(known, grid.labels, 0, None, UnitsFound((), None))
    header = header or detect_header(sample)
    if header is None:
        return None
    begin = next((index for index, row in enumerate(sample.head) if row.number == header.row), None)
    if begin is None or begin + header.rows > len(sample.head):
        return None
    rows = sample.head[begin : begin + header.rows]
    labels = header_labels(rows, grid)
    labelled = {place for row in rows for place in filled_places(row)}
    above = [cell for row in sample.head[:begin] for cell in row.cells]
    first_row = rows[-1].number + 1
    indented, levels = indented_columns(grid, sample, first_row)
    return GridGuess(
        header,
        labels,
        begin,
        detect_footer(sample, first_row),
        units_in([*above, grid.sheet_name], UnitNote()),
        tuple(place for place in range(len(labels)) if place not in labelled),
        indented,
        levels=levels,
    )
