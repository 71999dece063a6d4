"""Files that are no table to us: each is told by its bytes, with the remedy that helps."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingesting import archive

from pipelines.ingest.foreign_formats import foreign_bytes
from pipelines.ingest.formats import recognise
from pipelines.ingest.problems import Unreadable

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
SPREADSHEET_ML = (
    b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)
DBF = b"\x03\x7d\x03\x01" + (1).to_bytes(4, "little") + (65).to_bytes(2, "little") + bytes(22) + bytes(32) + b"\r data"
MHTML = b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"


def sqlite(folder: Path) -> bytes:
    path = folder / "made.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE trees (id TEXT)")
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "told", "kind"),
    [
        (SPREADSHEET_ML, "Excel 2003 XML (SpreadsheetML)", "workbook"),
        (SPREADSHEET_ML.decode().encode("utf-16"), "Excel 2003 XML (SpreadsheetML)", "workbook"),
        (MHTML, "MHTML", "workbook"),
        (archive({"Index/Document.iwa": b"x", "Index/CalculationEngine.iwa": b"x"}), "Apple Numbers", "workbook"),
        (archive({"xl/workbook.bin": b"x"}), "Excel binary workbook (xlsb)", "workbook"),
        (archive({"word/document.xml": b"x"}), "Word", "document"),
        (OLE + "WordDocument".encode("utf-16-le"), "Word", "document"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "PowerPoint", "document"),
        (OLE, "OLE", "other"),
        (b"%PDF-1.7", "PDF", "document"),
        (b"{\\rtf1\\ansi", "RTF", "document"),
        (b"\xff\xd8\xff\xe0", "JPEG", "picture"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "WebP", "picture"),
        (b"BM" + bytes(4) + bytes(4) + b"\x36\x00\x00\x00\x28\x00\x00\x00", "BMP", "picture"),
        (b"Rar!\x1a\x07\x01\x00", "RAR", "archive"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7-Zip", "archive"),
        (b"name" + bytes(253) + b"ustar\x0000", "tar", "archive"),
        (DBF, "dBase (dbf)", "database"),
        (b"\x00\x01\x00\x00Standard ACE DB\x00", "Access (accdb)", "database"),
        (b"<?xml version='1.0'?><office:document xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"
         b" office:mimetype='application/vnd.oasis.opendocument.text'/>", "OpenDocument", "document"),
        (b"<?xml version='1.0'?><trees/>", "XML", "other"),
    ],
)  # fmt: skip
def test_a_foreign_file_is_told_with_its_remedy(tmp_path: Path, content: bytes, told: str, kind: str) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        recognise(path, "t.xls")
    finding = caught.value.finding
    assert (finding.rule, finding.message.params) == ("unsupported-format", {"format": told, "kind": kind})
    assert told in finding.message.text("en") and told in finding.message.text("zh")
    assert finding.remedy.text("en") and finding.remedy.text("zh")
    assert ("LibreOffice" in finding.remedy.text("en")) == (kind == "workbook")


def test_a_database_is_told(tmp_path: Path) -> None:
    found = foreign_bytes(sqlite(tmp_path))
    assert found is not None and (found.name, found.kind) == ("SQLite", "database")


@given(st.text(st.sampled_from("C0c12,\t\n\r;abBMRIF"), max_size=400))
def test_text_is_never_taken_for_anything_else(text: str) -> None:
    assert foreign_bytes(text.encode()) is None
