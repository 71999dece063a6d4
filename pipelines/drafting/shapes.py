"""The forms that numbers and dates are written in, and how a column's values are tried against all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.dates import date_parser
from pipelines.ingest.numbers import CURRENCY_MARKS, number_parser, plain_forms, without_marks
from pipelines.registry.steps import ParseDate, ParseNumber

#: RE2 patterns. Leading zeros make a code of a number.
INTEGER = r"^[+-]?(?:0|[1-9][0-9]{0,17})$"
NUMBER = r"^[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
YEAR = r"^(?:19|20)[0-9]{2}$"
BOOLEAN = r"^(?:true|false)$"
DIGITS = r"^[0-9]+$"
_CODE = r"^[+-]?0[0-9]"
#: Long numbers as spreadsheets shorten them: the last digits are gone.
_SHORTENED = r"^[+-]?[0-9](?:\.[0-9]+)?[eE]\+(?:1[0-9]|[2-9][0-9])$"
_M, _D = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_CLOCK = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
#: ``strptime`` formats that cannot be mistaken for each other.
DATES = {
    "%Y-%m-%d": rf"^[0-9]{{4}}-{_M}-{_D}$",
    "%Y/%m/%d": rf"^[0-9]{{4}}/{_M}/{_D}$",
    "%Y.%m.%d": rf"^[0-9]{{4}}\.{_M}\.{_D}$",
    "%Y年%m月%d日": rf"^[0-9]{{4}}年{_M}月{_D}日$",
    "%Y%m%d": "^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$",
}
MONTHS = {
    "%Y年%m月": rf"^[0-9]{{4}}年{_M}月$",
    "%Y-%m": rf"^[0-9]{{4}}-{_M}$",
    "%Y/%m": rf"^[0-9]{{4}}/{_M}$",
}
#: Day and month may be told apart only by all values together.
DAY_FIRST = {
    "%d/%m/%Y": rf"^{_D}/{_M}/[0-9]{{4}}$",
    "%d.%m.%Y": rf"^{_D}\.{_M}\.[0-9]{{4}}$",
    "%d-%m-%Y": rf"^{_D}-{_M}-[0-9]{{4}}$",
}
MONTH_FIRST = {
    "%m/%d/%Y": rf"^{_M}/{_D}/[0-9]{{4}}$",
    "%m.%d.%Y": rf"^{_M}\.{_D}\.[0-9]{{4}}$",
    "%m-%d-%Y": rf"^{_M}-{_D}-[0-9]{{4}}$",
}
TIMES = {
    "%Y-%m-%dT%H:%M:%S": rf"^[0-9]{{4}}-{_M}-{_D}T{_CLOCK}:[0-5][0-9]$",
    "%Y-%m-%d %H:%M:%S": rf"^[0-9]{{4}}-{_M}-{_D} {_CLOCK}:[0-5][0-9]$",
    "%Y-%m-%d %H:%M": rf"^[0-9]{{4}}-{_M}-{_D} {_CLOCK}$",
    "%Y/%m/%d %H:%M:%S": rf"^[0-9]{{4}}/{_M}/{_D} {_CLOCK}:[0-5][0-9]$",
    "%Y/%m/%d %H:%M": rf"^[0-9]{{4}}/{_M}/{_D} {_CLOCK}$",
}
_MONTH = r"[A-Za-zéèêûùäà]{3,9}\.?"
#: Months in words: English, French, German.
WORDED = {
    "%d %B %Y": rf"^{_D} {_MONTH} [0-9]{{4}}$",
    "%d. %B %Y": rf"^{_D}\. {_MONTH} [0-9]{{4}}$",
    "%d-%b-%y": rf"^{_D}-{_MONTH}-[0-9]{{2}}$",
    "%d-%b-%Y": rf"^{_D}-{_MONTH}-[0-9]{{4}}$",
    "%B %d, %Y": rf"^{_MONTH} {_D}, [0-9]{{4}}$",
}
WORDED_MONTHS = {"%B %Y": rf"^{_MONTH} [0-9]{{4}}$"}
#: Days as workbooks count them, from 1949 to 2091.
SERIAL = r"^(?:1[89]|[2-6][0-9])[0-9]{3}(?:\.0+)?$"
#: Forms that hold for all values of a column or not at all; and those of dates.
_WHOLE = {"integer": INTEGER, "number": NUMBER, "year": YEAR, "boolean": BOOLEAN, "digits": DIGITS, "serial": SERIAL}
_DATED = {**DATES, **MONTHS, **DAY_FIRST, **MONTH_FIRST, **TIMES, **WORDED, **WORDED_MONTHS}
_PATTERNS = {**_WHOLE, "code": _CODE, "shortened": _SHORTENED, **_DATED}
#: (decimal mark, thousands separator) as ``parse_number`` knows them, commonest first.
WRITTEN = ((".", ","), (",", "."), (",", " "), (".", " "), (".", "'"))


#: RE2: a percent sign at the end; a sign or code of a currency, perhaps within parentheses.
_PERCENT = r"[%％]\)?\s*$"
_CURRENCY = r"(?i)[$＄€£¥￥元円]|\b(?:CNY|RMB|EUR|USD|GBP|JPY|CHF)\b"


def _parser(decimal: str, thousands: str) -> Callable[[str], str | None]:
    step = ParseNumber.model_validate(
        {"step": "parse_number", "fields": ["x"], "decimal": decimal, "thousands": thousands, "percent": "keep"}
    )  # fmt: skip
    parsers = [number_parser(step.model_copy(update={"currency": currency})) for currency in CURRENCY_MARKS]

    def plain(text: str) -> str | None:
        # What is no number comes back as it was, and so do numbers that are plain already.
        parsed = next((parsed for parse in parsers if (parsed := parse(text)) != text), text)
        return parsed if parsed != text or _is_plain(text, decimal) else None

    return plain


def _is_plain(text: str, decimal: str) -> bool:
    digits = text.lstrip("-").replace(".", "", 1 if decimal == "." else 0)
    return digits.isascii() and digits.isdigit()


#: RE2 patterns of the usual numbers of each form: nothing that the parser would not take.
_USUAL = {
    (decimal, thousands): (
        rf"^-?(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:[{thousands}][0-9]{{3}})+)(?:[{decimal}][0-9]+)?$"
    )
    for decimal, thousands in WRITTEN
}
_PARSERS = {marks: _parser(*marks) for marks in WRITTEN}


@dataclass
class Shapes:
    """How many values have each form, counted over batches of different values; ``values`` counts them all."""

    values: int = 0
    matched: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_PATTERNS, 0))
    written: dict[tuple[str, str], int] = field(default_factory=lambda: dict.fromkeys(WRITTEN, 0))
    extents: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    exponents: bool = False
    dated: bool = True
    percents: int = 0
    currencies: frozenset[str] | None = None
    """Currencies that all marked values may be in; ``None``: none is marked."""

    def add(self, values: pa.Array) -> None:
        """Try a batch of different values. A form that an earlier batch has ruled out is not tried again."""
        size = len(values)
        if not size:
            return
        for name in _WHOLE:
            if self.matched[name] == self.values:
                self._match(name, values)
        if not self.has("code"):
            self._match("code", values)
        if self.matched["number"] == self.values + size and not self.has("shortened"):
            self._match("shortened", values)
        if self.dated:
            # Dates may come in several forms, but a column with anything that is none has no dates.
            masks = [self._match(name, values) for name in _DATED]
            self.dated = bool(pc.all(functools.reduce(pc.or_, masks)).as_py())
        self.percents += pc.sum(pc.match_substring_regex(values, _PERCENT)).as_py() or 0
        for text in values.filter(pc.match_substring_regex(values, _CURRENCY)).to_pylist():
            possible = _currencies(text)
            self.currencies = possible if self.currencies is None else self.currencies & possible
        self._add_numbers(values)
        self.values += size

    def _match(self, name: str, values: pa.Array) -> pa.Array:
        mask = pc.match_substring_regex(values, _PATTERNS[name])
        if name in WORDED or name in WORDED_MONTHS:
            mask = _months(values, mask, name)
        self.matched[name] += pc.sum(mask).as_py() or 0
        return mask

    def holds(self, *names: str) -> bool:
        """Whether every value has one of these forms."""
        return self.values > 0 and sum(self.matched[name] for name in names) == self.values

    def has(self, name: str) -> bool:
        """Whether any value has that form."""
        return self.matched[name] > 0

    @property
    def are_figures(self) -> bool:
        """Whether every value is a number in some form, whatever signs stand beside it."""
        return self.values > 0 and self.values in self.written.values()

    @property
    def marks(self) -> tuple[str, str] | None:
        """Decimal mark and thousands separator by which every value is a number, all percentages or of one currency."""
        if 0 < self.percents < self.values or self.currencies == frozenset():
            return None
        return next((marks for marks in WRITTEN if self.values and self.written[marks] == self.values), None)

    @property
    def currency(self) -> str | None:
        """The currency that values are marked with; ``None`` where there is none but perhaps the sign ¥."""
        return next(iter(self.currencies)) if self.currencies is not None and len(self.currencies) == 1 else None

    @property
    def ambiguous(self) -> bool:
        """Whether all values are numbers with either mark as the decimal one, and other numbers: 1,234 and 5,678."""
        point, comma = WRITTEN[:2]
        return (
            self.values > 0
            and self.written[point] == self.written[comma] == self.values
            and self.extents.get(point) != self.extents.get(comma)
        )

    def _add_numbers(self, values: pa.Array) -> None:
        # A column with codes is text, whatever else it holds.
        forms = [] if self.has("code") else [marks for marks in WRITTEN if self.written[marks] == self.values]
        for decimal in dict.fromkeys(decimal for decimal, _ in forms):
            # What has no thousands is the same number in all forms with that decimal mark.
            plain = pc.match_substring_regex(values, _plain(decimal))
            certain, others = values.filter(plain), values.filter(pc.invert(plain))
            extent = _extent(certain, decimal)
            for marks in (marks for marks in forms if marks[0] == decimal):
                self._extend(marks, extent)
                self.written[marks] += len(certain)
                self._add_others(others, marks)

    def _add_others(self, values: pa.Array, marks: tuple[str, str]) -> None:
        usual = pc.match_substring_regex(values, _USUAL[marks])
        certain = values.filter(usual)
        self._extend(marks, _extent(certain, marks[0]))
        self.written[marks] += len(certain)
        for text in values.filter(pc.invert(usual)).to_pylist():
            plain = _PARSERS[marks](text)
            if plain is None and marks == WRITTEN[0] and _exponent(text):
                plain, self.exponents = "0", True
            if plain is None:
                return
            self.written[marks] += 1
            digits, _, fraction = plain.lstrip("-").partition(".")
            self._extend(marks, (len(digits), len(fraction)))

    def _extend(self, marks: tuple[str, str], extent: tuple[int, int] | None) -> None:
        if extent is not None:
            known = self.extents.get(marks, (0, 0))
            self.extents[marks] = (max(known[0], extent[0]), max(known[1], extent[1]))


def _extent(numbers: pa.Array, decimal: str) -> tuple[int, int] | None:
    """The most digits before and behind the decimal mark."""
    if not len(numbers):
        return None
    whole = pc.replace_substring_regex(numbers, f"[{decimal}][0-9]+$", "")
    digits = pc.utf8_length(pc.replace_substring_regex(whole, "[^0-9]", ""))
    decimals = pc.subtract(pc.utf8_length(numbers), pc.utf8_length(whole))
    return pc.max(digits).as_py(), max(0, pc.max(decimals).as_py() - 1)


def _plain(decimal: str) -> str:
    """RE2 pattern of the usual numbers without thousands."""
    return rf"^-?(?:0|[1-9][0-9]*)(?:[{decimal}][0-9]+)?$"


def _months(values: pa.Array, mask: pa.Array, pattern: str) -> pa.Array:
    """Of the values that look like a date with a word in it, those whose word is a month."""
    if not pc.any(mask).as_py():
        return mask
    parse = date_parser(ParseDate(step="parse_date", fields=("x",), formats=(pattern,)), dates_only=True)
    pairs = zip(values.to_pylist(), mask.to_pylist(), strict=True)
    return pa.array([bool(alike) and parse(text) != text for text, alike in pairs])


def _currencies(text: str) -> frozenset[str]:
    """Currencies with whose marks a text can be a marked figure."""
    bare = plain_forms(text)
    bare = bare.removeprefix("(").removesuffix(")").strip("+- ")
    return frozenset(name for name, marks in CURRENCY_MARKS.items() if without_marks(bare, marks) != bare)


def _exponent(text: str) -> bool:
    mantissa, mark, power = text.lower().partition("e")
    return bool(mark) and _is_plain(mantissa, ".") and power.lstrip("+-").isdigit() and len(power) <= 4
