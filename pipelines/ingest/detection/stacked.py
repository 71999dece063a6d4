"""Tables below each other: what stands after empty rows and has a header of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from pipelines.ingest.detection.filled import Filled, Part
from pipelines.ingest.detection.footers import KNOWN
from pipelines.ingest.detection.heads import Head
from pipelines.ingest.detection.samples import first_text

#: Stretches between empty rows that are looked at; a table with more gaps goes on.
_MOST_STRETCHES = 200
_MOST_TITLES = 4


def stacked(filled: Filled, part: Part) -> list[Part]:
    """The tables of a part from top to bottom, with their titles and remarks; the part itself where it is one table."""
    stretches = list(_stretches(filled, part))
    starts: list[int] = []
    known: set[tuple[str, ...]] = set()
    for place, stretch in enumerate(stretches[:_MOST_STRETCHES]):
        head = Head.of(filled, stretch)
        if head is not None and (not starts or head.named or head.labels in known):
            starts.append(place)
            known.add(head.labels)
    if len(starts) < 2:
        return [part]
    begins = [0, *(start - _titles(filled, stretches[before + 1 : start])
                   for before, start in itertools.pairwise(starts)), len(stretches)]  # fmt: skip
    return [
        part._replace(first=stretches[begin].first, last=stretches[end - 1].last)
        for begin, end in itertools.pairwise(begins)
    ]


def head_of(filled: Filled, part: Part) -> Head | None:
    """The header of the first table in a part."""
    stretches = (Head.of(filled, stretch) for stretch in _stretches(filled, part))
    return Head.of(filled, part) or next((head for head in stretches if head is not None), None)


def _stretches(filled: Filled, part: Part) -> Iterator[Part]:
    """The parts between rows that are empty in the part's columns."""
    first = last = None
    for place, mask in enumerate(filled.masks_of(part), start=part.first):
        if not mask:
            continue
        if first is not None and last is not None and filled.numbers[place] > filled.numbers[last] + 1:
            yield part._replace(first=first, last=last)
            first = place
        first, last = place if first is None else first, place
    if first is not None and last is not None:
        yield part._replace(first=first, last=last)


def _titles(filled: Filled, between: Sequence[Part]) -> int:
    """How many of the stretches between two tables are titles of the second; the others are remarks of the first."""
    count = 0
    for stretch in reversed(between):
        rows = filled.rows_of(stretch)
        narrow = all(mask.bit_count() == 1 for mask in filled.masks_of(stretch))
        if not narrow or len(rows) > _MOST_TITLES or any(KNOWN.match(first_text(row)) for row in rows):
            break
        count += 1
    return count
