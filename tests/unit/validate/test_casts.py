"""Stored forms: whatever frictionless reads is stored exactly, or told to be unstorable."""

from __future__ import annotations

from typing import Any

import pytest
from frictionless import Schema
from support import field

from pipelines.registry import FieldSpec
from pipelines.validate.casts import Unstorable, stored_cast


def cast(kind: str, text: str, **more: Any) -> Any:
    plain = {name: value for name, value in more.items() if name != "decimals"}
    read = Schema.from_descriptor({"fields": [{"name": "f", "type": kind, **plain}]}).fields[0]
    value, notes = read.read_cell(text)
    assert value is not None and not notes
    return stored_cast(FieldSpec.model_validate(field("f", kind, **more)), read)(value)


@pytest.mark.parametrize(
    ("kind", "text", "more", "message"),
    [
        ("datetime", "0001-01-01T00:00:00+08:00", {}, "validate-time-range"),
        ("datetime", "9999-12-31T23:59:59-08:00", {}, "validate-time-range"),
        ("number", "sNaN", {}, "validate-not-finite"),
        ("number", "NaN", {}, "validate-not-finite"),
        ("number", "sNaN", {"decimals": 2}, "validate-not-finite"),
        ("number", "1e999999999", {"decimals": 2}, "validate-number-range"),
        ("number", "1.234", {"decimals": 2}, "validate-decimals"),
        ("integer", "9223372036854775808", {}, "validate-integer-range"),
    ],
)
def test_what_cannot_be_stored_is_told(kind: str, text: str, more: dict[str, Any], message: str) -> None:
    with pytest.raises(Unstorable) as told:
        cast(kind, text, **more)
    assert told.value.message.id == message


@pytest.mark.parametrize(
    ("kind", "text", "more", "stored"),
    [
        ("geopoint", "[1.5, 2]", {"format": "array"}, "[1.5, 2.0]"),
        ("geopoint", '{"lon": 1.5, "lat": 2}', {"format": "object"}, '{"lon": 1.5, "lat": 2.0}'),
        ("array", '["2020-01-01"]', {"arrayItem": {"type": "date"}}, '["2020-01-01"]'),
        ("array", "[1.5]", {"arrayItem": {"type": "number"}}, "[1.5]"),
        ("object", '{"a": 1}', {}, '{"a": 1}'),
    ],
)
def test_structures_are_stored_as_json(kind: str, text: str, more: dict[str, Any], stored: str) -> None:
    assert cast(kind, text, **more) == stored
