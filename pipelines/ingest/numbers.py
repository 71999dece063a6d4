"""Numbers as people write them, and exact arithmetic on decimal text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation

from pipelines.registry.steps import ParseNumber

#: Digits enough for any product or sum here to be exact; cells that would not fit are no amounts.
_EXACT = Context(prec=200)
_MAX_DIGITS = 60
_MAX_PRODUCT = 150
#: Signs of the yuan alone: a dollar amount is no amount in yuan.
_CURRENCIES = "¥￥"
#: Full-width digits and signs, and the minus signs that word processors put in (U+2212, U+2013, U+FE63).
_MINUS_SIGNS = dict.fromkeys((0x2212, 0x2013, 0xFE63), ord("-"))
_ASCII_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | _MINUS_SIGNS
_SPACES = {0x00A0: " ", 0x2009: " ", 0x202F: " ", 0x3000: " "}


def number_parser(step: ParseNumber) -> Callable[[str], str | None]:
    """The codec of one ``parse_number`` step: text → plain decimal, ``None`` for a missing mark, else unchanged.

    Understands groups of three, the step's decimal mark, full-width characters, a leading or trailing yuan
    sign, ``+``, ``-`` and accounting parentheses for negatives.
    """
    missing = {mark.strip() for mark in step.missing}
    grouping = step.thousands if step.thousands != step.decimal else None

    def parse(text: str) -> str | None:
        trimmed = text.strip()
        if trimmed in missing:
            return None
        plain = _plain(trimmed.translate(_ASCII_FORMS).translate(_SPACES), step.decimal, grouping)
        return text if plain is None else plain

    return parse


def _plain(text: str, decimal: str, grouping: str | None) -> str | None:
    text = text.strip()
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    sign = "-" if negative else ""
    text = text.strip(_CURRENCIES + " ")
    if text[:1] in {"+", "-"}:
        if negative:
            return None
        sign = "-" if text[0] == "-" else ""
        text = text[1:].strip(_CURRENCIES + " ")
    whole, _, fraction = text.partition(decimal)
    ungrouped = _ungrouped(whole, grouping)
    if ungrouped is None or (fraction and not _is_digits(fraction)) or not (ungrouped or fraction):
        return None
    return f"{sign}{ungrouped or '0'}" + (f".{fraction}" if fraction else "")


def _ungrouped(whole: str, grouping: str | None) -> str | None:
    if grouping is None or grouping not in whole:
        return whole if not whole or _is_digits(whole) else None
    first, *groups = whole.split(grouping)
    if not (1 <= len(first) <= 3 and _is_digits(first) and all(len(g) == 3 and _is_digits(g) for g in groups)):
        return None
    return first + "".join(groups)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def as_decimal(text: str | None) -> Decimal | None:
    """The number a cell holds, as Table Schema's ``number`` would read it; ``None`` where it holds none."""
    if not text or len(text) > _MAX_DIGITS:
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    # An exponent can name a number that takes gigabytes to write out.
    return number if number.is_finite() and abs(number.adjusted()) <= _MAX_DIGITS else None


def total(left: Decimal, right: Decimal) -> Decimal:
    """The exact sum."""
    return _EXACT.add(left, right)


def times(number: Decimal, factor: Decimal) -> str | None:
    """The exact product as a plain decimal without trailing zeros; ``None`` where it would be too long to be one."""
    if len(number.as_tuple().digits) > _MAX_PRODUCT or abs(number.adjusted()) > _MAX_PRODUCT:
        return None
    return decimal_text(_EXACT.multiply(number, factor))


def decimal_text(number: Decimal) -> str:
    """A decimal written out, without exponent or trailing zeros of its fraction."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
