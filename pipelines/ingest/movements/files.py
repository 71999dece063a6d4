"""What moved in the files of a delivery."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from pipelines.core.findings import Location
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.core.records import Delivery
from pipelines.ingest.formats import choose_layout
from pipelines.ingest.movements.model import Edit, Movement
from pipelines.ingest.movements.tables import Look, table_movements
from pipelines.ingest.movements.texts import Prover, delimiter_movement, encoding_movement
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile, source_files
from pipelines.ingest.templates import read_mark
from pipelines.registry import Dataset
from pipelines.registry.layouts import SHEETS, WITH_CELLS, FileFormat, Layout

#: What a layout of one format says that means nothing in another: it begins anew as layouts do.
_OF_A_FORMAT = ("encoding", "delimiter", "escape", "sheet", "records", "labels", "nested", "geometry")
#: The same, of formats with cells in others.
_OF_CELLS = ("range", "hidden")


def movements_of(delivery: Delivery, dataset: Dataset, scratch: Path, prove: Prover) -> list[Movement]:
    """Compare the landed files of a delivery with the dataset's layouts.

    Args:
        scratch: an empty private folder, for the members of archives.
        prove: names the encodings that a text file may be in.

    Returns:
        A movement for each difference, in the order of files and tables. Files that cannot be opened by any layout
        have none, and neither have templates: their layout is their own.
    """
    found: list[Movement] = []
    for source in source_files(delivery, scratch, []):
        if source.format is FileFormat.XLSX and read_mark(source.path) is not None:
            continue
        found += _of_source(source, dataset, prove)
    return found


def _of_source(source: SourceFile, dataset: Dataset, prove: Prover) -> list[Movement]:
    layouts = dataset.descriptor.layouts
    try:
        layout = choose_layout(layouts, source.delivered, source.format, source.name)
    except Unreadable:
        return _of_another_format(source, dataset, prove)
    return list(_differences(source, layout, dataset, prove))


def _of_another_format(source: SourceFile, dataset: Dataset, prove: Prover) -> list[Movement]:
    """The layout of another format whose columns the file has, and what else is different then."""
    best: tuple[tuple[int, int], list[Movement]] | None = None
    for layout in dataset.descriptor.layouts:
        if layout.format is source.format:
            continue
        names = _OF_A_FORMAT if source.format in WITH_CELLS else (*_OF_A_FORMAT, *_OF_CELLS)
        plain = {name: Layout.model_fields[name].default for name in names}
        base = layout.model_copy(update={**plain, "format": source.format, "file": _glob(source, layout)})
        differences = list(_differences(source, base, dataset, prove))
        rank = _rank(source, applied(base, differences), dataset)
        if rank is not None and (best is None or rank > best[0]):
            changed = [name for name in ("format", "file", *names) if getattr(base, name) != getattr(layout, name)]
            moved = any(edit.key == "header_row" for movement in differences for edit in movement.edits)
            if "range" in changed and not moved:
                changed.append("header_row")  # the range may have said it
            edits = tuple(Edit(layout.name, name, _plain(layout, name), _plain(base, name)) for name in changed)
            params = {"found": source.format.value, "expected": layout.format.value, "layout": layout.name}
            best = rank, [Movement("moved-format", Location(source.name), params, edits), *differences]
    return best[1] if best is not None else []


def _plain(layout: Layout, name: str) -> object:
    """A value of a layout as YAML has it."""
    return layout.model_dump(mode="json")[name]


def _glob(source: SourceFile, layout: Layout) -> str:
    names = (source.delivered, PurePosixPath(source.delivered).name)
    return layout.file if any(fnmatch.fnmatchcase(name, layout.file) for name in names) else "*"


def _rank(source: SourceFile, layout: Layout, dataset: Dataset) -> tuple[int, int] | None:
    """How well the best table of a file answers what a layout expects; ``None``: none does."""
    try:
        looks = [Look.at_opening(grid, layout, dataset) for grid in open_grids(source, layout, [])]
    except Unreadable:
        return None
    return max((look.header.compared.rank for look in looks if look.header is not None), default=None)


def _differences(source: SourceFile, layout: Layout, dataset: Dataset, prove: Prover) -> Iterator[Movement]:
    """What differs, from the whole to its parts: each is looked for as if those before it had been accepted."""
    try:
        movement, encoding = encoding_movement(source, layout, prove)
        if movement is not None:
            yield movement
            layout = applied(layout, [movement])
        if layout.format is FileFormat.CSV:
            if encoding is not None:
                yield from _of_text(source, encoding, layout, dataset)
            return
        movement = _sheet(source, layout, dataset)
        if movement is not None:
            yield movement
            layout = applied(layout, [movement])
        for grid in open_grids(source, layout, []):
            yield from table_movements(Look.at(grid, layout, dataset), layout)
    except Unreadable:
        return  # The finding about it says what to do.


def _of_text(source: SourceFile, encoding: str, layout: Layout, dataset: Dataset) -> Iterator[Movement]:
    """What differs in a CSV file. Where no header is found there is nothing to say, and the rest is not read."""
    movement, grid = delimiter_movement(source, encoding, layout, dataset)
    if movement is not None:
        yield movement
        layout = applied(layout, [movement])
    if grid is not None:
        yield from table_movements(Look.at(grid, layout, dataset), layout)


def _sheet(source: SourceFile, layout: Layout, dataset: Dataset) -> Movement | None:
    """The one visible sheet that has the columns, when none fits the layout's glob."""
    if layout.format not in SHEETS or layout.sheet == "*":
        return None
    try:
        next(open_grids(source, layout, []), None)
    except Unreadable as fault:
        if fault.finding.rule != "no-sheet":
            raise
    else:
        return None
    every = layout.model_copy(update={"sheet": "*"})
    looks = [Look.at_opening(grid, every, dataset) for grid in open_grids(source, every, [])]
    fitting = [look for look in looks if look.header is not None]
    if len(fitting) != 1:
        if not fitting:
            return None
        shown = ", ".join(look.grid.sheet or "" for look in fitting)
        return Movement("moved-sheet-several", Location(source.name), {"expected": layout.sheet, "candidates": shown})
    grid = fitting[0].grid
    name = grid.sheet_name or ""
    params = {"expected": layout.sheet, "found": grid.sheet or ""}
    edit = Edit(layout.name, "sheet", layout.sheet, glob.escape(name))
    edits = () if looks_like_personal_data(name) else (edit,)
    return Movement("moved-sheet", Location(source.name, grid.sheet), params, edits)


def applied(layout: Layout, movements: Sequence[Movement]) -> Layout:
    """The layout as it is when movements of its whole file have been accepted."""
    changes = {edit.key: edit.found for movement in movements for edit in movement.edits if edit.key != "columns"}
    if "encoding" in changes:
        changes["encoding"] = tuple(changes["encoding"])
    return layout.model_copy(update=changes)
