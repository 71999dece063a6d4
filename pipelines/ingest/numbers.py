"""Numbers as people write them, and exact arithmetic on decimal text."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Context, Decimal, InvalidOperation

from pipelines.registry.steps import ParseNumber

#: Digits enough for any product or sum here to be exact; cells that would not fit are no amounts.
_EXACT = Context(prec=200)
_MAX_DIGITS = 60
_MAX_PRODUCT = 150
#: What amounts in each currency are marked with, before or after the figure. One sign may be of several currencies.
CURRENCY_MARKS = {
    "CNY": ("¥", "元", "CNY", "RMB"),
    "EUR": ("€", "EUR"),
    "USD": ("$", "USD", "US$"),
    "GBP": ("£", "GBP"),
    "JPY": ("¥", "円", "JPY"),
    "CHF": ("CHF",),
}
#: Marks that leave open whether an amount is in 元 or 万元.
_UNDECLARED = ("¥",)
_PERCENT = "%"
_GROUP, _LAKH = 3, 2
#: Full-width digits and signs, and the minus signs that word processors put in (U+2212, U+2013, U+FE63).
_MINUS_SIGNS = dict.fromkeys((0x2212, 0x2013, 0xFE63), ord("-"))
_ASCII_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | _MINUS_SIGNS | {0xFFE5: 0x00A5}
_SPACES = {0x00A0: " ", 0x2007: " ", 0x2009: " ", 0x202F: " ", 0x3000: " "}
_APOSTROPHES = {0x2019: "'"}


def number_parser(step: ParseNumber) -> Callable[[str], str | None]:
    """The codec of one ``parse_number`` step: text → plain decimal, ``None`` for a missing mark, else unchanged.

    Understands groups of three (and of two above the thousands, as in 12,34,567), the step's decimal mark, full-width
    characters, signs and codes of the step's currency on either side, ``+`` before and ``-`` before or behind the
    figure, accounting parentheses for negatives, and percent signs where the step says what becomes of them.
    """
    missing = {mark.strip() for mark in step.missing}
    grouping = step.thousands if step.thousands != step.decimal else None
    marks = _UNDECLARED if step.currency is None else CURRENCY_MARKS[step.currency]

    def parse(text: str) -> str | None:
        trimmed = text.strip()
        if trimmed in missing:
            return None
        bare = plain_forms(trimmed)
        hundredths = step.percent is not None and bare.endswith(_PERCENT)
        plain = _plain(bare.removesuffix(_PERCENT) if hundredths else bare, marks, step.decimal, grouping)
        if plain is None:
            return text
        return _hundredth(plain) if hundredths and step.percent == "divide" else plain

    return parse


def plain_forms(text: str) -> str:
    """A text with ASCII digits, signs, spaces and apostrophes."""
    return text.translate(_ASCII_FORMS).translate(_SPACES).translate(_APOSTROPHES).strip()


def without_marks(text: str, marks: Collection[str]) -> str:
    """A text without one currency mark at either end, whatever the case of its code."""
    for mark in sorted(marks, key=len, reverse=True):
        if text[: len(mark)].upper() == mark:
            return text[len(mark) :].strip()
        if text[-len(mark) :].upper() == mark:
            return text[: -len(mark)].strip()
    return text


def _plain(text: str, marks: Collection[str], decimal: str, grouping: str | None) -> str | None:
    text = without_marks(text.strip(), marks)
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = without_marks(text[1:-1].strip(), marks)
    sign = "-" if negative else ""
    # A plus behind a figure is no sign: 500+ is 500 or more.
    for signed, rest, signs in ((text[:1], text[1:], "+-"), (text[-1:], text[:-1], "-")):
        if signed and signed in signs:
            if negative:
                return None
            sign = "-" if signed == "-" else ""
            text = without_marks(rest.strip(), marks)
            break
    whole, _, fraction = text.partition(decimal)
    ungrouped = _ungrouped(whole, grouping)
    if ungrouped is None or (fraction and not _is_digits(fraction)) or not (ungrouped or fraction):
        return None
    return f"{sign}{ungrouped or '0'}" + (f".{fraction}" if fraction else "")


def _hundredth(plain: str) -> str:
    """A plain decimal divided by a hundred, digit by digit."""
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, fraction = digits.partition(".")
    whole = whole.rjust(3, "0")
    return f"{sign}{whole[:-2]}.{whole[-2:]}{fraction}"


def _ungrouped(whole: str, grouping: str | None) -> str | None:
    if grouping is None or grouping not in whole:
        return whole if not whole or _is_digits(whole) else None
    first, *groups, last = whole.split(grouping)
    if not (len(last) == _GROUP and all(map(_is_digits, (first, *groups, last)))):
        return None
    # Threes; or lakh and crore, in twos above the thousands.
    sizes = {len(group) for group in groups}
    if (len(first) <= _GROUP and sizes <= {_GROUP}) or (grouping == "," and len(first) <= _LAKH and sizes == {_LAKH}):
        return first + "".join(groups) + last
    return None


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
