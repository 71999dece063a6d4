"""Cells of an xlsx workbook that their alignment indents (ECMA-376, 18.8.1), which calamine does not tell."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.ingest.grids import Indented
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.workbook_parts import windows
from pipelines.registry.selections import column_number

_STYLES = "xl/styles.xml"
#: Bytes of the styles that are looked at. Excel keeps at most 65,490 formats of cells.
_MOST_STYLES = 32 << 20
#: Indents that Excel lets people set.
_MOST_INDENT = 250
_FORMATS = re.compile(rb"<(?:\w{1,32}:)?cellXfs[\s>](.*?)</(?:\w{1,32}:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w{1,32}:)?(xf|alignment)(?=[\s/>])([^<>]{0,1000})>")
_INDENT = re.compile(rb"\bindent\s{0,8}=\s{0,8}[\"']([0-9]{1,3})[\"']")
_CELL = re.compile(rb"<(?:\w{1,32}:)?c\s([^<>]{1,400})>")
_PLACE = re.compile(rb"\br\s{0,8}=\s{0,8}[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_STYLE = re.compile(rb"\bs\s{0,8}=\s{0,8}[\"']([0-9]{1,6})[\"']")


def indented_cells(path: Path, name: str, part: str) -> Iterator[Indented]:
    """The indented cells of a worksheet, in the order in which its part has them.

    Raises:
        Unreadable: when the package is damaged.
    """
    try:
        with zipfile.ZipFile(path) as package:
            indents = _indents(package)
            if indents and part in package.NameToInfo:
                yield from _cells(package, package.getinfo(part), indents)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as problem:
        raise unreadable("damaged-file", name, format="xlsx") from problem


def _cells(package: zipfile.ZipFile, part: zipfile.ZipInfo, indents: Mapping[bytes, int]) -> Iterator[Indented]:
    for window, overlap in windows(package, part):
        for match in _CELL.finditer(window):
            if match.end() <= overlap:
                continue
            style = _STYLE.search(match[1])
            indent = indents.get(style[1]) if style is not None else None
            place = _PLACE.search(match[1]) if indent is not None else None
            if indent is not None and place is not None:
                yield Indented(int(place[2]), column_number(place[1].decode()), indent)


def _indents(package: zipfile.ZipFile) -> dict[bytes, int]:
    """By the number of a cell's format, how far it indents; formats that do not are left out."""
    if _STYLES not in package.NameToInfo:
        return {}
    with package.open(_STYLES) as stream:
        formats = _FORMATS.search(stream.read(_MOST_STYLES))
    indents: dict[bytes, int] = {}
    number = -1
    for kind, attributes in _FORMAT.findall(formats[1]) if formats is not None else ():
        number += kind == b"xf"
        indent = _INDENT.search(attributes) if kind == b"alignment" else None
        if indent is not None and int(indent[1]):
            indents[str(number).encode()] = min(int(indent[1]), _MOST_INDENT)
    return indents
