"""What moved in a text file as a whole: its encoding, and what separates its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.core.findings import Location
from pipelines.ingest.detection import delimiter_of
from pipelines.ingest.grids import Grid
from pipelines.ingest.movements.model import Edit, Movement
from pipelines.ingest.movements.tables import Look
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers.csv_text import csv_grid
from pipelines.ingest.readers.text import codec_of, encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry import Dataset
from pipelines.registry.layouts import ENCODINGS, TEXTS, FileFormat, Layout

_TEXTS = TEXTS - {FileFormat.HTML}
#: Names the encoding that a whole file proves to be in, or ``None`` and those that it may be in.
Prover = Callable[[Path], tuple[str | None, tuple[str, ...]]]
_NOT_DECODED = frozenset({"undecodable", "implausible-text", "other-encoding"})
_MARKS = {"\t": "TAB"}


def encoding_movement(source: SourceFile, layout: Layout, prove: Prover) -> tuple[Movement | None, str | None]:
    """The encoding that all of a file proves to be in, when it is in none of the layout's; else the candidates.

    With it, the encoding that the file is read in once that is accepted, where that is known.
    """
    if layout.format not in _TEXTS:
        return None, None
    encoding, undecoded = _read_as(source, layout.encoding)
    if not undecoded:
        return None, encoding
    declared = ", ".join(layout.encoding)
    proved, candidates = prove(source.path)
    if proved is not None and proved in ENCODINGS:
        encoding, undecoded = _read_as(source, (proved,))
        if not undecoded:
            # The declared ones stay: older files are in them.
            edit = Edit(layout.name, "encoding", list(layout.encoding), [*layout.encoding, proved])
            params = {"found": proved, "expected": declared}
            return Movement("moved-encoding", Location(source.name), params, (edit,)), encoding
    if candidates:
        params = {"expected": declared, "candidates": ", ".join(candidates)}
        return Movement("moved-encoding-ambiguous", Location(source.name), params), None
    return None, None


def _read_as(source: SourceFile, encodings: Sequence[str]) -> tuple[str | None, bool]:
    """The encoding of these that a file is in, and whether it is in none; it may have other faults."""
    try:
        return encoding_of(source.path, source.name, encodings)[0], False
    except Unreadable as fault:
        return None, fault.finding.rule in _NOT_DECODED


def delimiter_movement(
    source: SourceFile, encoding: str, layout: Layout, dataset: Dataset
) -> tuple[Movement | None, Grid | None]:  # fmt: skip
    """Another delimiter, when the header answers with it what is expected, and does not with the declared one.

    Only the first rows are read. With it, the grid with the delimiter that answers; ``None``: none does.

    Raises:
        Unreadable: the file turns out to be damaged.
    """
    grid = csv_grid(source, encoding, layout.delimiter, layout.escape)
    if _header_fits(grid, layout, dataset):
        return None, grid
    guess = delimiter_of(source.path, codec_of(encoding))
    for mark in (guess.delimiter, *guess.alternatives):
        grid = csv_grid(source, encoding, mark, layout.escape)
        if mark != layout.delimiter and _header_fits(grid, layout.model_copy(update={"delimiter": mark}), dataset):
            params = {"found": shown_mark(mark), "expected": shown_mark(layout.delimiter)}
            edit = Edit(layout.name, "delimiter", layout.delimiter, mark)
            return Movement("moved-delimiter", Location(source.name), params, (edit,)), grid
    return None, None


def shown_mark(mark: str) -> str:
    """A delimiter, to be read."""
    return _MARKS.get(mark, mark)


def _header_fits(grid: Grid, layout: Layout, dataset: Dataset) -> bool:
    # Nothing is said yet about the rest of the file, which is read once the delimiter is known.
    return Look.at_opening(grid, layout, dataset).header is not None
