"""Columns of figures: how they are written, in which unit they are, and what is doubtful about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.core.messages import Message
from pipelines.drafting.labels import names_ratio, unit_of
from pipelines.drafting.shapes import Shapes
from pipelines.ingest.units import YUAN

_YUAN = "CNY"
#: How labels write the units that signs beside figures say.
_SAME_UNITS = {
    "%": {"%", "％", "百分点", "percent", "per cent", "percentage point", "percentage points", "prozent"},
    "元": {"元", "人民币", "¥", "￥", "cny", "rmb", "yuan"},
    "EUR": {"eur", "euro", "euros", "€", "欧元"},
    "USD": {"usd", "us$", "$", "dollar", "dollars", "美元"},
    "GBP": {"gbp", "£", "pound", "pounds"},
    "JPY": {"jpy", "¥", "￥", "日元"},
}
_MOST_DIGITS, _MOST_DECIMALS, _MONEY_DECIMALS = 18, 9, 2


def numeric(label: str, shapes: Shapes, unit: str | None) -> dict[str, Any] | None:
    """What a draft says of a column of figures, ``type`` among it; ``None`` for one that holds anything else.

    Args:
        label: its delivered label.
        shapes: what its values look like.
        unit: the unit that the note above the table gives for amounts.
    """
    plain = shapes.holds("number")
    marks = shapes.marks
    if not plain and marks is None:
        return None
    whole, decimals = shapes.extents.get(marks or (".", ","), (0, 0))
    if _contradiction(label, shapes) is not None:
        return None
    own = unit_of(label) or _marked_unit(shapes)
    noted = own is None
    unit = own or (unit if unit is not None and not names_ratio(label) else None)
    money = unit in YUAN
    document: dict[str, Any] = {
        "unit": "CNY" if money else unit,
        "scaled_from": unit if money else None,
        "unit_noted": noted,
    }
    if not plain:
        document |= {"written": marks, "currency": shapes.currency, "percent": shapes.percents > 0}
    if shapes.holds("integer") and not money:
        return {**document, "type": "integer"}
    if decimals == 0 and not shapes.exponents and not plain and not money and whole <= _MOST_DIGITS:
        return {**document, "type": "integer"}
    places = max(decimals, _MONEY_DECIMALS) if decimals <= _MONEY_DECIMALS else decimals
    exact = not shapes.exponents and places <= _MOST_DECIMALS and whole + places <= _MOST_DIGITS - 9 * bool(money)
    return {**document, "type": "number", "decimals": places if exact else None}


def _marked_unit(shapes: Shapes) -> str | None:
    """The unit that a sign beside every figure says, or one beside some that says a currency without doubt."""
    if shapes.percents:
        return "%"
    return "元" if shapes.currency == _YUAN else shapes.currency


def _contradiction(label: str, shapes: Shapes) -> tuple[str, str] | None:
    """The unit that a label gives and the other one that signs beside figures say: 12元 or 5% below 万元."""
    stated, marked = unit_of(label), _marked_unit(shapes)
    if stated is None or marked is None:
        return None
    plain = stated.casefold().removeprefix("in ").removeprefix("en ")
    return None if plain in _SAME_UNITS.get(marked, set()) else (stated, marked)


def figure_remarks(name: str, number: Mapping[str, Any], shapes: Shapes) -> Iterator[Message]:
    """What people should know of a column of figures."""
    if number.get("percent"):
        yield Message("draft-percent", {"field": name})
    elif number.get("currency") not in {None, _YUAN}:
        yield Message("draft-currency", {"field": name, "currency": number["currency"]})
    if shapes.has("shortened"):
        yield Message("draft-lost-digits", {"field": name})


def figure_doubts(name: str, label: str, shapes: Shapes) -> tuple[Message, ...]:
    """Columns that nearly are figures: kept as text, and told."""
    if not shapes.are_figures:
        return ()
    if 0 < shapes.percents < shapes.values:
        return (Message("draft-percent-some", {"field": name}),)
    contradiction = _contradiction(label, shapes)
    if contradiction is not None:
        return (
            Message("draft-unit-contradicted", {"field": name, "stated": contradiction[0], "marked": contradiction[1]}),
        )
    return ()
