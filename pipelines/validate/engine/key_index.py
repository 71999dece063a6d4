"""Which rows repeat a key: exact, block by block, in bounded memory.

Every key is a 64-bit hash in sorted runs. A filter says which hashes of a block may have been seen; only those are
looked up in the runs, and only where a hash is found are the keys themselves compared, from a spool. So a collision
costs a look-up and never a wrong verdict.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.validate.engine.hashing import Hashes, hashes_of
from pipelines.validate.engine.model import Mask, Positions
from pipelines.validate.engine.spill import Runs, Spill, ascending

#: The bits of a hash that give way to the position of a row in its block, if that has at most so many rows.
_PLACES = 1 << 20
_PLACE, _PLACE_BITS = np.uint64(_PLACES - 1), np.uint64(20)
#: Slots of a filter that are tried for a hash.
_PROBES = 16
#: Memory of one filter unless told otherwise, in bytes.
_FILTER_BYTES = 1 << 20


class KeyIndex:
    """The keys of one primary key, unique field or unique key.

    Args:
        width: how many columns the key has.
        spill: keeps what does not fit in memory.
        filter_bytes: memory for the filter, a power of two.
    """

    def __init__(self, width: int, spill: Spill, filter_bytes: int = _FILTER_BYTES) -> None:
        self._schema = pa.schema([(f"k{position}", pa.string()) for position in range(width)])
        self._filter = _Filter(filter_bytes)
        self._runs = Runs(spill)
        self._spool = _Spool(self._schema, spill)

    def add(self, columns: list[pa.Array], numbers: Positions) -> dict[int, int]:
        """Add a block's keys.

        Args:
            columns: canonical texts of the key's columns; rows without a key are left out by the caller.
            numbers: their row numbers, ascending, also from block to block.

        Returns:
            For each position whose key has come before: the number of the last earlier row that has it.
        """
        if len(numbers) == 0:
            return {}
        keys = pa.record_batch(columns, schema=self._schema)
        ordered, order = _ascending(hashes_of(keys))
        repeats = {later: int(numbers[earlier]) for later, earlier in _within(keys, ordered, order).items()}
        places = np.flatnonzero(self._filter.seen(ordered))
        repeats |= self._before(keys, ordered, order, _without(places, order, repeats))
        self._runs.append(ordered, order + self._spool.rows)
        self._spool.append(keys, numbers)
        return repeats

    def _before(self, keys: pa.RecordBatch, ordered: Hashes, order: Positions,
                places: Positions) -> dict[int, int]:  # fmt: skip
        """Repeats of keys of earlier blocks, among ``places`` of ``ordered``."""
        repeats: dict[int, int] = {}
        for run, ordinals in self._runs.newest_first():
            if len(places) == 0:
                break
            low = np.searchsorted(run, ordered[places], side="left")
            found = np.flatnonzero(run[np.minimum(low, len(run) - 1)] == ordered[places])
            if len(found) == 0:
                continue
            low, high = low[found], np.searchsorted(run, ordered[places[found]], side="right") - 1
            positions = order[places[found]]
            equal = self._spool.equal(keys, positions, ordinals[high])
            repeats |= zip(positions[equal].tolist(), self._spool.numbers(ordinals[high[equal]]).tolist(), strict=True)
            for at in np.flatnonzero(~equal):
                earlier = self._collided(keys, positions[at : at + 1], ordinals[int(low[at]) : int(high[at])])
                if earlier is not None:
                    repeats[int(positions[at])] = earlier
            places = _without(places, order, repeats)
        return repeats

    def _collided(self, keys: pa.RecordBatch, position: Positions, ordinals: Positions) -> int | None:
        """The last of the rows ``ordinals``, which share a hash with the row at ``position``, that has its key."""
        for place in range(len(ordinals) - 1, -1, -1):
            one = ordinals[place : place + 1]
            if self._spool.equal(keys, position, one)[0]:
                return int(self._spool.numbers(one)[0])
        return None


class _Filter:
    """Which hashes may have occurred: a hash table of fingerprints, visited in order, so that it stays cheap.

    Leading bits of a hash say where to look first, sixteen others are its fingerprint. From there on slots are
    tried one after the other until one has the fingerprint or is free. Nothing is ever taken out, so a hash that has
    occurred is found again; where so many slots in a row are taken that the search ends, it may have occurred.
    """

    def __init__(self, size: int) -> None:
        count = size // 2
        self._slots = np.zeros(count + _PROBES, dtype=np.uint16)
        self._shift = np.uint64(64 - (count.bit_length() - 1))

    def seen(self, ordered: Hashes) -> Mask:
        """Whether each hash may have come in an earlier call (``False`` is certain); remembers them."""
        slots = (ordered >> self._shift).view(np.int64)
        prints = (ordered >> _PLACE_BITS).astype(np.uint16)
        np.maximum(prints, 1, out=prints)  # 0 is a free slot
        seen: Mask = np.zeros(len(ordered), dtype=np.bool_)
        rows: Positions | None = None  # those still looked for; ``None``: all
        for _ in range(_PROBES):
            found = self._slots[slots]
            hits = found == prints
            if hits.any():
                seen[hits if rows is None else rows[hits]] = True
            self._slots[slots] = np.where(found == 0, prints, found)
            # Of several that wanted the same free slot, one with another fingerprint has got it.
            rest = np.flatnonzero(self._slots[slots] != prints)
            if len(rest) == 0:
                return seen
            rows, slots, prints = rest if rows is None else rows[rest], slots[rest] + 1, prints[rest]
        seen[rows] = True
        return seen


class _Spool:
    """The keys of all rows so far, with their row numbers, by ordinal."""

    def __init__(self, schema: pa.Schema, spill: Spill) -> None:
        self._schema = schema
        self._spill = spill
        self._batches: list[pa.Buffer] = []
        self._numbers: list[Positions | int] = []  # or the first one of numbers that follow each other
        self._starts: list[int] = []
        self.rows = 0

    def append(self, keys: pa.RecordBatch, numbers: Positions) -> None:
        self._starts.append(self.rows)
        self._batches.append(pa.py_buffer(self._spill.keep(keys.serialize())))
        following = int(numbers[-1]) - int(numbers[0]) == len(numbers) - 1
        self._numbers.append(int(numbers[0]) if following else self._spill.keep_array(numbers))
        self.rows += len(numbers)

    def numbers(self, ordinals: Positions) -> Positions:
        """Row numbers of ``ordinals``."""
        found = np.empty(len(ordinals), dtype=np.int64)
        for batch, chosen in self._by_batch(ordinals):
            places, numbers = ordinals[chosen] - self._starts[batch], self._numbers[batch]
            found[chosen] = places + numbers if isinstance(numbers, int) else numbers[places]
        return found

    def equal(self, keys: pa.RecordBatch, positions: Positions, ordinals: Positions) -> Mask:
        """Whether the keys at ``positions`` of a block are those of the rows at ``ordinals``."""
        same = np.zeros(len(ordinals), dtype=np.bool_)
        for batch, chosen in self._by_batch(ordinals):
            earlier = pa.ipc.read_record_batch(self._batches[batch], self._schema)
            same[chosen] = _equal(keys, positions[chosen], earlier, ordinals[chosen] - self._starts[batch])
        return same

    def _by_batch(self, ordinals: Positions) -> list[tuple[int, Positions]]:
        batches = np.searchsorted(np.array(self._starts), ordinals, side="right") - 1
        return [(int(batch), np.flatnonzero(batches == batch)) for batch in np.unique(batches)]


def _ascending(hashes: Hashes) -> tuple[Hashes, Positions]:
    """The leading bits of ``hashes`` in ascending order, and the order: equal ones as they come."""
    if len(hashes) > _PLACES:
        hashes &= ~_PLACE
        order = ascending(hashes)
        return hashes[order], order
    # Sorting numbers is several times faster than finding their order, so each brings its position along.
    hashes &= ~_PLACE
    hashes |= np.arange(len(hashes), dtype=np.uint64)
    hashes.sort()
    order = (hashes & _PLACE).view(np.int64)
    hashes &= ~_PLACE
    return hashes, order


def _without(places: Positions, order: Positions, known: dict[int, int]) -> Positions:
    """The places whose row is not ``known``."""
    if not known:
        return places
    return places[~np.isin(order[places], np.fromiter(known, dtype=np.int64, count=len(known)))]


def _within(keys: pa.RecordBatch, ordered: Hashes, order: Positions) -> dict[int, int]:
    """Positions whose key stands earlier in the same block, with the last such position."""
    places = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    if len(places) == 0:
        return {}
    later, earlier = order[places], order[places - 1]
    equal = _equal(keys, later, keys, earlier)
    repeats = dict(zip(later[equal].tolist(), earlier[equal].tolist(), strict=True))
    for place in places[~equal].tolist():  # collisions: walk back through the rows with this hash
        before = place - 2
        while before >= 0 and ordered[before] == ordered[place]:
            if _equal(keys, order[place : place + 1], keys, order[before : before + 1])[0]:
                repeats[int(order[place])] = int(order[before])
                break
            before -= 1
    return repeats


def _equal(keys: pa.RecordBatch, positions: Positions, others: pa.RecordBatch, places: Positions) -> Mask:
    same: Mask = np.ones(len(positions), dtype=np.bool_)
    for one, other in zip(keys.columns, others.columns, strict=True):
        left, right = one.take(pa.array(positions)), other.take(pa.array(places))
        values = pc.fill_null(pc.equal(left, right), False)
        both_null = pc.and_(left.is_null(), right.is_null())
        same &= pc.or_(values, both_null).to_numpy(zero_copy_only=False)
    return same
