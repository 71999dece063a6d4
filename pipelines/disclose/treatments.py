"""Carry out treatments on columns, a record batch at a time.

Absent values stay absent. Masks, surrogates, prefixes and bands are texts whatever the field was; a shortened date is
a date; rounded and top-coded numbers keep their type, decimals exactly.
"""

from __future__ import annotations

import hmac
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any, assert_never

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.disclose.keys import SurrogateKey
from pipelines.disclose.plan import FieldPlan, Keep, canonical
from pipelines.registry.disclosures import Drop, Generalise, Mask, Round, Surrogate, TopCode

_SURROGATE_BYTES = 16


@dataclass(frozen=True)
class Treated:
    """A public column (``None``: left out) and in how many rows a value was treated."""

    column: pa.Array | None
    rows: int


def public_type(plan: FieldPlan, stored: pa.DataType) -> pa.DataType:
    """The Arrow type of the public column of a field that is stored as ``stored``."""
    match plan.action:
        case Keep() | Drop() | Round() | TopCode():
            return stored
        case Mask() | Surrogate():
            return pa.string()
        case Generalise() as generalise:
            return pa.date32() if generalise.gives_date else pa.string()
        case never:
            assert_never(never)


def treat(plan: FieldPlan, batch: pa.RecordBatch, key: SurrogateKey) -> Treated:
    """The public column of one field for one batch of validated rows."""
    column = batch.column(plan.spec.name)
    match plan.action:
        case Keep():
            return Treated(column, 0)
        case Drop():
            if not plan.spared:
                return Treated(None, _count(pc.is_valid(column)))
            treated = _is_meant(plan, batch)
            empty = pa.nulls(len(column), column.type)
            return Treated(pc.if_else(treated, empty, column), _count(pc.and_(treated, pc.is_valid(column))))
        case Mask() as mask:
            treated, texts = _is_meant(plan, batch), _texts(column)
            masked = _map_distinct(texts, lambda text: masked_text(text, mask))
            return Treated(pc.if_else(treated, masked, texts), _count(pc.and_(treated, pc.is_valid(column))))
        case Round() | TopCode() as coarser:
            treated, kind = _is_meant(plan, batch), column.type
            function = _rounded(coarser, kind) if isinstance(coarser, Round) else _top_coded(coarser, kind)
            changed = _map_distinct(column, function, kind)
            return Treated(pc.if_else(treated, changed, column), _count(pc.and_(treated, pc.is_valid(column))))
        case Surrogate(domain=domain):
            surrogates = _map_distinct(_texts(column), lambda text: surrogate(text, domain, key))
            return Treated(surrogates, _count(pc.is_valid(column)))
        case Generalise() as generalise:
            return Treated(_generalised(column, generalise), _count(pc.is_valid(column)))
        case never:
            assert_never(never)


def masked_text(text: str, mask: Mask) -> str:
    """``text`` with all but its first and last characters masked; a text with nothing between is masked whole."""
    hidden = len(text) - mask.keep_first - mask.keep_last
    if hidden <= 0:
        return mask.character * (mask.length or len(text))
    last = text[len(text) - mask.keep_last :]
    return text[: mask.keep_first] + mask.character * (mask.length or hidden) + last


def surrogate(text: str, domain: str, key: SurrogateKey) -> str:
    """Keyed pseudonym of ``text``: HMAC-SHA-256 (RFC 2104) truncated to 128 bits, 32 hexadecimal digits.

    Full-width forms and outer white space make no difference. The domain ends with a zero byte, which no
    identifier has, so texts of different domains never meet.
    """
    message = domain.encode() + b"\0" + canonical(text).encode()
    return hmac.digest(key.secret, message, "sha256")[:_SURROGATE_BYTES].hex()


def _generalised(column: pa.Array, generalise: Generalise) -> pa.Array:
    if generalise.gives_date:
        return pc.floor_temporal(column, unit=generalise.to).cast(pa.date32())
    if generalise.bounds is not None:
        bounds, whole = generalise.bounds, pa.types.is_integer(column.type)
        return _map_distinct(column, lambda value: band(value, bounds, whole=whole))
    shortened = pc.utf8_slice_codeunits(_texts(column), 0, generalise.length)
    if generalise.pad_to is None:
        return shortened
    return pc.utf8_rpad(shortened, generalise.pad_to, "0")


def _is_meant(plan: FieldPlan, batch: pa.RecordBatch) -> pa.Array:
    """Rows the treatment is for: all but those whose other field has a known other value."""
    treated = pa.array([True] * batch.num_rows, pa.bool_())
    for name, values in plan.spared.items():
        other = _map_distinct(_texts(batch.column(name)), canonical)
        spared = pc.is_in(other, value_set=pa.array(sorted(values), pa.string()))
        treated = pc.and_(treated, pc.invert(spared))
    return treated


def _rounded(how: Round, kind: pa.DataType) -> Callable[[Any], Any]:
    """Fractions are exact whatever the type; ``round`` takes halves to the even multiple. What is not finite stays."""
    python_type, largest = type(pa.scalar(0, kind).as_py()), _largest(kind)

    def rounded(value: Any) -> Any:
        if not math.isfinite(value):
            return value
        multiple = round(Fraction(value) / how.to) * how.to
        if largest is not None and abs(multiple) > largest:
            multiple -= how.to if multiple > 0 else -how.to
        return python_type(multiple)

    return rounded


def _top_coded(how: TopCode, kind: pa.DataType) -> Callable[[Any], Any]:
    """Thresholds with more decimals than the field has are taken inwards: nothing beyond them is shown."""
    digits = Decimal(1).scaleb(-kind.scale) if pa.types.is_decimal(kind) else Decimal(1)
    above, below = how.above, how.below
    if not pa.types.is_floating(kind):
        above = None if above is None else above.quantize(digits, ROUND_FLOOR)
        below = None if below is None else below.quantize(digits, ROUND_CEILING)
    python_type = type(pa.scalar(0, kind).as_py())

    def top_coded(value: Any) -> Any:
        if above is not None and value > above:
            return python_type(above)
        return python_type(below) if below is not None and value < below else value

    return top_coded


def _largest(kind: pa.DataType) -> int | None:
    """The largest whole number of a type that is exact."""
    if pa.types.is_decimal(kind):
        return int(10 ** (kind.precision - kind.scale)) - 1
    return None if pa.types.is_floating(kind) else 2**63 - 1


def band(value: int | float | Decimal, bounds: Sequence[int], *, whole: bool) -> str | None:
    """The band that a number lies in: ``<18``, ``18-34``, ``60+``; of numbers that are not whole ``[18,35)``.

    ``bounds`` are the lower ends of all bands but the first. NaN lies in none.
    """
    if value != value:  # noqa: PLR0124
        return None
    position = bisect_right(bounds, value)
    if position == 0:
        return f"<{bounds[0]}"
    if position == len(bounds):
        return f"{bounds[-1]}+"
    lower, upper = bounds[position - 1], bounds[position]
    if not whole:
        return f"[{lower},{upper})"
    return str(lower) if upper == lower + 1 else f"{lower}-{upper - 1}"


def _texts(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _map_distinct(column: pa.Array, function: Callable[[Any], Any], kind: pa.DataType | None = None) -> pa.Array:
    """Apply ``function`` once per distinct value; ``kind`` is the type of what it gives, text if not given."""
    encoded = column.dictionary_encode()
    mapped = [function(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(mapped, kind or pa.string()).take(encoded.indices)


def _count(rows: pa.Array) -> int:
    return int(rows.true_count)
