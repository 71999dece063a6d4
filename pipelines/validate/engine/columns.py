"""One column of a block: screened where that is certain, otherwise frictionless's reader once per distinct cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.validate.engine.canonical import canonical_of
from pipelines.validate.engine.model import Mask, Uncertified
from pipelines.validate.engine.screens import screen_for
from pipelines.validate.engine.text_arrays import empty_cells, nulls_of

#: Distinct cells whose readings are kept, and how many characters a cell may have to be kept; beyond that the memory
#: is worth more than reading again.
_MOST_KEPT, _LONGEST_KEPT = 100_000, 200
Codes = npt.NDArray[Any]


class Reading(NamedTuple):
    """What frictionless's reader made of a cell. ``key``: canonical text, if the column is part of a key."""

    faulty: bool
    missing: bool
    value: Any
    key: str | None


class ColumnVerdict:
    """The verdict on one column of a block.

    Attributes:
        faulty: cells with an error of their own; ``None``: no cell has one.
        missing: cells that frictionless reads as ``None`` without an error; ``None``: no cell is.
        parsed: what the screen parsed, null for cells that were read; ``None``: no screen.
        readings: the distinct readings of all other cells.
        codes: per cell, its position in ``readings``; -1 for screened cells.
    """

    def __init__(self, parsed: pa.Array | None, readings: Sequence[Reading], codes: Codes | None) -> None:
        self.parsed = parsed
        self.readings = readings
        self.codes = codes
        self.faulty = self._where([reading.faulty for reading in readings])
        self.missing = self._where([reading.missing for reading in readings])

    def _where(self, flags: list[bool]) -> Mask | None:
        if self.codes is None or not any(flags):
            return None
        # Screened cells have code -1 and so take the entry at the end.
        mask: Mask = np.array([*flags, False], dtype=np.bool_)[self.codes]
        return mask if mask.any() else None

    def read(self, kind: pa.DataType, value_of: Callable[[Reading], Any], screened: pa.Array | None) -> pa.Array:
        """A column of type ``kind``: ``screened`` and, for cells that were read, ``value_of`` their reading."""
        if self.codes is None:
            return screened
        distinct = pa.array([*(value_of(reading) for reading in self.readings), None], kind)
        positions = np.where(self.codes < 0, len(self.readings), self.codes)
        values = distinct.take(pa.array(positions))
        return values if screened is None else pc.coalesce(screened, values)


class ColumnReader:
    """Judges the cells of one field.

    Args:
        field: frictionless's field.
        reader: its cell reader.
        keyed: whether canonical texts of its values are needed.
        own_check: an additional check of a cast value, besides frictionless's.
    """

    def __init__(self, field: Any, reader: Callable[[Any], Any], *, keyed: bool = False,
                 own_check: Callable[[Any], bool] | None = None) -> None:  # fmt: skip
        self.field = field
        self._reader = reader
        self._own_check = own_check
        self._canonical = canonical_of(field) if keyed else None
        # Numbers are screened as doubles, which are not exact enough to be keys.
        unscreened = own_check is not None or (keyed and field.type == "number")
        self.screen = None if unscreened else screen_for(field, missing_values_of(field))
        self._kept: dict[str | None, Reading] = {}

    def judge(self, cells: pa.Array) -> ColumnVerdict:
        """Judge a column of type ``string``, plain or dictionary-encoded.

        Raises:
            Uncertified: frictionless's reader raised, or a key value has no canonical text.
        """
        if self.screen is None or len(cells) == 0 or pa.types.is_dictionary(cells.type):
            return self.read_all(cells)
        parsed = self.screen.parse(cells)
        if parsed.null_count == 0:
            return ColumnVerdict(parsed, (), None)
        rest = nulls_of(parsed)
        if cells.null_count == 0 and not (rest & ~empty_cells(cells)).any():
            return ColumnVerdict(parsed, [self._reading("")], rest.astype(np.int64) - 1)
        positions = np.flatnonzero(rest)
        readings, found = self._read_encoded(cells.take(pa.array(positions)).dictionary_encode())
        codes = np.full(len(cells), -1, dtype=np.int64)
        codes[positions] = found
        return ColumnVerdict(parsed, readings, codes)

    def read_all(self, cells: pa.Array) -> ColumnVerdict:
        """Judge a column of text without its screen."""
        encoded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
        return ColumnVerdict(None, *self._read_encoded(encoded))

    def keys(self, verdict: ColumnVerdict) -> pa.Array:
        """Canonical texts of the column's cast values; null where frictionless reads ``None``."""
        screened = None
        if verdict.parsed is not None and self.screen is not None:
            screened = self.screen.keys(verdict.parsed)
        return verdict.read(pa.string(), lambda reading: reading.key, screened)

    def _read_encoded(self, cells: pa.Array) -> tuple[list[Reading], Codes]:
        readings = [self._reading(text) for text in cells.dictionary.to_pylist()]
        codes = cells.indices
        if codes.null_count:
            readings.append(self._reading(None))
            codes = codes.fill_null(len(readings) - 1)
        return readings, codes.to_numpy(zero_copy_only=False)

    def _reading(self, text: str | None) -> Reading:
        if text is not None and len(text) > _LONGEST_KEPT:
            return self._read(text)
        reading = self._kept.get(text)
        if reading is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            reading = self._kept[text] = self._read(text)
        return reading

    def _read(self, text: str | None) -> Reading:
        try:
            value, notes = self._reader(text)
            key = None if self._canonical is None or value is None else self._canonical(value)
        except Uncertified:
            raise
        except Exception as problem:  # values that Python cannot compare: frictionless itself must meet them
            raise Uncertified("uncertified-reader", type=self.field.type, kind=type(problem).__name__) from None
        wrong_type = bool(notes) and "type" in notes
        faulty = bool(notes)
        if not faulty and value is not None and self._own_check is not None:
            faulty = not self._own_check(value)
        return Reading(faulty, value is None and not wrong_type, value, key)


def missing_values_of(field: Any) -> list[str]:
    """The texts that frictionless takes as missing in a field: its own, else its schema's."""
    if not field.has_defined("missing_values") and field.schema:
        return list(field.schema.missing_values)
    return list(field.missing_values)
