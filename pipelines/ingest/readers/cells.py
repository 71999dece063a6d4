"""Typed values as text: plain decimals, ISO 8601 dates, ``true``/``false``; the same text for the same value."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

#: Spreadsheets compute in binary and show 15 significant digits (IEEE 754 double); more is noise, not data.
_SIGNIFICANT = ".15g"
#: Levels of lists and objects within one cell.
MAX_DEPTH = 64


class TooDeep(ValueError):
    """A value is nested deeper than :data:`MAX_DEPTH`."""


class NumberText(str):
    """A number as the JSON file writes it, kept apart from strings."""

    __slots__ = ()


def cell_text(value: Any) -> str | None:
    """Any scalar that the readers deliver as text; ``None`` stays (an absent cell).

    Raises:
        TypeError: for bytes and other values that have no text form.
        TooDeep: for lists and objects that are nested too deep.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return _time_text(value)
    if isinstance(value, (Mapping, list, tuple)):
        return json_text(value)
    raise TypeError(type(value).__name__)


def float_text(value: float) -> str:
    """A float as a plain decimal of up to 15 significant digits, without exponent and without ``.0``."""
    if not math.isfinite(value):
        return str(value)
    text = format(Decimal(format(value, _SIGNIFICANT)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def json_text(value: Any, depth: int = 0) -> str:
    """Nested JSON in its shortest form, numbers as they were written.

    Raises:
        TooDeep: when lists and objects are nested too deep for any table.
    """
    if depth >= MAX_DEPTH and isinstance(value, (Mapping, list, tuple)):
        raise TooDeep
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        pairs = (f"{json_text(str(key))}:{json_text(item, depth + 1)}" for key, item in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(json_text(item, depth + 1) for item in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, (bool, int, float)):
        return str(cell_text(value))
    return json_text(str(cell_text(value)))


def _time_text(value: dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.datetime):
        # A spreadsheet's date is a date-time at midnight.
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, dt.timedelta):
        return f"PT{float_text(value.total_seconds())}S"
    return value.isoformat()
