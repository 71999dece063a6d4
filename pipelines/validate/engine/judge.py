"""The verdict on a block: which rows have errors, and what only the whole table can tell about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.validate.engine.columns import ColumnReader, ColumnVerdict
from pipelines.validate.engine.key_index import KeyIndex
from pipelines.validate.engine.model import NO_FACTS, Block, Mask, Positions, RowFacts
from pipelines.validate.engine.plan import Plan
from pipelines.validate.engine.spill import Spill
from pipelines.validate.engine.store import LookupTable, Store

#: Bytes of a filter, of which a row gets as many as ``_BYTES_PER_ROW`` up to a limit for all filters together. Larger
#: ones for tables of more than ``_MANY_ROWS``, where a full filter would cost much time.
_SMALLEST_FILTER, _FILTERS, _LARGE_FILTERS = 1 << 16, 64 << 20, 512 << 20
_BYTES_PER_ROW, _MANY_ROWS = 4, 1 << 24


@dataclass(frozen=True)
class BlockVerdict:
    """The verdict on one block. ``faulty``: the rows with errors; ``facts`` by position in the block."""

    block: Block
    columns: Mapping[str, ColumnVerdict]
    faulty: Mask
    facts: Mapping[int, RowFacts]

    def positions(self) -> Positions:
        """Positions of the rows with errors."""
        return np.flatnonzero(self.faulty)

    def facts_of(self, position: int) -> RowFacts:
        """What the whole table tells about a row."""
        return self.facts.get(position, NO_FACTS)


class Judge:
    """Judges the blocks of one table, in order. A context manager.

    Args:
        plan: what to check.
        work: a private folder for what does not fit in memory.
        rows: about how many rows there are; ``None``: unknown.
    """

    def __init__(self, plan: Plan, work: Path, rows: int | None = None) -> None:
        self.plan = plan
        self.readers = {
            name: ColumnReader(plan.fields[name], handler.reader, keyed=name in plan.keyed,
                               own_check=plan.own.check(name))
            for name, handler in plan.handlers.items()
        }  # fmt: skip
        self.store = Store(work)
        self._lookups: Sequence[LookupTable] = ()
        spill = Spill(work)
        indexes = len(plan.unique) + bool(plan.primary) + len(plan.own.keys)
        size = _filter_size(rows, max(1, indexes))
        self._unique = {name: KeyIndex(1, spill, size) for name in plan.unique}
        self._primary = KeyIndex(len(plan.primary), spill, size) if plan.primary else None
        self._own = [KeyIndex(len(key), spill, size) for key in plan.own.keys]

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.store.__exit__(kind, error, trace)

    def look_up_in(self, lookups: Sequence[LookupTable]) -> None:
        """Give the referenced tables, one per foreign key of the plan."""
        self._lookups = lookups

    def judge(self, block: Block) -> BlockVerdict:
        """Judge the next block.

        Raises:
            Uncertified: a cell has to be met by frictionless itself.
        """
        columns = {name: reader.judge(cells)
                   for (name, reader), cells in zip(self.readers.items(), block.columns, strict=True)}  # fmt: skip
        faulty = _blank(columns.values(), block.rows)
        for column in columns.values():
            if column.faulty is not None:
                faulty |= column.faulty
        for position in block.ragged:
            faulty[position] = True
        keys = {name: self.readers[name].keys(columns[name]) for name in self.plan.keyed}
        facts: dict[int, RowFacts] = {}
        self._check_keys(keys, block.numbers, faulty, facts)
        faulty[list(facts)] = True
        return BlockVerdict(block, columns, faulty, facts)

    def _check_keys(self, keys: Mapping[str, pa.Array], numbers: Positions, faulty: Mask,
                    facts: dict[int, RowFacts]) -> None:  # fmt: skip
        def of(position: int) -> RowFacts:
            return facts.setdefault(position, RowFacts())

        for name, index in self._unique.items():
            for position, earlier in _added(index, [keys[name]], numbers, np.logical_and):
                of(position).unique[name] = earlier
        if self._primary is not None:
            columns = [keys[name] for name in self.plan.primary]
            faulty |= ~_present(columns, np.logical_or)
            for position, earlier in _added(self._primary, columns, numbers, np.logical_or):
                of(position).primary = earlier
        for number, key in enumerate(self.plan.own.keys):
            # As in SQL, a missing value is equal to nothing.
            for position, earlier in _added(self._own[number], [keys[name] for name in key], numbers, np.logical_and):
                of(position).own_keys[number] = earlier
        for number, (foreign, lookup) in enumerate(zip(self.plan.foreign, self._lookups, strict=True)):
            columns = [keys[name] for name in foreign.fields]
            for position in np.flatnonzero(lookup.absent(columns) & _present(columns, np.logical_or)).tolist():
                of(position).unresolved.add(number)


def _added(index: KeyIndex, columns: Sequence[pa.Array], numbers: Positions,
           join: Callable[..., Mask]) -> list[tuple[int, int]]:  # fmt: skip
    """Add the rows that have a key; positions of repeated ones and the row numbers of the earlier ones."""
    present = _present(columns, join)
    if present.all():
        return sorted(index.add(list(columns), numbers).items())
    places = np.flatnonzero(present)
    chosen = pa.array(places)
    repeats = index.add([column.take(chosen) for column in columns], numbers[places])
    return [(int(places[position]), earlier) for position, earlier in sorted(repeats.items())]


def _present(columns: Sequence[pa.Array], join: Callable[..., Mask]) -> Mask:
    """Rows where any (``logical_or``) or every (``logical_and``) column has a value."""
    present: Mask = columns[0].is_valid().to_numpy(zero_copy_only=False)
    for column in columns[1:]:
        present = join(present, column.is_valid().to_numpy(zero_copy_only=False))
    return present


def _blank(columns: Any, rows: int) -> Mask:
    """Rows whose cells are all missing."""
    blank: Mask = np.ones(rows, dtype=np.bool_)
    for column in columns:
        if column.missing is None:
            return np.zeros(rows, dtype=np.bool_)
        blank &= column.missing
    return blank


def _filter_size(rows: int | None, filters: int) -> int:
    """Bytes of each filter, a power of two."""
    limit = (_FILTERS if rows is None or rows <= _MANY_ROWS else _LARGE_FILTERS) // filters
    wanted = limit if rows is None else min(limit, 2 * rows * _BYTES_PER_ROW)
    return 1 << (max(_SMALLEST_FILTER, wanted).bit_length() - 1)
