"""Cast values as canonical text: two values of a key are equal in Python exactly when their texts are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pipelines.validate.engine.model import Uncertified

#: Types whose values compare equal across types: 1 == Decimal("1.0").
FAMILIES = {
    "string": "text", "any": "text", "integer": "number", "number": "number", "year": "number",
    "boolean": "number", "date": "date", "datetime": "datetime", "yearmonth": "yearmonth",
}  # fmt: skip

#: Up to here whole numbers are written out in full, so that int64 keys can be formatted by Arrow.
_LONGEST_PLAIN = 40


def family_of(field: Any) -> str:
    """The family of types whose canonical texts can be compared with this field's.

    Raises:
        Uncertified: values of the field's type cannot be keys here (lists are unhashable, floats and times of
            day with offsets have equalities of their own).
    """
    family = FAMILIES.get(field.type)
    if family is None or (field.type == "number" and field.float_number):
        raise Uncertified("uncertified-key-type", type=field.type)
    return family


def canonical_of(field: Any) -> Callable[[Any], str]:
    """The function that writes a cast value of ``field`` canonically; it may raise :class:`Uncertified`."""
    family = family_of(field)
    if family == "number":
        return _number
    if family == "date":
        return lambda value: str(value.isoformat())
    if family == "datetime":
        return _datetime
    if family == "yearmonth":
        return lambda value: f"{value.year}-{value.month}"
    return str


def _number(value: Any) -> str:
    if isinstance(value, int) and abs(value) < 10**18:
        return str(int(value))
    number = Decimal(value)
    if number.is_nan():
        raise Uncertified("uncertified-nan")
    sign, digits, exponent = number.as_tuple()
    if isinstance(exponent, str):
        return "-Infinity" if sign else "Infinity"
    text = "".join(map(str, digits))
    stripped = text.rstrip("0")
    exponent += len(text) - len(stripped)
    stripped = stripped.lstrip("0")
    if not stripped:
        return "0"
    minus = "-" if sign else ""
    if 0 <= exponent <= _LONGEST_PLAIN:
        return minus + stripped + "0" * exponent
    return f"{minus}{stripped}E{exponent}"


def _datetime(value: dt.datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    try:
        return value.astimezone(dt.UTC).isoformat()
    except OverflowError:
        raise Uncertified("uncertified-offset") from None
