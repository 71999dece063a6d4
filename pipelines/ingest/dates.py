"""Dates as people and spreadsheets write them: in formats, with months in words, or as days counted by a workbook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from pipelines.registry.steps import ParseDate

_TIME_DIRECTIVES = ("%H", "%I", "%M", "%S", "%X", "%c")
_MONTH_DIRECTIVES = re.compile("%[bB]")
#: English, French and German names of the months, and how they are shortened; accents are left out.
_MONTHS = (
    "january jan janvier janv januar janner", "february feb fevrier fevr februar", "march mar mars marz mrz",
    "april apr avril avr", "may mai", "june jun juin juni", "july jul juillet juil juli", "august aug aout",
    "september sep sept septembre", "october oct octobre oktober okt", "november nov novembre",
    "december dec decembre dezember dez",
)  # fmt: skip
_PLAIN = str.maketrans("éèêûùäà", "eeeuuaa")
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
#: Days before the first of the 1900 and the 1904 date systems. The former counts a 29 February 1900 that never was.
_BEFORE_FIRST = {1900: dt.date(1899, 12, 30), 1904: dt.date(1904, 1, 1)}
_SERIAL = re.compile(r"([1-9][0-9]{1,6})(?:\.0+)?")
#: 2016 and 201612 among counted days are a year and a month: nobody knows their day.
_SHORTER = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])?")
#: From this day on both agree with the calendar.
_FIRST_CERTAIN = 61


def date_parser(step: ParseDate, dates_only: bool) -> Callable[[str], str]:
    """Dates in the first format that fits become ISO 8601; with a time where the format has one.

    ``dates_only``: the column goes into a date field, where midnight (as spreadsheets export dates) is no time.
    """

    def parse(text: str) -> str:
        trimmed = text.strip()
        for pattern in step.formats:
            moment = _moment(trimmed, pattern)
            if moment is None:
                continue
            timed = any(directive in pattern for directive in _TIME_DIRECTIVES)
            if dates_only and moment.time() == dt.time():
                timed = False
            return moment.isoformat() if timed else moment.date().isoformat()
        counted = _counted(trimmed, step.serial) if step.serial is not None else None
        return text if counted is None else counted.isoformat()

    return parse


def _moment(text: str, pattern: str) -> dt.datetime | None:
    if _MONTH_DIRECTIVES.search(pattern):
        numbered = _numbered(text)
        if numbered is None:
            return None
        text, pattern = numbered, _MONTH_DIRECTIVES.sub("%m", pattern)
    try:
        return dt.datetime.strptime(text, pattern)
    except ValueError:
        return None


def _numbered(text: str) -> str | None:
    """A text with the number of its month in place of its only word; ``None`` where that names none."""
    words = _WORD.findall(text)
    number = _NUMBERS.get(words[0].rstrip(".").lower().translate(_PLAIN)) if len(words) == 1 else None
    return None if number is None else text.replace(words[0], f"{number:02}")


def _counted(text: str, system: int) -> dt.date | None:
    match = _SERIAL.fullmatch(text)
    if match is None or int(match[1]) < _FIRST_CERTAIN or _SHORTER.fullmatch(text):
        return None
    try:
        return _BEFORE_FIRST[system] + dt.timedelta(days=int(match[1]))
    except OverflowError:
        return None
