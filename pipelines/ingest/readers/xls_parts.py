"""What an xls workbook hides and indents, which calamine does not tell: read from its records ([MS-CFB], [MS-XLS]).

Only where cells stand and how they are formatted is looked at; what they hold is calamine's, which has loaded the
workbook before.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.ingest.grids import Indented
from pipelines.ingest.stretches import Hidden

_BOUND_SHEET, _COLUMN_INFO, _ROW, _BEGIN, _END = 0x85, 0x7D, 0x208, 0x809, 0x0A
_FORMAT, _FORMAT_SIZE = 0xE0, 20
#: Cells of text: its number among the shared strings, itself, or itself with formats.
_LABELS = {0xFD, 0x204, 0xD6}
_LOOKED_AT = {_BOUND_SHEET, _COLUMN_INFO, _ROW, _FORMAT, *_LABELS}
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
#: Sector numbers from here on have other meanings: the chain ends, or the sector is free or the table's own.
_SPECIAL = 0xFFFFFFFA
_ENTRY, _MAX_COLUMNS = 128, 256
_NOT_AS_IT_SHOULD_BE = (struct.error, ValueError, IndexError, OSError)


def hidden_in_xls(path: Path, sheets: Sequence[str]) -> dict[str, Hidden] | None:
    """What each sheet hides; ``None`` where the file is not built as it should be, which calamine may have put up with.

    ``sheets``: the names of all sheets, in the workbook's order.
    """
    try:
        book, places = _opened(path)
        return {sheet: _hidden(book, place) for sheet, place in zip(sheets, places, strict=True)}
    except _NOT_AS_IT_SHOULD_BE:
        return None


def indented_in_xls(path: Path, number: int) -> Iterator[Indented]:
    """The indented cells of text of the sheet of that number, from 0; none where the file is not built as it should."""
    cells: list[Indented] = []
    try:
        book, places = _opened(path)
        formats = [_indent(body) for kind, body in _records(book, 0) if kind == _FORMAT]
        for kind, body in _records(book, places[number]) if any(formats) else ():
            if kind in _LABELS:
                row, column, style = struct.unpack_from("<HHH", body)
                if formats[style]:
                    cells.append(Indented(row + 1, column + 1, formats[style]))
    except _NOT_AS_IT_SHOULD_BE:
        cells = []
    yield from sorted(cells)


def _indent(body: bytes) -> int:
    """The indent of a format of cells. Those of Excel 5 and 95 are shorter, have colours there and indent nothing."""
    return body[8] & 0x0F if len(body) >= _FORMAT_SIZE else 0


def _opened(path: Path) -> tuple[bytes, list[int]]:
    """The workbook's records, and where those of each sheet begin."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        book = _workbook_stream(content)
    return book, [struct.unpack_from("<I", body)[0] for kind, body in _records(book, 0) if kind == _BOUND_SHEET]


def _hidden(book: bytes, place: int) -> Hidden:
    hidden = Hidden()
    for kind, body in _records(book, place):
        if kind == _ROW and body[12] & _HIDDEN_ROW:
            row = struct.unpack_from("<H", body)[0] + 1
            hidden.add_rows(row, row)
        elif kind == _COLUMN_INFO and body[8] & _HIDDEN_COLUMN:
            first, last = struct.unpack_from("<HH", body)
            hidden.columns.append((first + 1, min(last + 1, _MAX_COLUMNS)))
    return hidden


def _records(book: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the workbook, up to its end; parts within it (charts) are passed over."""
    depth = 0
    while place + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, place)
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1 and kind in _LOOKED_AT:
            yield kind, book[place + 4 : place + 4 + size]
        place += 4 + size


def _workbook_stream(content: mmap.mmap) -> bytes:
    """The stream that holds the workbook: a chain of sectors, or of small sectors within another stream."""
    sector, small = (1 << shift for shift in struct.unpack_from("<HH", content, 30))
    if sector not in {512, 4096} or small != 64:
        raise ValueError(sector)
    directory_start, threshold, small_start, small_count = struct.unpack_from("<I4xIII", content, 48)
    table = _sector_table(content, sector)
    directory = _chain(content, table, directory_start, sector, sector)
    entries = {
        directory[at : at + max(struct.unpack_from("<H", directory, at + 64)[0] - 2, 0)].decode("utf-16-le", "replace"):
        struct.unpack_from("<IQ", directory, at + 116)
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)
    }  # fmt: skip
    found = entries.get("Workbook") or entries.get("Book")
    if found is None:
        raise ValueError("no workbook")
    start, size = found[0], found[1] & 0xFFFFFFFF
    if size >= threshold:
        return _chain(content, table, start, sector, sector)[:size]
    small_table = _numbers(_chain(content, table, small_start, sector, sector)) if small_count else ()
    root = struct.unpack_from("<I", directory, 116)[0]
    within = _chain(content, table, root, sector, sector)
    return _chain(within, small_table, start, small, 0)[:size]


def _sector_table(content: mmap.mmap, sector: int) -> tuple[int, ...]:
    """For each sector, the one that follows it in its chain."""
    places = list(struct.unpack_from("<109I", content, 76))
    following, count = struct.unpack_from("<II", content, 68)
    for _ in range(min(count, len(content) // sector)):
        if following >= _SPECIAL:
            break
        *more, following = _numbers(content[(following + 1) * sector : (following + 2) * sector])
        places += more
    parts = [content[(place + 1) * sector : (place + 2) * sector] for place in places if place < _SPECIAL]
    if len(parts) > len(content) // sector:
        raise ValueError("more tables than sectors")
    return _numbers(b"".join(parts))


def _chain(content: mmap.mmap | bytes, table: Sequence[int], start: int, size: int, before: int) -> bytes:
    """The sectors of a chain. ``before``: bytes in front of the first sector."""
    parts: list[bytes] = []
    while start < _SPECIAL:
        if len(parts) > len(table):
            raise ValueError("a chain that does not end")
        parts.append(content[before + start * size : before + (start + 1) * size])
        start = table[start]
    return b"".join(parts)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
