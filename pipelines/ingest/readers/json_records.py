"""JSON and JSON Lines: objects, whose keys are labels in the order in which they first occur, or lists of cells.

Row numbers count records, and in JSON Lines the lines of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, TextIO

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.grids import Cell, Grid, GridRow
from pipelines.ingest.problems import read_finding, unreadable
from pipelines.ingest.readers.cells import MAX_DEPTH, TooDeep, cell_text
from pipelines.ingest.readers.json_shapes import LabelsClash, NotAFeature, Shape, label_of
from pipelines.ingest.readers.json_stream import BadLine, RecordsMissing, lines, records
from pipelines.ingest.readers.text import encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import Layout

MAX_LABELS = 2_000
#: Reads records from a text, each with its number.
_Read = Callable[[TextIO], Iterator[tuple[int, Any]]]


def open_json(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """The one grid of a JSON file: absent keys and ``null`` are absent cells, nested values are JSON text.

    Records are objects, or lists of cells: then the layout says where their labels are, else the first list is a row
    of labels as in a text file. Where the layout says so, objects inside records are taken apart, or records are
    features of GeoJSON.

    Raises:
        Unreadable: when the file is not JSON, or holds no such list where the layout says.
    """
    path = _path(layout.records) or (("features",) if layout.geometry is not None else ())
    document = _Document.of(source, layout, _read_list(source, path))
    labels = _labels(document, _path(layout.labels)) if layout.labels else None
    yield document.grid(labels, findings)


def open_json_lines(source: SourceFile, layout: Layout, findings: list[Finding]) -> Iterator[Grid]:
    """The one grid of a JSON Lines file: a record on each line, or at ``records`` in it; else as :func:`open_json`.

    Raises:
        Unreadable: when a line is not JSON, or holds no such record there.
    """
    path = _path(layout.records)

    def read(stream: TextIO) -> Iterator[tuple[int, Any]]:
        try:
            for number, value in lines(stream):
                yield number, reduce(_inside, path, value)
        except BadLine as problem:
            raise unreadable("json-line-damaged", source.name, row=problem.number) from problem

    yield _Document.of(source, layout, read).grid(None, findings)


def _path(dotted: str | None) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()


def _inside(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _read_list(source: SourceFile, path: tuple[str, ...]) -> _Read:
    def read(stream: TextIO) -> Iterator[tuple[int, Any]]:
        try:
            yield from enumerate(records(stream, path), start=1)
        except RecordsMissing as problem:
            raise unreadable("json-no-list", source.name, path=".".join(path) or "$") from problem

    return read


def _labels(document: _Document, path: tuple[str, ...]) -> tuple[str, ...]:
    """The labels of columns that stand in a list of their own."""
    labels: list[str] = []
    for _, entry in document.entries(_read_list(document.source, path)):
        label = label_of(entry)
        if label is None:
            raise unreadable("json-no-labels", document.source.name, path=".".join(path))
        labels.append(label)
        if len(labels) > MAX_LABELS:
            raise unreadable("json-too-many-keys", document.source.name, limit=MAX_LABELS)
    return tuple(labels)


@dataclass(frozen=True)
class _Document:
    """A file and how records are read from it. ``encoding``: its name and its codec."""

    source: SourceFile
    layout: Layout
    read: _Read
    encoding: tuple[str, str]

    @classmethod
    def of(cls, source: SourceFile, layout: Layout, read: _Read) -> _Document:
        return cls(source, layout, read, encoding_of(source.path, source.name, layout.encoding))

    def grid(self, labels: tuple[str, ...] | None, findings: list[Finding]) -> Grid:
        """The table; ``labels`` are those that stand apart from the records."""
        read = self._lists
        if labels is None and not self._begins_with_list():
            labels, read = self._keys(findings), self._objects
        if not _is_unicode("".join(labels or ())):
            raise unreadable("json-damaged", self.source.name, row=1)
        names = labels

        def rows() -> Iterator[GridRow]:
            for number, cells in read(names or ()):
                if not all(cell is None or _is_unicode(cell) for cell in cells):
                    raise unreadable("json-damaged", self.source.name, row=number)
                yield GridRow(number, cells)

        return Grid(self.source.name, None, self.layout.format, self.encoding[0], rows, labels=names)

    def entries(self, read: _Read) -> Iterator[tuple[int, Any]]:
        """The elements of a list of the document.

        Raises:
            Unreadable: when it is no JSON.
        """
        number = 0
        try:
            with self.source.path.open(encoding=self.encoding[1], errors="strict") as stream:
                for number, entry in read(stream):
                    yield number, entry
        except (ValueError, RecursionError) as problem:
            raise unreadable("json-damaged", self.source.name, row=number + 1) from problem

    def _begins_with_list(self) -> bool:
        _, first = next(self.entries(self.read), (0, None))
        return isinstance(first, list) and self.layout.geometry is None

    def _keys(self, findings: list[Finding]) -> tuple[str, ...]:
        """The labels of all records: the list may come after other keys, and any record may bring a new one."""
        shape, held = Shape.of(self.layout), dict[str, bool]()
        for _, cells in self._shaped(shape):
            for label, value in cells.items():
                held[label] = held.get(label, False) or value is not None
            if len(held) > MAX_LABELS:
                raise unreadable("json-too-many-keys", self.source.name, limit=MAX_LABELS)
        if shape.geometries:
            place = Location(self.source.name)
            findings.append(read_finding("geometry-left-out", place, Severity.WARNING, rows=shape.geometries))
        # What is nothing in some records and an object in others has the labels of that object.
        return tuple(label for label, holds in held.items() if holds or label not in shape.parents)

    def _objects(self, labels: tuple[str, ...]) -> Iterator[tuple[int, list[Cell]]]:
        for number, cells in self._shaped(Shape.of(self.layout)):
            yield number, self._texts(number, map(cells.get, labels))

    def _lists(self, labels: tuple[str, ...]) -> Iterator[tuple[int, list[Cell]]]:  # noqa: ARG002
        for number, record in self.entries(self.read):
            if not isinstance(record, list):
                raise unreadable("json-not-a-list", self.source.name, row=number)
            yield number, self._texts(number, record)

    def _shaped(self, shape: Shape) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for number, record in self.entries(self.read):
            try:
                if not isinstance(record, Mapping):
                    raise unreadable("json-not-an-object", self.source.name, row=number)
                cells = shape.cells(record)
            except LabelsClash as problem:
                raise unreadable("json-labels-clash", self.source.name, row=number) from problem
            except NotAFeature as problem:
                raise unreadable("json-not-a-feature", self.source.name, row=number) from problem
            except TooDeep as problem:
                raise unreadable("json-too-deep", self.source.name, row=number, limit=MAX_DEPTH) from problem
            yield number, cells

    def _texts(self, number: int, values: Iterable[Any]) -> list[Cell]:
        try:
            return [None if (text := cell_text(value)) is None else str(text) for value in values]
        except TooDeep as problem:
            raise unreadable("json-too-deep", self.source.name, row=number, limit=MAX_DEPTH) from problem


def _is_unicode(text: str) -> bool:
    """JSON can escape half a surrogate pair, which is no character and cannot be stored."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
