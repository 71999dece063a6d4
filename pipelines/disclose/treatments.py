"""Carry out treatments on columns, a record batch at a time.

Absent values stay absent. Masks, surrogates and prefixes are texts whatever the field was; a shortened date is
a date.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.disclose.keys import SurrogateKey
from pipelines.disclose.plan import FieldPlan, Keep, canonical
from pipelines.registry.disclosures import Drop, Generalise, Mask, Surrogate

_SURROGATE_BYTES = 16


@dataclass(frozen=True)
class Treated:
    """A public column (``None``: left out) and in how many rows a value was treated."""

    column: pa.Array | None
    rows: int


def public_type(plan: FieldPlan, stored: pa.DataType) -> pa.DataType:
    """The Arrow type of the public column of a field that is stored as ``stored``."""
    match plan.action:
        case Keep() | Drop():
            return stored
        case Mask() | Surrogate():
            return pa.string()
        case Generalise(to=to):
            return pa.string() if to == "prefix" else pa.date32()
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
    if generalise.length is None:
        return pc.floor_temporal(column, unit=generalise.to).cast(pa.date32())
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


def _texts(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _map_distinct(texts: pa.Array, function: Callable[[str], str]) -> pa.Array:
    """Apply ``function`` once per distinct text."""
    encoded = texts.dictionary_encode()
    return pa.array([function(text) for text in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices)


def _count(rows: pa.Array) -> int:
    return int(rows.true_count)
