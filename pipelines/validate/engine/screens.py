"""Screens: whole columns of text checked at once, without reading cells one by one.

A screen accepts a cell only when frictionless's reader certainly accepts it: it is not a missing value, it has
the type, and no constraint fails. What a screen does not accept is not wrong; it is left to the reader.
The ground rules, each narrower than frictionless's own reading:

- integer ``-?[0-9]{1,18}``; number: decimal digits with at most one point and no exponent; date: ISO 8601
  ``YYYY-MM-DD`` and a real day from 0001-01-01; datetime: ``YYYY-MM-DDThh:mm:ss`` with optional ``Z``.
- bounds of numbers are compared as doubles and only *strict* differences count: rounding to double never
  turns a number around, so a strict difference of the roundings is one of the numbers; ties go to the reader.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.validate.engine.fixed_width import ByteRanges, days_of
from pipelines.validate.engine.model import Mask
from pipelines.validate.engine.patterns import byte_ranges, narrower_pattern
from pipelines.validate.engine.text_arrays import (
    decimals_in,
    digits_in,
    empty_cells,
    flags_of,
    masked,
    offsets_of,
    only_numeric_bytes,
)

_INT64 = range(-(2**63), 2**63)
#: Python reads no whole numbers of more digits, leading zeros included, unless it is told to.
_LONGEST_NUMBER = 4_000
#: Numbers of so many digits are certainly doubles and 64-bit integers, respectively.
_LONGEST_DOUBLE, _LONGEST_INT64 = 300, 18
#: Rows that are looked at together when not all of a column's cells can be parsed.
_STRETCH = 1_024
_LENGTHS = {"minLength", "maxLength"}


class _Bound(NamedTuple):
    """How a bound is compared: with a column, with a number; and whether no value may lie below it."""

    compare: Callable[..., Any]
    holds: Callable[[Any, Any], bool]
    lower: bool


_BOUNDS = {
    "minimum": _Bound(pc.greater_equal, operator.ge, True),
    "maximum": _Bound(pc.less_equal, operator.le, False),
    "exclusiveMinimum": _Bound(pc.greater, operator.gt, True),
    "exclusiveMaximum": _Bound(pc.less, operator.lt, False),
}
_STRICT = _BOUNDS | {"minimum": _BOUNDS["exclusiveMinimum"], "maximum": _BOUNDS["exclusiveMaximum"]}
_EPOCH = dt.date(1970, 1, 1)
#: Texts that certainly have a format, by format; other formats are read one by one.
FORMATS = {
    "uuid": "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    "email": "^[0-9a-z]{1,20}(?:[._-][0-9a-z]{1,20}){0,2}@(?:[0-9a-z]{1,30}(?:-[0-9a-z]{1,30})?[.]){1,3}[a-z]{2,20}$",
    "uri": "^https?://[0-9a-z](?:[0-9a-z-]{0,30}[0-9a-z])?(?:[.][0-9a-z](?:[0-9a-z-]{0,30}[0-9a-z])?){0,4}"
    "(?:/[0-9A-Za-z._~-]*)*(?:[?][0-9A-Za-z._~=&/-]*)?$",
}
_DAYS = (
    "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)  # fmt: skip


class Pattern(Protocol):
    """Tells of a whole column which texts match."""

    def accepted(self, texts: pa.Array) -> Mask:
        """Which texts match."""


class _Expression:
    """A regular expression for RE2."""

    def __init__(self, expression: str) -> None:
        self._expression = expression

    def accepted(self, texts: pa.Array) -> Mask:
        return flags_of(pc.match_substring_regex(texts, self._expression))


class Screen(ABC):
    """A certified check of a column of text."""

    @abstractmethod
    def parse(self, texts: pa.Array) -> pa.Array:
        """The parsed values, null for every cell that is not accepted."""

    def keys(self, parsed: pa.Array) -> pa.Array:
        """Canonical texts of the accepted cells, as ``canonical_of`` writes them."""
        return pc.cast(parsed, pa.string())


class TextScreen(Screen):
    """Strings: lengths in characters, a pattern, and not a missing value."""

    def __init__(self, constraints: Mapping[str, Any], pattern: Pattern | None, missing: pa.Array, empty: bool) -> None:
        self._shortest = constraints.get("minLength")
        self._longest = constraints.get("maxLength")
        self._pattern = pattern
        self._missing = missing
        self.empty_is_missing = empty

    def parse(self, texts: pa.Array) -> pa.Array:
        """The texts themselves."""
        accepted = None
        if self.empty_is_missing and (empty := empty_cells(texts)).any():
            accepted = ~empty
        if self._pattern is not None:
            accepted = _both(accepted, self._pattern.accepted(texts))
        accepted = self._of_length(texts, accepted)
        return _without(masked(texts, accepted), self._missing, texts)

    def _of_length(self, texts: pa.Array, accepted: Mask | None) -> Mask | None:
        longest = self._longest
        if longest is not None and (not len(texts) or np.diff(offsets_of(texts)).max() <= longest):
            longest = None  # no text has as many bytes, let alone characters
        if self._shortest is not None or longest is not None:
            lengths = pc.utf8_length(texts)
            if self._shortest is not None:
                accepted = _both(accepted, flags_of(pc.greater_equal(lengths, self._shortest)))
            if longest is not None:
                accepted = _both(accepted, flags_of(pc.less_equal(lengths, longest)))
        return accepted

    def keys(self, parsed: pa.Array) -> pa.Array:
        """Text is its own key."""
        return parsed


class ParsedScreen(Screen):
    """Values that Arrow parses: integers, numbers, dates and times, within bounds."""

    def __init__(self, kind: pa.DataType, pattern: str, bounds: Mapping[str, Any], missing: pa.Array,
                 strict: bool = False) -> None:  # fmt: skip
        self._kind = kind
        self._pattern = pattern
        self._missing = missing
        bound_of = _STRICT if strict else _BOUNDS
        self._bounds = [(bound_of[name], bound) for name, bound in bounds.items()]

    def parse(self, texts: pa.Array) -> pa.Array:
        """Parsed values of type ``kind``; everything else is null."""
        values = self._parsed(texts)
        if not self._all_within(values):
            values = self._checked(values)
            for bound, value in self._bounds:
                values = _kept(values, bound.compare(values, value))
        return _without(values, self._missing, texts)

    def _all_within(self, values: pa.Array) -> bool:
        """Whether all values are finite and within the bounds: true if their extremes are."""
        if values.null_count == len(values):
            return True
        numbers = values.view(pa.int32()) if pa.types.is_date32(values.type) else values
        least, greatest = _extremes(numbers)
        if not (math.isfinite(least) and math.isfinite(greatest)):
            return False
        return all(bound.holds(least if bound.lower else greatest, _number(value)) for bound, value in self._bounds)

    def _parsed(self, texts: pa.Array) -> pa.Array:
        # Without letters there is neither an exponent nor hexadecimal, which Arrow reads otherwise than Python.
        numeric = only_numeric_bytes(texts)
        lengths = np.diff(offsets_of(texts))
        if len(lengths) and (lengths.min() == 0 or lengths.max() > _LONGEST_NUMBER):
            numeric = _both(numeric, (lengths > 0) & (lengths <= _LONGEST_NUMBER))
        filled = masked(texts, numeric)
        values = self._cast(filled)
        return self._in_stretches(filled) if values is None else values

    def _in_stretches(self, texts: pa.Array) -> pa.Array:
        """Few cells are odd: only the stretches with one in them are looked at cell by cell."""
        stretches = [texts.slice(first, _STRETCH) for first in range(0, len(texts), _STRETCH)]
        values = [self._cast(stretch) for stretch in stretches]
        odd = [place for place, cast in enumerate(values) if cast is None]
        cells = pa.concat_arrays([stretches[place] for place in odd])
        read = pc.cast(masked(cells, self._certain(cells)), self._kind)
        for number, place in enumerate(odd):
            # All stretches but the last one, which stands last here too, have one length.
            values[place] = read.slice(number * _STRETCH, len(stretches[place]))
        return pa.concat_arrays(values)

    def _cast(self, texts: pa.Array) -> pa.Array | None:
        """The values, if Arrow can parse all texts."""
        try:
            return pc.cast(texts, self._kind)
        except pa.ArrowInvalid:
            return None

    def _certain(self, texts: pa.Array) -> Mask:
        """Which of the texts Arrow certainly parses."""
        return flags_of(pc.match_substring_regex(texts, self._pattern))

    def _checked(self, values: pa.Array) -> pa.Array:
        """The values without infinite ones, which frictionless reads as numbers."""
        return _kept(values, pc.is_finite(values)) if pa.types.is_floating(self._kind) else values


class DateScreen(ParsedScreen):
    """Dates in the form ``YYYY-MM-DD``, within bounds."""

    def __init__(self, bounds: Mapping[str, Any], missing: pa.Array) -> None:
        super().__init__(pa.date32(), "", bounds, missing)

    def _parsed(self, texts: pa.Array) -> pa.Array:
        days, real = days_of(texts)
        values = pa.Array.from_buffers(pa.date32(), len(texts), [None, pa.py_buffer(days)])
        if texts.null_count:
            real &= texts.is_valid().to_numpy(zero_copy_only=False)
        return values if real.all() else masked(values, real)


class _DigitsScreen(ParsedScreen):
    """Values that are left as texts where those show by themselves that they are within bounds."""

    @abstractmethod
    def _certain_texts(self, texts: pa.Array) -> Mask | None:
        """Texts that are values within bounds; ``None``: they have to be parsed."""

    def parse(self, texts: pa.Array) -> pa.Array:
        """Texts or parsed values; everything else is null."""
        certain = self._certain_texts(texts)
        if certain is None:
            return super().parse(texts)
        return _without(texts if certain.all() else masked(texts, certain), self._missing, texts)

    def keys(self, parsed: pa.Array) -> pa.Array:
        return super().keys(pc.cast(parsed, self._kind))


class NumberScreen(_DigitsScreen):
    """Numbers."""

    def __init__(self, bounds: Mapping[str, float], missing: pa.Array, all_from_0: bool) -> None:
        super().__init__(pa.float64(), r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$", bounds, missing, strict=True)
        self._all_from_0 = all_from_0

    def _certain_texts(self, texts: pa.Array) -> Mask | None:
        return decimals_in(texts, _LONGEST_DOUBLE) if self._all_from_0 else None


class IntegerScreen(_DigitsScreen):
    """Whole numbers."""

    def __init__(self, bounds: Mapping[str, int], missing: pa.Array) -> None:
        super().__init__(pa.int64(), "^-?[0-9]{1,18}$", bounds, missing)
        # Between 0 and the greatest such number all lie within bounds if both do.
        counts = [count for count in range(1, _LONGEST_INT64 + 1) if self._holds(10**count - 1)]
        self._digits = max(counts, default=0) if self._holds(0) else 0

    def _holds(self, number: int) -> bool:
        return all(bound.holds(number, value) for bound, value in self._bounds)

    def _certain_texts(self, texts: pa.Array) -> Mask | None:
        return digits_in(texts, self._digits) if self._digits else None


def screen_for(field: Any, missing_values: list[str]) -> Screen | None:
    """The screen for a frictionless field, or ``None`` when every distinct cell has to be read.

    Args:
        missing_values: the texts that count as missing in this field.
    """
    constraints = {name: value for name, value in field.constraints.items()
                   if name not in {"required", "unique"} and value is not None}  # fmt: skip
    special = pa.array([text for text in missing_values if text], pa.string())
    if field.type in {"string", "any"}:
        return _text_screen(field, constraints, special, "" in missing_values)
    if not constraints.keys() <= _BOUNDS.keys():
        return None
    return _parsed_screen(field, constraints, special)


def _text_screen(field: Any, constraints: Mapping[str, Any], special: pa.Array, empty: bool) -> Screen | None:
    allowed = set() if field.type == "any" else _LENGTHS | {"pattern"}
    if not constraints.keys() <= allowed:
        return None
    if any(type(constraints[name]) is not int for name in _LENGTHS & constraints.keys()):
        return None
    pattern: Pattern | None = None
    if "pattern" in constraints:
        pattern = _pattern_of(str(constraints["pattern"]))
        if pattern is None:
            return None
    if field.type == "string" and field.format in {*FORMATS, "binary", "wkt"}:
        if pattern is not None or field.format not in FORMATS:
            return None
        pattern = _Expression(FORMATS[field.format])
    return TextScreen(constraints, pattern, special, empty)


def _parsed_screen(field: Any, constraints: Mapping[str, Any], special: pa.Array) -> Screen | None:
    if field.type == "datetime" and field.format == "default" and not constraints:
        pattern = f"^[12][0-9]{{3}}-{_DAYS}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z?$"
        return _DatetimeScreen(pattern, special)
    read = field.create_value_reader()
    bounds = {name: read(value) for name, value in constraints.items()}
    if field.type == "integer" and field.bare_number:
        if not all(type(bound) is int and bound in _INT64 for bound in bounds.values()):
            return None
        return IntegerScreen(bounds, special)
    if field.type == "number" and not {"group_char", "decimal_char", "bare_number"} & set(field.list_defined()):
        doubles = {name: double for name, bound in bounds.items() if (double := _double(bound)) is not None}
        if len(doubles) < len(bounds):
            return None
        below = {"minimum": operator.le, "exclusiveMinimum": operator.lt}
        all_from_0 = all(name in below and below[name](bound, 0) for name, bound in bounds.items())
        return NumberScreen(doubles, special, all_from_0)
    if field.type == "date" and field.format == "default":
        if not all(type(bound) is dt.date for bound in bounds.values()):
            return None
        return DateScreen(bounds, special)
    return None


class _DatetimeScreen(Screen):
    """Times as text, so that the difference between a time without offset and one in UTC is kept."""

    def __init__(self, pattern: str, missing: pa.Array) -> None:
        self._pattern = pattern
        self._missing = missing

    def parse(self, texts: pa.Array) -> pa.Array:
        return _without(_kept(texts, pc.match_substring_regex(texts, self._pattern)), self._missing, texts)

    def keys(self, parsed: pa.Array) -> pa.Array:
        return pc.replace_substring(parsed, "Z", "+00:00")


def _extremes(numbers: pa.Array) -> tuple[Any, Any]:
    """The least and the greatest of a column of numbers, of which there is one."""
    if numbers.null_count:
        return tuple(pc.min_max(numbers).as_py().values())
    found = numbers.to_numpy()
    return found.min(), found.max()


def _number(bound: Any) -> Any:
    """A bound as a number: a date as days."""
    return (bound - _EPOCH).days if isinstance(bound, dt.date) else bound


def _double(bound: Any) -> float | None:
    if not isinstance(bound, (int, float, Decimal)) or isinstance(bound, bool):
        return None
    try:
        double = float(bound)
    except (OverflowError, ValueError):
        return None
    return None if math.isnan(double) else double


def _pattern_of(constraint: str) -> Pattern | None:
    """The constraint ``pattern``, or ``None`` when no expression is certainly inside it."""
    if ranges := byte_ranges(constraint):
        return ByteRanges(ranges)
    expression = narrower_pattern(constraint)
    if expression is None:
        return None
    try:
        pc.match_substring_regex(pa.array([""]), expression)
    except pa.ArrowInvalid:
        return None
    return _Expression(expression)


def _both(one: Mask | None, other: Mask) -> Mask:
    return other if one is None else one & other


def _kept(values: pa.Array, mask: pa.Array | None) -> pa.Array:
    """``values`` with null where ``mask`` is not true."""
    return values if mask is None else pc.if_else(mask, values, pa.scalar(None, values.type))


def _without(values: pa.Array, missing: pa.Array, texts: pa.Array) -> pa.Array:
    """``values`` with null where the text is a missing value (other than the empty one)."""
    if len(missing) == 0:
        return values
    absent = pc.is_in(texts, missing)
    return _kept(values, pc.invert(absent)) if pc.any(absent).as_py() else values
