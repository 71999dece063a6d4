"""How values that frictionless has read are stored: exactly, or not at all."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.core.messages import Message
from pipelines.registry import FieldSpec
from pipelines.registry.types import DECIMAL_PRECISION

_INT64 = range(-(2**63), 2**63)


class Unstorable(Exception):
    """A value that the schema's type admits but the stored type cannot hold exactly."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.id)


def stored_cast(spec: FieldSpec, field: Any) -> Callable[[Any], Any]:
    """How a cell that frictionless has read becomes a stored value; it may raise :class:`Unstorable`.

    Args:
        field: frictionless's field, for text forms; ``None``: Python's.
    """
    if spec.type == "number":
        return _float(spec) if spec.decimals is None else _decimal(spec, spec.decimals)
    if spec.type == "integer":
        return _integer(spec)
    if spec.type == "datetime":
        return _utc(spec)
    if spec.type == "time":
        return lambda value: value.replace(tzinfo=None)
    if spec.type in {"boolean", "date", "year"}:
        return lambda value: value
    if spec.type == "string" and spec.format != "binary":
        return str
    return lambda value: str(value) if field is None else _text_form(field, value)


def _text_form(field: Any, value: Any) -> str:
    try:
        return str(field.write_cell(value)[0])
    except TypeError:  # frictionless writes no decimals and dates within lists and points
        items = value._asdict() if field.format == "object" and hasattr(value, "_asdict") else value
        return json.dumps(items, ensure_ascii=False, default=lambda item: float(item) if isinstance(item, Decimal) else
                          str(item))  # fmt: skip


def _utc(spec: FieldSpec) -> Callable[[Any], Any]:
    def cast(value: dt.datetime) -> dt.datetime:
        try:
            return value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
        except OverflowError:  # before the year 1 or after the year 9999 in UTC
            raise Unstorable(Message("validate-time-range", {"field": spec.name})) from None

    return cast


def _integer(spec: FieldSpec) -> Callable[[Any], Any]:
    def cast(value: Any) -> int:
        if int(value) not in _INT64:
            raise Unstorable(Message("validate-integer-range", {"field": spec.name}))
        return int(value)

    return cast


def _float(spec: FieldSpec) -> Callable[[Any], Any]:
    def cast(value: Any) -> float:
        # A signalling NaN is not even turned into a float.
        number = math.nan if isinstance(value, Decimal) and value.is_nan() else float(value)
        if not math.isfinite(number):
            raise Unstorable(Message("validate-not-finite", {"field": spec.name}))
        return number

    return cast


def _decimal(spec: FieldSpec, decimals: int) -> Callable[[Any], Any]:
    step, limit = Decimal(1).scaleb(-decimals), Decimal(10) ** (DECIMAL_PRECISION - decimals)

    def cast(value: Any) -> Decimal:
        number = Decimal(value)
        if not number.is_finite():
            raise Unstorable(Message("validate-not-finite", {"field": spec.name}))
        try:
            # copy_abs, unlike abs, rounds and overflows nothing.
            exact = number.quantize(step) if number.copy_abs() < limit else None
        except InvalidOperation:  # more digits than the decimal context computes with
            exact = None
        if exact is None:
            raise Unstorable(Message("validate-number-range", {"field": spec.name, "digits": DECIMAL_PRECISION}))
        if exact != number:
            raise Unstorable(Message("validate-decimals", {"field": spec.name, "decimals": decimals}))
        # Stored decimals have no negative zero.
        return exact if exact else abs(exact)

    return cast
