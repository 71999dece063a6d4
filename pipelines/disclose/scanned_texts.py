"""Public columns as the texts that are looked at for personal data: numbers in full, JSON decoded."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.check_digits import luhn_check
from pipelines.disclose.plan import FieldPlan

#: The shortest number of interest, a mobile number, has eleven digits.
_SMALLEST = 10**10
#: From here on nothing counts in fractions: what has some is a number that something was done to.
_LARGE = 10**15
#: A float no longer holds every whole number.
_INEXACT = 2.0**53
_LONGEST = 10**20
#: Digits that every float keeps, and that spreadsheets keep.
_KEPT = 15
_IDENTITY_LENGTH = 18
_CARD_LENGTHS = (17, 18, 19)
_JSON_TYPES = {"object", "array", "geojson"}
#: Stands between the values of a document: no number goes on beyond it.
_BETWEEN = " | "
#: Figures in hundreds, up to fifteen digits. A quantity that is one was rounded, or summed from rounded ones.
_ROUNDED = "^[0-9]{9,13}00$"


def scanned_texts(plan: FieldPlan, column: pa.Array) -> pa.Array | None:
    """What to look at, one text per row of a public column. ``None``: nothing.

    Numbers count without their sign, those of fewer than eleven digits not at all. Floats beyond 2^53 stand for
    everything that may have been rounded to them (see :func:`spelled`).
    """
    stored = column.type
    if pa.types.is_boolean(stored) or pa.types.is_temporal(stored) or pa.types.is_null(stored):
        return None
    if pa.types.is_floating(stored):
        return _quantities(plan, _floats(column))
    if pa.types.is_integer(stored):
        return _quantities(plan, _from(_SMALLEST, pc.abs(column.cast(pa.int64()))).cast(pa.string()))
    if pa.types.is_decimal(stored):
        if stored.precision - stored.scale < len(str(_SMALLEST)):
            return None
        return _quantities(plan, _decimals(column))
    texts = column if pa.types.is_string(stored) else column.cast(pa.string())
    return _mapped(texts, _decoded) if plan.spec.type in _JSON_TYPES else texts


def spelled(number: float) -> str:
    """Digits of a whole float, and what it may have been before 2^53 and above were rounded to even numbers.

    An identity number's check character is lost, its birth date is not: it is spelled as spreadsheets round it. A
    card number gets the check digit that it must have had, unless its digits are too few to be a number's.
    """
    digits = str(int(number))
    if number < _INEXACT or number >= _LONGEST:
        return digits
    candidates = []
    for start in range(len(digits) - _IDENTITY_LENGTH + 1):
        step = 10 ** (len(digits) - start - _KEPT)
        candidates.append(str((int(number) + step // 2) // step)[start:] + "000")
    if len(digits) in _CARD_LENGTHS and len(digits.rstrip("0")) >= _KEPT:
        candidates.append(digits[:-1] + luhn_check(digits[:-1]))
    return _BETWEEN.join(candidates)


def _floats(column: pa.Array) -> pa.Array:
    size = pc.abs(column)
    large = pc.and_(pc.is_finite(size), pc.greater_equal(size, float(_LARGE)))
    whole = pc.and_(pc.equal(pc.floor(size), size), pc.less(size, _INEXACT))
    exact = pc.if_else(pc.and_(pc.less(size, _INEXACT), pc.or_(whole, large)), pc.floor(size), None)
    texts = _from(_SMALLEST, exact).cast(pa.int64()).cast(pa.string())
    beyond = pc.indices_nonzero(pc.and_(large, pc.greater_equal(size, _INEXACT)))
    if len(beyond) == 0:
        return texts
    inexact = pa.array([spelled(number) for number in size.take(beyond).to_pylist()], pa.string())
    mask = pc.is_in(pa.array(range(len(column)), beyond.type), value_set=beyond)
    return pc.replace_with_mask(texts, mask, inexact)


def _decimals(column: pa.Array) -> pa.Array:
    texts = _from(_SMALLEST, pc.abs(column)).cast(pa.string())
    whole = pc.replace_substring_regex(texts, r"\.0+$", "")
    return pc.replace_substring_regex(whole, rf"^([0-9]{{{len(str(_LARGE))},}})\.[0-9]+$", r"\1")


def _quantities(plan: FieldPlan, texts: pa.Array) -> pa.Array:
    """Amounts may well have eleven digits or more, but hardly ever so many that count."""
    if plan.spec.unit is None:
        return texts
    return pc.if_else(pc.match_substring_regex(texts, _ROUNDED), None, texts)


def _from(smallest: int, column: pa.Array) -> pa.Array:
    """The column with numbers below ``smallest`` made absent."""
    bound = pa.scalar(Decimal(smallest), column.type) if pa.types.is_decimal(column.type) else smallest
    return pc.if_else(pc.greater_equal(column, bound), column, None)


def _mapped(texts: pa.Array, function: Callable[[str], str]) -> pa.Array:
    """Apply ``function`` once per distinct text."""
    encoded = texts.dictionary_encode()
    return pa.array([function(text) for text in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices)


def _decoded(text: str) -> str:
    """Keys and values of a JSON document: escapes would hide digits, and lists of numbers are not one number."""
    try:
        document = json.loads(text, object_pairs_hook=tuple)  # every pair, repeated keys too
    except (ValueError, RecursionError):
        return text
    return _BETWEEN.join(_leaves(document))


def _leaves(document: Any) -> Iterator[str]:
    """Every key and value, without recursion: documents may be nested as deep as the reader allows."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            waiting += reversed(value)
        elif isinstance(value, float) and math.isfinite(value) and abs(value) >= _LARGE:
            yield spelled(abs(value))
        elif value is not None and not isinstance(value, bool):
            yield str(value).removeprefix("-") if isinstance(value, (int, float)) else str(value)
