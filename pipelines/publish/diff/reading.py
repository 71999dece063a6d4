"""Which files of a period have to be read, and the SQL that reads them.

A file that both versions have is not opened: its rows are the same on both sides. Taking equal rows away from both
sides changes no difference, whether rows are told by a key or by all their fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import CorruptStore
from pipelines.core.sql import identifier, literal
from pipelines.publish.diff.fields import ComparedField, FieldChanges
from pipelines.publish.diff.model import RowSet
from pipelines.publish.hashing import normalised
from pipelines.publish.records import Part, Segment
from pipelines.publish.schemas import columns, primary_key
from pipelines.publish.store import MISSING, WRONG_SIZE, object_path

#: SHA-256 of a stored file → where it can be read; raises FileNotFoundError.
Files = Callable[[str], Path]


@dataclass(frozen=True)
class Side:
    """What one version has in a period: its segment (``None``: nothing) and the parts that the other has not."""

    segment: Segment | None
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """Rows of those parts."""
        return sum(part.rows for part in self.parts)


@dataclass(frozen=True)
class PeriodFiles:
    """A period in which two versions may differ."""

    period: str
    old: Side
    new: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return self.old, self.new


def differing_periods(old: RowSet, new: RowSet, fields: FieldChanges) -> tuple[PeriodFiles, ...]:
    """The periods whose files are not the same in both versions, ascending."""
    before = {segment.period: segment for segment in old.segments}
    after = {segment.period: segment for segment in new.segments}
    found = []
    for period in sorted({*before, *after}):
        sides = _differing(before.get(period), after.get(period), fields)
        if sides[0].parts or sides[1].parts:
            found.append(PeriodFiles(period, *sides))
    return tuple(found)


def _differing(old: Segment | None, new: Segment | None, fields: FieldChanges) -> tuple[Side, Side]:
    before, after = (Counter(segment.parts if segment else ()) for segment in (old, new))
    if old is not None and new is not None and _reads_alike(old, fields):
        before, after = before - after, after - before
    return Side(old, tuple(before.elements())), Side(new, tuple(after.elements()))


def _reads_alike(old: Segment, fields: FieldChanges) -> bool:
    """Whether a file shows the same in the new version: a retyped field does if it was stored as the old one reads."""
    stored = columns(old.schema)
    return all(stored.get(entry.name, entry.old) == entry.old for entry in fields.compared if entry.retyped)


def is_unique(side: Side, fields: FieldChanges, *, old: bool) -> bool:
    """Whether rows of a side have different keys: they do by the key that the segment was written with."""
    if side.segment is None:
        return True
    stored = columns(side.segment.schema)
    same = all(stored.get(entry.name) == (entry.old if old else entry.new) for entry in fields.keys)
    return same and primary_key(side.segment.schema) == fields.key


def side_rows(side: Side, fields: Sequence[ComparedField], files: Files, *, old: bool) -> str:
    """SELECT for a side's rows: the field of position i as ``c<i>``, as its version reads it, beside ``present``.

    Raises:
        CorruptStore: when a file is missing or has another size.
    """
    if side.segment is None:
        raise ValueError("nothing to read")
    stored = columns(side.segment.schema)
    selected = ["true AS present"]
    for position, entry in enumerate(fields):
        value = (
            f"CAST({identifier(entry.name) if entry.name in stored else 'NULL'} AS {entry.old if old else entry.new})"
        )
        selected.append(f"{normalised(f'CAST({value} AS {entry.kind})', entry.kind)} AS c{position}")
    paths = ", ".join(literal(str(_local(files, part))) for part in side.parts)
    return f"SELECT {', '.join(selected)} FROM read_parquet([{paths}])"


def _local(files: Files, part: Part) -> Path:
    try:
        path = files(part.sha256)
        size = path.stat().st_size
    except FileNotFoundError:
        raise CorruptStore(object_path(part.sha256), MISSING) from None
    if size != part.bytes:
        raise CorruptStore(object_path(part.sha256), WRONG_SIZE)
    return path
