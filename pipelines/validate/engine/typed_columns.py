"""Judged columns as typed Arrow columns, with the casts that ``validate.casts`` makes value by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.messages import Message
from pipelines.registry import FieldSpec
from pipelines.registry.types import arrow_type
from pipelines.validate.casts import Unstorable, stored_cast
from pipelines.validate.engine.columns import ColumnReader, ColumnVerdict, Reading

#: What the stored type cannot hold: position in the block, field, why.
Refusal = tuple[int, str, Message]


class TypedColumn:
    """Turns one field's judged cells into its stored type."""

    def __init__(self, spec: FieldSpec, reader: ColumnReader | None, field: Any = None) -> None:
        self._spec = spec
        self._kind = arrow_type(spec)
        self._reader = reader
        self._reads_doubles = reader is not None and getattr(reader.field, "float_number", False)
        self._cast = stored_cast(spec, reader.field if reader else field)

    def column(self, cells: pa.Array, verdict: ColumnVerdict) -> tuple[pa.Array, list[Refusal]]:
        """The typed column, null where there is no value or it cannot be stored, and what cannot be."""
        screened = self._screened(cells, verdict.parsed)
        if screened is None and self._reader is not None and verdict.parsed is not None:
            verdict = self._reader.read_all(cells)
        return verdict.read(self._kind, self._stored, screened), self._refused(verdict)

    def _refused(self, verdict: ColumnVerdict) -> list[Refusal]:
        reasons = [self._reason(reading) for reading in verdict.readings]
        if verdict.codes is None or not any(reasons):
            return []
        # Screened cells have code -1 and so take the entry at the end.
        codes = verdict.codes
        positions = np.flatnonzero(np.array([*(reason is not None for reason in reasons), False])[codes])
        return [
            (position, self._spec.name, reason)
            for position in positions.tolist()
            if (reason := reasons[codes[position]]) is not None
        ]

    def absent(self, rows: int) -> pa.Array:
        """The column of a field that was not delivered."""
        return pa.nulls(rows, self._kind)

    def values(self, values: Sequence[Any]) -> tuple[pa.Array, list[Refusal]]:
        """The typed column of cast values."""
        readings = [Reading(False, value is None, value, None) for value in values]
        refused = [
            (position, self._spec.name, reason)
            for position, reading in enumerate(readings)
            if (reason := self._reason(reading)) is not None
        ]
        return pa.array([self._stored(reading) for reading in readings], self._kind), refused

    def _screened(self, cells: pa.Array, parsed: pa.Array | None) -> pa.Array | None:
        """Screened cells in the stored type; ``None`` when they have to be cast one by one."""
        if parsed is None or (pa.types.is_decimal(self._kind) and self._reads_doubles):
            return None
        if parsed.type == self._kind:
            return parsed
        try:
            if pa.types.is_decimal(self._kind):
                texts = pc.if_else(parsed.is_valid(), cells, pa.scalar(None, pa.string()))
                return pc.cast(texts, self._kind)
            if pa.types.is_floating(self._kind) or pa.types.is_integer(self._kind):
                return pc.cast(parsed, self._kind)  # numbers that were certain without being parsed
            if pa.types.is_timestamp(self._kind):
                return pc.cast(pc.replace_substring(parsed, "Z", ""), self._kind)
        except pa.ArrowInvalid:
            return None
        return None

    def _stored(self, reading: Reading) -> Any:
        if reading.value is None:
            return None
        try:
            return self._cast(reading.value)
        except Unstorable:
            return None

    def _reason(self, reading: Reading) -> Message | None:
        if reading.value is None:
            return None
        try:
            self._cast(reading.value)
        except Unstorable as problem:
            return problem.message
        return None


def typed_columns(specs: Sequence[FieldSpec], readers: Mapping[str, ColumnReader]) -> dict[str, TypedColumn]:
    """A typed column per field; fields without a reader were not delivered."""
    return {spec.name: TypedColumn(spec, readers.get(spec.name)) for spec in specs}
