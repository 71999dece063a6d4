"""Values that a client compares fields with, as SQL of exactly the field's type."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from pipelines.core.sql import literal

_DECIMAL = re.compile(r"DECIMAL\(([0-9]+), ?([0-9]+)\)")
#: Longer texts are no numbers that anybody has.
_LONGEST = 64
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGERS = {"BIGINT": 64, "INTEGER": 32}


def sql_value(text: str, kind: str) -> str | None:
    """A value as SQL.

    Args:
        text: as the client writes it: numbers in digits, dates and times as ISO 8601, ``true`` and ``false``.
        kind: DuckDB's type of the field.

    Returns:
        ``None`` where the field can have no such value: then what it is compared with is not what was meant.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return None
    if kind == "VARCHAR":
        return literal(text)
    written = None
    if len(text) <= _LONGEST:
        decimal = _DECIMAL.fullmatch(kind)
        try:
            written = _decimal(text, *map(int, decimal.groups())) if decimal else _WRITTEN[kind](text)
        except (KeyError, ValueError, OverflowError, InvalidOperation):
            return None
    return None if written is None else f"CAST({literal(written)} AS {kind})"


def _decimal(text: str, precision: int, scale: int) -> str | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    rounded = round(number, scale) if number.adjusted() < precision else number
    fits = rounded == number and abs(number) < 10 ** (precision - scale)
    return format(rounded, "f") if fits else None


def _integer(bits: int) -> Callable[[str], str | None]:
    def written(text: str) -> str | None:
        fits = _INTEGER.fullmatch(text) and -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)
        return str(int(text)) if fits else None

    return written


def _double(text: str) -> str | None:
    return text if _NUMBER.fullmatch(text) and math.isfinite(float(text)) else None


def _boolean(text: str) -> str | None:
    return text if text in {"true", "false"} else None


def _day(text: str) -> str | None:
    return dt.date.fromisoformat(text).isoformat() if _DAY.fullmatch(text) else None


def _moment(text: str) -> str:
    moment = dt.datetime.fromisoformat(text)
    return (moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat(" ")


_WRITTEN: Mapping[str, Callable[[str], str | None]] = {
    **{kind: _integer(bits) for kind, bits in _INTEGERS.items()},
    "DOUBLE": _double,
    "BOOLEAN": _boolean,
    "DATE": _day,
    "TIME": lambda text: dt.time.fromisoformat(text).replace(tzinfo=None).isoformat(),
    "TIMESTAMP": _moment,
}
