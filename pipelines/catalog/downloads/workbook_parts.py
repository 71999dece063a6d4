"""The parts of an Excel workbook besides its sheets: what there is, how parts belong together, formats of cells."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from xml.sax.saxutils import quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: As many as stored decimals can have.
_MOST_DECIMALS = 18
#: Number formats of a workbook's own are counted from here.
_OWN = 164


class Style(IntEnum):
    """Cell formats. ``GUARDED`` text stays text when it is edited, whatever it begins with."""

    GENERAL = 0
    TEXT = 1
    GUARDED = 2
    HEADING = 3
    INTEGER = 4
    DATE = 5


def decimal_style(decimals: int) -> int:
    """The cell format of numbers with so many decimals, from 1 to 18."""
    return Style.DATE + decimals


def workbook_parts(titles: Sequence[str]) -> dict[str, str]:
    """Name → content of the parts of a workbook besides its sheets, ``xl/worksheets/sheet1.xml`` …"""
    places = range(1, len(titles) + 1)
    kinds = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    kinds |= {f"/xl/worksheets/sheet{place}.xml": "worksheet" for place in places}
    types = "".join(f'<Override PartName="{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in kinds.items())
    listed = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{place}" r:id="rId{place}"/>'
        for place, title in zip(places, titles, strict=True)
    )
    targets = [("worksheet", f"worksheets/sheet{place}.xml") for place in places]
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
        ),
        "_rels/.rels": _relationships([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relationships([*targets, ("styles", "styles.xml")]),
        "xl/styles.xml": _styles(),
    }
    return {name: HEAD + content for name, content in parts.items()}


def _relationships(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{place}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _styles() -> str:
    """Formats of cells in the order of :class:`Style`, then those of decimals. 0, 1 and 49 are Excel's own: general,
    whole number, text."""
    codes = ["yyyy-mm-dd", *(f"0.{'0' * decimals}" for decimals in range(1, _MOST_DECIMALS + 1))]
    own = "".join(f'<numFmt numFmtId="{_OWN + place}" formatCode="{code}"/>' for place, code in enumerate(codes))
    cells = [_format(0), _format(49), _format(49, more=' quotePrefix="1"'), _format(49, font=1), _format(1)]
    cells += [_format(_OWN + place) for place in range(len(codes))]
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(codes)}">{own}</numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{"".join(cells)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _format(number: int, *, font: int = 0, more: str = "") -> str:
    return (
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
        f'applyFont="1"{more}/>'
    )
