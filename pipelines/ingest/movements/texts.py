"""What moved in a text file as a whole: its encoding, and what separates its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.core.findings import Location
from pipelines.ingest.detection import delimiter_of
from pipelines.ingest.movements.model import Edit, Movement
from pipelines.ingest.movements.tables import Look
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.readers.text import encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry import Dataset
from pipelines.registry.layouts import ENCODINGS, TEXTS, FileFormat, Layout

_TEXTS = TEXTS - {FileFormat.HTML}
#: Names the encoding that a whole file proves to be in, or ``None`` and those that it may be in.
Prover = Callable[[Path], tuple[str | None, tuple[str, ...]]]
_NOT_DECODED = frozenset({"undecodable", "implausible-text", "other-encoding"})
_MARKS = {"\t": "TAB"}


def encoding_movement(source: SourceFile, layout: Layout, prove: Prover) -> Movement | None:
    """The encoding that all of a file proves to be in, when it is in none of the layout's; else the candidates."""
    if layout.format not in _TEXTS or _is_read(source, layout.encoding):
        return None
    declared = ", ".join(layout.encoding)
    proved, candidates = prove(source.path)
    if proved is not None and proved in ENCODINGS and _is_read(source, (proved,)):
        # The declared ones stay: older files are in them.
        edit = Edit(layout.name, "encoding", list(layout.encoding), [*layout.encoding, proved])
        params = {"found": proved, "expected": declared}
        return Movement("moved-encoding", Location(source.name), params, (edit,))
    if candidates:
        params = {"expected": declared, "candidates": ", ".join(candidates)}
        return Movement("moved-encoding-ambiguous", Location(source.name), params)
    return None


def _is_read(source: SourceFile, encodings: Sequence[str]) -> bool:
    """Whether a file is in one of the encodings; one that has other faults counts as such."""
    try:
        encoding_of(source.path, source.name, encodings)
    except Unreadable as fault:
        return fault.finding.rule not in _NOT_DECODED
    return True


def delimiter_movement(source: SourceFile, layout: Layout, dataset: Dataset) -> Movement | None:
    """Another delimiter, when the header answers with it what is expected, and does not with the declared one.

    Raises:
        Unreadable: the file turns out to be damaged.
    """
    if layout.format is not FileFormat.CSV or _header_fits(source, layout, dataset):
        return None
    _, codec = encoding_of(source.path, source.name, layout.encoding)
    guess = delimiter_of(source.path, codec)
    for mark in (guess.delimiter, *guess.alternatives):
        if mark != layout.delimiter and _header_fits(source, layout.model_copy(update={"delimiter": mark}), dataset):
            params = {"found": shown_mark(mark), "expected": shown_mark(layout.delimiter)}
            edit = Edit(layout.name, "delimiter", layout.delimiter, mark)
            return Movement("moved-delimiter", Location(source.name), params, (edit,))
    return None


def shown_mark(mark: str) -> str:
    """A delimiter, to be read."""
    return _MARKS.get(mark, mark)


def _header_fits(source: SourceFile, layout: Layout, dataset: Dataset) -> bool:
    return any(Look.at(grid, layout, dataset).header is not None for grid in open_grids(source, layout, []))
