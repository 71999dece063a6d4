"""Tables beside each other: what stands right of empty columns and has a header and words of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.ingest.detection.filled import Filled, Part
from pipelines.ingest.detection.heads import Head
from pipelines.ingest.detection.stacked import head_of, stacked

#: Nobody puts so many tables beside each other: a table with so many gaps is one.
_MOST_STRIPS = 100


@dataclass
class _Strip:
    """Columns between empty ones; ``head`` is that of the first table in them."""

    part: Part
    head: Head | None

    @classmethod
    def of(cls, filled: Filled, part: Part) -> _Strip:
        pieces = (trimmed for piece in stacked(filled, part) if (trimmed := filled.trimmed(piece)) is not None)
        return cls(part, next((head for piece in pieces if (head := head_of(filled, piece)) is not None), None))


def beside(filled: Filled, part: Part) -> tuple[list[Part], list[Part]]:
    """The tables of a part from left to right, and what else stands beside them; the part itself where it is one."""
    groups: list[_Strip] = []
    runs = list(_runs(_columns(filled, part)))
    for left, right in runs if len(runs) <= _MOST_STRIPS else ():
        strip = _Strip.of(filled, part._replace(left=part.left + left, right=part.left + right))
        if groups and not _is_another(filled, strip, groups[-1]) and _goes_with(filled, strip, groups[-1]):
            groups[-1] = _Strip.of(filled, groups[-1].part._replace(right=strip.part.right))
        else:
            groups.append(strip)
    tables = [group.part for group in groups if group.head is not None]
    if len(groups) < 2 or not tables:
        return [part], []
    others = [filled.trimmed(group.part) for group in groups if group.head is None]
    trimmed = [filled.trimmed(table) for table in tables]
    return [table for table in trimmed if table is not None], [other for other in others if other is not None]


def _columns(filled: Filled, part: Part) -> int:
    """The columns that rows of several cells fill, or that cells of such rows are merged over."""
    columns = 0
    several = set()
    for place, mask in enumerate(filled.masks_of(part), start=part.first):
        if mask.bit_count() > 1:
            columns |= mask
            several.add(filled.numbers[place] - 1)
    for (top, left), (_, right) in filled.grid.merges:
        if top in several and part.left <= left and right <= part.right:
            columns |= (1 << (right - part.left + 1)) - (1 << (left - part.left))
    return columns


def _runs(columns: int) -> Iterator[tuple[int, int]]:
    place = 0
    while columns >> place:
        if columns >> place & 1:
            first = place
            while columns >> place & 1:
                place += 1
            yield first, place - 1
        place += 1


def _is_another(filled: Filled, strip: _Strip, before: _Strip) -> bool:
    """Whether a strip is a table beside one: it names its rows itself; columns of figures alone go on with others.

    Words only, in the same rows as the table before them, are columns of it as well.
    """
    if strip.head is None or before.head is None:
        return False
    if strip.head.labels[0] and strip.head.labels[0] == before.head.labels[0]:
        return True
    ends = [trimmed.last for part in (strip.part, before.part) if (trimmed := filled.trimmed(part)) is not None]
    same = strip.head.row == before.head.row and len(set(ends)) == 1
    return bool(strip.head.words) and not (same and not strip.head.figures)


def _goes_with(filled: Filled, strip: _Strip, before: _Strip) -> bool:
    """Whether columns belong to those before: they have a cell beside the header, or beside most rows."""
    for one, head in ((strip.part, before.head), (before.part, strip.head)):
        if head is not None and any(filled.masks_of(one._replace(first=head.first, last=head.after - 1))):
            return True
    here, there = filled.masks_of(strip.part), filled.masks_of(before.part)
    both = sum(1 for one, other in zip(here, there, strict=True) if one and other)
    return 2 * both >= sum(map(bool, here)) and 2 * both >= sum(map(bool, there))
