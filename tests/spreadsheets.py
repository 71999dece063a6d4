"""OpenDocument spreadsheets and HTML pages written by hand, as small as they can be."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
    }.items()
)
_HIDING = (
    '<style:style style:name="hiding" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


def content(sheets: str, prolog: str = "", styles: str = "") -> str:
    """``content.xml`` with these sheets and styles; ``hiding`` hides a sheet. ``prolog`` stands before the root."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content {_NAMES}>'
        f"<office:automatic-styles>{_HIDING}{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )


def package(document: str | bytes, manifest: str = "", mimetype: str = MIMETYPE) -> bytes:
    """An OpenDocument package."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        opened.writestr("content.xml", document)
        opened.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return stream.getvalue()


def cell(text: str, attributes: str = "") -> str:
    """A cell of text; lines become paragraphs."""
    if not text:
        return f"<table:table-cell {attributes}/>"
    paragraphs = "".join(f"<text:p>{_written(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string" {attributes}>{paragraphs}</table:table-cell>'


def row(cells: Sequence[str], attributes: str = "") -> str:
    """A row of cells as :func:`cell` writes them."""
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def sheet(name: str, rows: Sequence[str], attributes: str = "") -> str:
    """A sheet of rows as :func:`row` writes them."""
    return f'<table:table table:name="{escape(name)}" {attributes}>{"".join(rows)}</table:table>'


def ods(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """An ods file of sheets of text."""
    tables = (sheet(name, [row([cell(text) for text in texts]) for texts in rows]) for name, rows in sheets.items())
    return package(content("".join(tables)))


def page(*tables: str, charset: str = "utf-8") -> str:
    """An HTML page of tables."""
    return f'<html><head><meta charset="{charset}"></head><body>{"".join(tables)}</body></html>'


def table(rows: Sequence[Sequence[str]]) -> str:
    """An HTML table of text; lines are broken by ``<br>``."""
    written = (
        "<tr>" + "".join(f"<td>{html.escape(text).replace(chr(10), '<br>')}</td>" for text in texts) + "</tr>\n"
        for texts in rows
    )
    return f"<table>{''.join(written)}</table>"


def _written(line: str) -> str:
    # Every second of several spaces, and those at the ends, have to be counted ones.
    return escape(line).replace(" ", "<text:s/>").replace("\t", "<text:tab/>")
