"""Formats that people deliver and that are not read, told by their bytes, each with the kind of remedy that helps."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple


class Foreign(NamedTuple):
    """``name`` as people know it. ``kind`` says what to do: see the texts of ``read-unsupported-format-remedy``."""

    name: str
    kind: str


#: The first bytes, as the formats' specifications give them.
_BEGINNINGS = {
    b"%PDF": Foreign("PDF", "document"),
    b"{\\rtf": Foreign("RTF", "document"),
    b"\x89PNG": Foreign("PNG", "picture"),
    b"\xff\xd8\xff": Foreign("JPEG", "picture"),
    b"GIF8": Foreign("GIF", "picture"),
    b"II*\x00": Foreign("TIFF", "picture"),
    b"MM\x00*": Foreign("TIFF", "picture"),
    b"Rar!": Foreign("RAR", "archive"),
    b"7z\xbc\xaf\x27\x1c": Foreign("7-Zip", "archive"),
    b"\xfd7zXZ\x00": Foreign("xz", "archive"),
    b"\x28\xb5\x2f\xfd": Foreign("Zstandard", "archive"),
    b"SQLite format 3\x00": Foreign("SQLite", "database"),
    b"\x00\x01\x00\x00Standard Jet DB\x00": Foreign("Access (mdb)", "database"),
    b"\x00\x01\x00\x00Standard ACE DB\x00": Foreign("Access (accdb)", "database"),
    b"$FL2@(#)": Foreign("SPSS", "database"),
    b"<stata_dta>": Foreign("Stata", "database"),
}
_OTHERS = (
    (re.compile(rb"BZh[1-9]1AY&SY"), Foreign("bzip2", "archive")),
    (re.compile(rb"(?s).{257}ustar[\x00 ]"), Foreign("tar", "archive")),
    (re.compile(rb"(?s)RIFF.{4}WEBP"), Foreign("WebP", "picture")),
    (re.compile(rb"(?s)BM.{4}\x00{4}.{4}[\x0c\x28\x38\x6c\x7c]\x00{3}"), Foreign("BMP", "picture")),
)
#: Versions of dBase and FoxPro tables.
_DBF = b"\x03\x30\x31\x32\x43\x63\x83\x8b\xcb\xf5\xfb"
#: A part that tells what kind of document a zip container is (ECMA-376, ISO/IEC 26300).
_PARTS = {
    "xl/workbook.bin": Foreign("Excel binary workbook (xlsb)", "workbook"),
    "word/document.xml": Foreign("Word", "document"),
    "ppt/presentation.xml": Foreign("PowerPoint", "document"),
    "mimetype": Foreign("OpenDocument", "document"),
    "Index/CalculationEngine.iwa": Foreign("Apple Numbers", "workbook"),
    "Index/Document.iwa": Foreign("Apple iWork", "workbook"),
    "Index.zip": Foreign("Apple iWork", "workbook"),
    "index.apxl": Foreign("Apple iWork", "workbook"),
}
#: A name space that tells what an XML document is.
_NAMESPACES = {
    "urn:schemas-microsoft-com:office:spreadsheet": Foreign("Excel 2003 XML (SpreadsheetML)", "workbook"),
    "urn:oasis:names:tc:opendocument:xmlns:office": Foreign("OpenDocument", "document"),
    "http://www.opengis.net/kml": Foreign("KML", "database"),
}
MHTML = Foreign("MHTML", "workbook")


def foreign_bytes(head: bytes) -> Foreign | None:
    """What a file is by its first bytes; ``None``: nothing that is known here."""
    for begin, found in _BEGINNINGS.items():
        if head.startswith(begin):
            return found
    if _is_dbf(head):
        return Foreign("dBase (dbf)", "database")
    return next((found for pattern, found in _OTHERS if pattern.match(head)), None)


def foreign_parts(parts: Collection[str]) -> Foreign | None:
    """What a zip container is by the names of its parts; ``None``: an archive of files."""
    return next((found for part, found in _PARTS.items() if part in parts), None)


def foreign_xml(begin: str) -> Foreign:
    """What an XML document is by its beginning, in small letters."""
    return next((found for name, found in _NAMESPACES.items() if name in begin), Foreign("XML", "other"))


def foreign_streams(streams: Collection[str]) -> Foreign:
    """What an OLE compound file without a workbook is, by those of its streams that are known."""
    for stream, name in (("WordDocument", "Word"), ("PowerPoint Document", "PowerPoint")):
        if stream in streams:
            return Foreign(name, "document")
    return Foreign("OLE", "other")


def _is_dbf(head: bytes) -> bool:
    """Whether bytes are the head of a table: a date, and a list of fields that ends where the head says."""
    if len(head) < 66 or head[0] not in _DBF or not (1 <= head[2] <= 12 and 1 <= head[3] <= 31):
        return False
    if b"\x00" not in head[:32]:  # some versions are letters, as a text may begin
        return False
    length = int.from_bytes(head[8:10], "little")
    # Visual FoxPro keeps 263 bytes more behind the list.
    return any(end >= 65 and end % 32 == 1 and head[end - 1 : end] == b"\r" for end in (length, length - 263))
