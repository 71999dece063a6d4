"""JSON and JSON Lines: objects. Keys are labels in the order in which they first occur.

Row numbers count records, and in JSON Lines the lines of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any, TextIO

from pipelines.ingest.grids import Cell, Grid, GridRow
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.cells import MAX_DEPTH, TooDeep, cell_text
from pipelines.ingest.readers.json_stream import BadLine, RecordsMissing, lines, records
from pipelines.ingest.readers.text import encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

MAX_LABELS = 2_000
#: Reads records from a text, each with its number.
_Read = Callable[[TextIO], Iterator[tuple[int, Any]]]


def open_json(source: SourceFile, layout: Layout) -> Iterator[Grid]:
    """The one grid of a JSON file: absent keys and ``null`` are absent cells, nested values are JSON text.

    Raises:
        Unreadable: when the file is not JSON, or holds no list of objects where the layout says.
    """
    path = _path(layout)

    def read(stream: TextIO) -> Iterator[tuple[int, Any]]:
        try:
            yield from enumerate(records(stream, path), start=1)
        except RecordsMissing as problem:
            raise unreadable("json-no-list", source.name, path=layout.records or "$") from problem

    yield _grid(source, layout, FileFormat.JSON, read)


def open_json_lines(source: SourceFile, layout: Layout) -> Iterator[Grid]:
    """The one grid of a JSON Lines file: an object on each line, or at ``records`` in it; else as :func:`open_json`.

    Raises:
        Unreadable: when a line is not JSON, or holds no object there.
    """
    path = _path(layout)

    def read(stream: TextIO) -> Iterator[tuple[int, Any]]:
        try:
            for number, value in lines(stream):
                yield number, reduce(_inside, path, value)
        except BadLine as problem:
            raise unreadable("json-line-damaged", source.name, row=problem.number) from problem

    yield _grid(source, layout, FileFormat.JSONL, read)


def _path(layout: Layout) -> tuple[str, ...]:
    return tuple(layout.records.split(".")) if layout.records else ()


def _inside(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _grid(source: SourceFile, layout: Layout, kind: FileFormat, read: _Read) -> Grid:
    encoding, codec = encoding_of(source.path, source.name, layout.encoding)
    # The list may come after other keys, and any record may bring a new one: all of it is read once for them.
    labels: dict[str, None] = {}
    for _, record in _records(source, codec, read):
        labels.update(dict.fromkeys(record))
        if len(labels) > MAX_LABELS:
            raise unreadable("json-too-many-keys", source.name, limit=MAX_LABELS)
    names = tuple(labels)
    if not _is_unicode("".join(names)):
        raise unreadable("json-damaged", source.name, row=1)

    def rows() -> Iterator[GridRow]:
        for number, record in _records(source, codec, read):
            try:
                cells: list[Cell] = [_text(record.get(name)) for name in names]
            except TooDeep as problem:
                raise unreadable("json-too-deep", source.name, row=number, limit=MAX_DEPTH) from problem
            if not all(cell is None or _is_unicode(cell) for cell in cells):
                raise unreadable("json-damaged", source.name, row=number)
            yield GridRow(number, cells)

    return Grid(source.name, None, kind, encoding, rows, labels=names)


def _records(source: SourceFile, codec: str, read: _Read) -> Iterator[tuple[int, Mapping[str, Any]]]:
    number = 0
    try:
        with source.path.open(encoding=codec, errors="strict") as stream:
            for number, record in read(stream):
                if not isinstance(record, Mapping):
                    raise unreadable("json-not-an-object", source.name, row=number)
                yield number, record
    except (ValueError, RecursionError) as problem:
        raise unreadable("json-damaged", source.name, row=number + 1) from problem


def _text(value: Any) -> Cell:
    text = cell_text(value)
    return None if text is None else str(text)


def _is_unicode(text: str) -> bool:
    """JSON can escape half a surrogate pair, which is no character and cannot be stored."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
