"""Numbers as people of a language read them: whole, in shares, and in a scale of their own (亿元, million yuan).

How a language writes digits, and what it calls a currency, is the Unicode consortium's data (CLDR, through babel).
Scales are those in which accounts are told: ten thousands and their squares in Chinese, thousands' powers in English.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache

from babel import Locale
from babel.numbers import format_decimal, format_percent, get_currency_name, list_currencies

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, short
from pipelines.catalog.units import UNITS
from pipelines.core.messages import translate

#: CLDR's name of each language of the catalog.
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
#: Exponents of ten that languages have words for, the largest first.
_SCALES = {"zh": (12, 8, 4), "en": (12, 9, 6)}
#: The smallest amount, as a multiple of it, that is told in a scale; the word of a larger one is no longer.
_PLAIN_UP_TO = Decimal(100_000)
#: Beyond, powers of ten are written: no word reaches so far.
_LARGEST, _SMALLEST = 16, -3
#: Exact amounts are written out up to more digits than any sum of published amounts has.
_WRITTEN_OUT = 30
#: Digits that a scaled amount is told in.
_DIGITS = 4
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PERCENT = frozenset({"percent", "%"})
#: Units that the index knows by name only.
_NAMED = {"year": "number-unit-year", "working day": "number-unit-working-day", "day": "number-unit-day"}
#: Any amount with all of its digits: sums of doubles have more than the 28 that decimals usually keep.
_WIDE = Context(prec=400)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES[language])


def whole(number: int, language: str) -> str:
    """A count with its thousands apart."""
    return exact(Decimal(number), language)


def exact(amount: Decimal, language: str) -> str:
    """An amount with all of its digits, its thousands apart; what no
    sum of published amounts is, beyond 10³⁰ or below 10⁻³⁰, as a power of ten."""
    if not amount.is_finite():
        return translate("number-none", language)
    if amount and not -_WRITTEN_OUT <= amount.adjusted() < _WRITTEN_OUT:
        return _as_power(amount)
    with localcontext(_WIDE):
        return format_decimal(amount, format=f"#,##0.{'0' * _decimals(amount)}", locale=_locale(language))


def share(ratio: Decimal, language: str, decimals: int = 1) -> str:
    """A part of one as a percentage. What is there but too small for the digits says so (``<0.1%``)."""
    with localcontext(_WIDE):
        smallest = Decimal(1).scaleb(-2 - decimals)
        shown = ratio.quantize(smallest, ROUND_HALF_UP)
        pattern = f"0.{'0' * decimals}%"
        if ratio and not shown:
            return ("<" if ratio > 0 else ">-") + format_percent(smallest, format=pattern, locale=_locale(language))
        return format_percent(shown, format=pattern, locale=_locale(language))


def _decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _as_power(amount: Decimal) -> str:
    exponent = amount.adjusted()
    with localcontext(_WIDE):
        mantissa = amount.scaleb(-exponent).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return f"{mantissa.normalize():f}×{_power(exponent)}"


def _power(exponent: int) -> str:
    return "10" + str(exponent).translate(_SUPERSCRIPT)


@dataclass(frozen=True)
class Scale:
    """What amounts of one figure are told in: a power of ten, and how many digits come after the point.

    ``unit``: what it is called, by language, scale and all; empty for bare numbers.
    """

    language: str
    exponent: int
    decimals: int
    unit: str
    is_percent: bool = False

    def text(self, amount: Decimal) -> str:
        """An amount in this scale, without the unit but for ``%``. One too small for the digits is no zero."""
        with localcontext(_WIDE):
            smallest = Decimal(1).scaleb(-self.decimals)
            shown = amount.scaleb(-self.exponent).quantize(smallest, ROUND_HALF_UP)
            sign = ""
            if amount and not shown:
                sign, shown = ("<", smallest) if amount > 0 else (">", -smallest)
            pattern = f"#,##0.{'0' * self.decimals}"
            written = format_decimal(shown, format=pattern, locale=_locale(self.language))
        return f"{sign}{written}{'%' if self.is_percent else ''}"

    def with_unit(self, amount: Decimal) -> str:
        """An amount with its unit, as it stands in a sentence."""
        written = self.text(amount)
        if self.is_percent or not self.unit:
            return written
        return f"{written}{'' if self.language == 'zh' else ' '}{self.unit}"


def scale_of(amounts: Iterable[Decimal], unit: str | None, language: str, decimals: int | None = None) -> Scale:
    """The scale in which a figure's amounts are told.

    Args:
        amounts: all of them, in ``unit``; what is not finite is left out.
        unit: as fields name it (ISO 4217, UCUM, ``percent`` …).
        language: ``zh`` or ``en``.
        decimals: digits after the point at most where they are told as they are; ``None``: as many as they have.
    """
    finite = [amount for amount in amounts if amount.is_finite()]
    largest = max((abs(amount) for amount in finite), default=Decimal(0))
    written = max(map(_decimals, finite), default=0)
    most = written if decimals is None else min(written, decimals)
    exponent = _exponent(largest, language)
    kept = _DIGITS - 1 - (largest.adjusted() - exponent if largest else 0)
    if exponent == 0:
        return Scale(language, 0, max(0, min(most, kept)), unit_title(unit, language), unit in _PERCENT)
    return Scale(language, exponent, max(0, min(3, kept)), _scaled_unit(exponent, unit, language), unit in _PERCENT)


def _exponent(largest: Decimal, language: str) -> int:
    """The power of ten that amounts up to ``largest`` are told in."""
    if not largest or Decimal(1).scaleb(_SMALLEST) <= largest < _PLAIN_UP_TO:
        return 0
    if not _SMALLEST <= largest.adjusted() < _LARGEST:
        return largest.adjusted()
    return next((each for each in _SCALES[language] if largest.adjusted() >= each), 0)


def _scaled_unit(exponent: int, unit: str | None, language: str) -> str:
    is_worded = exponent in _SCALES[language]
    word = translate(f"number-scale-{exponent}", language) if is_worded else f"×{_power(exponent)}"
    title = unit_title(unit, language)
    between = "" if language == "zh" and is_worded else " "
    return f"{word}{between}{title}".strip()


def unit_title(unit: str | None, language: str) -> str:
    """What a unit is called; empty where things are counted."""
    if unit is None or unit == "1":
        return ""
    if unit in _PERCENT:
        return "%"
    if unit in _NAMED:
        return translate(_NAMED[unit], language)
    known = next((each for each in UNITS if each.code == unit), None)
    if known is not None:
        return known.zh if language == "zh" else known.en
    if is_currency(unit):
        return str(get_currency_name(unit, count=2, locale=_locale(language)))
    return short(unit)


def is_currency(unit: str | None) -> bool:
    """Whether a unit is money: a code of ISO 4217, or a multiple of yuan."""
    return unit in list_currencies() or any(each.code == unit and each.base == "CNY" for each in UNITS)


def adds_up(unit: str | None) -> bool:
    """Whether a sum of amounts in a unit says anything: of money and counts, not of shares or durations."""
    return is_currency(unit) or unit == "1"


def in_both(amount: Decimal, unit: str | None) -> Texts:
    """An amount by itself with its unit, in both languages."""
    return {language: scale_of([amount], unit, language).with_unit(amount) for language in LANGUAGES}
