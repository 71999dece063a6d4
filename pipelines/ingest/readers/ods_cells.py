"""What a cell of an OpenDocument sheet says (ISO/IEC 26300-3, 6 and 19.385): its typed value, or its paragraphs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from pipelines.ingest.readers.cells import cell_text, float_text

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0 "
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_NUMBERS = {"float", "percentage", "currency"}
#: How formulas that failed show themselves where the program that wrote the file does not mark them.
_ERROR = re.compile(r"#(?:[A-Z]+[/0]*[!?]?|N/A|DIV/0!)|Err:[0-9]{3}")
_DURATION = re.compile(r"PT(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?")
_LENGTH = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(mm|cm|in|pt)")
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72}
#: What office programs indent by at a time (10 points), and how often at most.
_STEP, _MOST_STEPS = 25.4 / 7.2, 250
_SPACE = re.compile(r"[ \t\r\n]+")
#: Stand-ins for white space that is meant; no XML document can hold these characters.
SPACE, TAB, BREAK = "\x00", "\x01", "\x02"
_MEANT = str.maketrans({SPACE: " ", TAB: "\t", BREAK: "\n"})


def paragraph_text(pieces: Sequence[str]) -> str:
    """The text of a paragraph: runs of white space count as one space and at its ends for nothing."""
    return _SPACE.sub(" ", "".join(pieces)).strip(" ").translate(_MEANT)


def indent_of(attributes: Mapping[str, str]) -> int:
    """How many steps the properties of a paragraph indent it by (ISO/IEC 26300-3, 20.198)."""
    length = _LENGTH.fullmatch(attributes.get(_FO + "margin-left", ""))
    if length is None:
        return 0
    return min(round(float(length[1]) * _MILLIMETRES[length[2]] / _STEP), _MOST_STEPS)


def is_error(attributes: Mapping[str, str], text: str) -> bool:
    """Tell whether a cell's formula failed."""
    if attributes.get(_CALCEXT + "value-type") == "error":
        return True
    return _TABLE + "formula" in attributes and _ERROR.fullmatch(text) is not None


def value_text(attributes: Mapping[str, str], text: str) -> str:
    """A cell as text, in the forms that other workbooks are read in; ``text`` is what its paragraphs say.

    A value that is not of its declared type is taken from the paragraphs, as a person sees it.
    """
    kind = attributes.get(_OFFICE + "value-type")
    if kind == "string":
        return attributes.get(_OFFICE + "string-value", text)
    try:
        if kind in _NUMBERS:
            return float_text(float(attributes[_OFFICE + "value"]))
        if kind == "boolean":
            return {"true": "true", "false": "false"}[attributes[_OFFICE + "boolean-value"]]
        if kind == "date":
            return cell_text(_date(attributes[_OFFICE + "date-value"])) or text
        if kind == "time":
            return cell_text(_time(attributes[_OFFICE + "time-value"])) or text
    except (KeyError, ValueError, OverflowError):
        return text
    return text


def _date(value: str) -> dt.date:
    return dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)


def _time(value: str) -> dt.time | dt.timedelta:
    """A time of day, or a length of time where the hours go beyond a day."""
    match = _DURATION.fullmatch(value)
    if match is None:
        raise ValueError(value)
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    length = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return (dt.datetime.min + length).time() if length < dt.timedelta(days=1) else length
