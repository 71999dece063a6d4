"""What a file is, told by its first bytes; its name is only compared with the answer."""

from __future__ import annotations

import codecs
import fnmatch
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Literal

from pipelines.core.findings import Finding, Location, Severity
from pipelines.ingest.foreign_formats import MHTML, Foreign, foreign_bytes, foreign_parts, foreign_streams, foreign_xml
from pipelines.ingest.problems import Unreadable, read_finding, unreadable
from pipelines.registry.layouts import FileFormat, Layout

#: Containers hold files; all else is a table.
Container = Literal["zip", "gzip"]
Kind = FileFormat | Container

_HEAD = 1 << 16
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_STREAMS = ("EncryptedPackage", "Workbook", "Book", "WordDocument", "PowerPoint Document")
_XML = ("<?xml", "<workbook", "<ss:workbook", "<office:document")
#: What the part ``mimetype`` of a spreadsheet says (ISO/IEC 26300-2, 3.3), as a template as well.
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
#: The same in a document of one piece (fods).
_FLAT_ODS = re.compile(rf"""\bmimetype\s{{0,8}}=\s{{0,8}}["']{_ODS.decode()}""")
_HTML = ("<!doctype html", "<html", "<head", "<meta", "<title", "<style", "<body", "<table", "<div", "<center")
_MAX_COMMENTS = 10
_COMMENT = re.compile(r"\A\s*<!--.{0,4000}?-->\s*", re.DOTALL)
#: An archive of a page and its pictures (RFC 2557), which browsers and Excel also call ``.xls``.
_MHTML = re.compile(r"(?:[a-z-]{1,40}:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}?content-type:\s{0,4}multipart/related")
#: Characters in which a document says what it is.
_DECLARATIONS = 1_000
#: A document on one line and a file of one record look the same.
_LIKE_JSON: frozenset[Kind] = frozenset({FileFormat.JSON, FileFormat.JSONL})
_BY_SUFFIX: dict[str, Kind] = {
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".txt": FileFormat.CSV,
    ".xlsx": FileFormat.XLSX,
    ".xlsm": FileFormat.XLSX,
    ".xls": FileFormat.XLS,
    ".json": FileFormat.JSON,
    ".parquet": FileFormat.PARQUET,
    ".ods": FileFormat.ODS,
    ".fods": FileFormat.ODS,
    ".html": FileFormat.HTML,
    ".htm": FileFormat.HTML,
    ".jsonl": FileFormat.JSONL,
    ".ndjson": FileFormat.JSONL,
    ".zip": "zip",
    ".gz": "gzip",
}


def recognise(path: Path, name: str) -> Kind:
    """Tell the format of the file at ``path``, delivered as ``name``.

    Raises:
        Unreadable: when it is empty, damaged, encrypted, or of a format that is not read.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise unreadable("empty-file", name)
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        return _container(path, name)
    if head.startswith(_GZIP):
        return "gzip"
    if head.startswith(_OLE):
        return _compound_file(path, name)
    if head.startswith(b"PAR1"):
        return FileFormat.PARQUET
    foreign = foreign_bytes(head)
    if foreign is not None:
        raise _refused(name, foreign)
    return _text(head, name)


def disguised(name: str, kind: Kind, delivered: str = "") -> Finding | None:
    """A warning when the ending of the name, or of what it is ``delivered`` as, says another format than the bytes."""
    told = _BY_SUFFIX.get(PurePosixPath(delivered or name).suffix.lower())
    if told is None or told == kind or {told, kind} <= _LIKE_JSON:
        return None
    return read_finding("disguised-file", Location(name), Severity.WARNING, told=str(told), format=str(kind))


def choose_layout(layouts: tuple[Layout, ...], delivered: str, kind: FileFormat, shown: str) -> Layout:
    """The first layout whose format and file glob fit. A member of an archive is matched by its own name or in full.

    Text that begins like JSON is taken for JSON Lines, JSON or CSV where only such a layout fits it.

    Raises:
        Unreadable: when no layout fits.
    """
    kinds = (kind, *sorted(_LIKE_JSON), FileFormat.CSV) if kind in _LIKE_JSON else (kind,)
    for wanted in kinds:
        for layout in layouts:
            names = (delivered, PurePosixPath(delivered).name)
            if layout.format is wanted and any(fnmatch.fnmatchcase(text, layout.file) for text in names):
                return layout
    expected = ", ".join(sorted({f"{layout.format} ({layout.file})" for layout in layouts}))
    raise unreadable("no-layout", shown, format=str(kind), expected=expected)


def _container(path: Path, name: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = set(archive.namelist())
            if "mimetype" in parts and _mimetype(archive).startswith(_ODS):
                return FileFormat.ODS
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as problem:
        raise unreadable("damaged-file", name, format="zip") from problem
    if "xl/workbook.xml" in parts:
        return FileFormat.XLSX
    foreign = foreign_parts(parts)
    if foreign is not None:
        raise _refused(name, foreign)
    return "zip"


def _refused(name: str, foreign: Foreign) -> Unreadable:
    return unreadable("unsupported-format", name, format=foreign.name, kind=foreign.kind)


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    with archive.open("mimetype") as stream:
        return stream.read(len(_ODS))


def _compound_file(path: Path, name: str) -> Kind:
    """Tell workbooks from other OLE compound files by the names of their streams ([MS-CFB], UTF-16)."""
    streams = {key: key.encode("utf-16-le") for key in _STREAMS}
    found: set[str] = set()
    with path.open("rb") as stream:
        tail = b""
        while block := stream.read(1 << 20):
            window = tail + block
            found.update(key for key, mark in streams.items() if mark in window)
            tail = window[-64:]
    if "EncryptedPackage" in found:
        raise unreadable("encrypted-file", name)
    if not found & {"Workbook", "Book"}:
        raise _refused(name, foreign_streams(found))
    return FileFormat.XLS


def _text(head: bytes, name: str) -> Kind:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        begin = head[: len(head) // 2 * 2].decode("utf-16", "replace").lstrip()
    else:
        begin = head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()
    lowered = begin.lower()
    for _ in range(_MAX_COMMENTS):
        lowered = _COMMENT.sub("", lowered, count=1)
    if lowered.startswith(_XML):
        if "<html" in lowered[:_DECLARATIONS]:
            return FileFormat.HTML
        if _FLAT_ODS.search(lowered):
            return FileFormat.ODS
        raise _refused(name, foreign_xml(lowered))
    if lowered.startswith(_HTML):
        return FileFormat.HTML
    if _MHTML.match(lowered[:_DECLARATIONS]):
        raise _refused(name, MHTML)
    if begin.startswith(("{", "[")):
        return FileFormat.JSONL if _is_lines(begin) else FileFormat.JSON
    return FileFormat.CSV


def _is_lines(begin: str) -> bool:
    """Whether text is JSON Lines: an object or a list ends on the line it begins on, and another one follows."""
    first, _, rest = begin.partition("\n")
    return first.rstrip().endswith({"{": "}", "[": "]"}[begin[0]]) and rest.lstrip().startswith(begin[0])
