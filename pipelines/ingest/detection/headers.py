"""Where the header of a grid is, and how many rows it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipelines.core.personal_data import looks_like_personal_data
from pipelines.ingest.detection.cells import is_figure, is_note
from pipelines.ingest.detection.lines import (
    are_further_labels,
    are_rows,
    are_translated,
    are_units,
    holds_figures,
    number_columns,
)
from pipelines.ingest.detection.samples import GridSample, filled_places
from pipelines.ingest.grids import GridRow, Merge
from pipelines.ingest.headers import SEARCH_ROWS

_MOST_ROWS = 5
#: Rows below a header that show whether its columns hold figures.
_BODY = 50


class Certainty(StrEnum):
    """How sure a guess is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True)
class HeaderGuess:
    """``row`` is the row number of the header's first row; ``alternatives`` are other rows that could be it."""

    row: int
    rows: int
    certainty: Certainty
    alternatives: tuple[int, ...]


def detect_header(sample: GridSample) -> HeaderGuess | None:
    """The first row that is as wide as the table and holds labels only; ``None`` when no row does.

    Rows above it that are narrower are a preamble; those that fill its gaps, or are merged with it, belong to it.
    A row below rows of the table is none, however well it fits: they would be lost.
    """
    head = sample.head
    near = head[0].number + SEARCH_ROWS if head else 0
    ranks = [(index, _rank(row, sample)) for index, row in enumerate(head) if row.number < near]
    fitting = [(index, rank) for index, rank in ranks if rank is not None]
    for chosen, best in sorted(fitting, key=lambda entry: (entry[1], -entry[0]), reverse=True):
        first, last = _whole(head, chosen, sample.merges)
        body = head[last + 1 : last + 1 + _BODY]
        if not are_rows(head[:first], body, sample.width):
            others = tuple(head[index].number for index, rank in fitting if rank == best and not first <= index <= last)
            certainty = _certainty(head[last], body)
            return HeaderGuess(head[first].number, last - first + 1, certainty, others[:_MOST_ROWS])
    return None


def _rank(row: GridRow, sample: GridSample) -> tuple[bool, bool, bool] | None:
    """How well a row would do as a header; ``None`` for one with figures or personal data, or too narrow.

    Notes (``填报单位：…``) are no labels, a title may be repeated in every cell, gaps are rare, and labels are repeated
    only below groups.
    """
    texts = [(row.cells[place] or "").strip() for place in filled_places(row)]
    if not texts or len(texts) < min(sample.width, max(2, (sample.width + 1) // 2)) or any(map(is_figure, texts)):
        return None
    if any(map(looks_like_personal_data, texts)) or (len(texts) > 1 and len(set(texts)) == 1):
        return None
    return not any(map(is_note, texts)), 5 * len(texts) >= 4 * sample.width, 2 * len(set(texts)) > len(texts)


def _whole(head: Sequence[GridRow], index: int, merges: Sequence[Merge]) -> tuple[int, int]:
    """First and last index of the rows that make up the header around ``index``."""
    first = last = index
    while first > 0 and last - first + 1 < _MOST_ROWS and _belongs_above(head, first, merges):
        first -= 1
    while last + 1 < len(head) and last - first + 1 < _MOST_ROWS and _belongs_below(head, first, last, merges):
        last += 1
    return first, last


def _belongs_above(head: Sequence[GridRow], first: int, merges: Sequence[Merge]) -> bool:
    """Groups above: several labels, one of them where the row below has a gap; a title stands alone."""
    above, row = head[first - 1], head[first]
    groups, labels = set(filled_places(above)), set(filled_places(row))
    texts = [above.cells[place] or "" for place in sorted(groups)]
    if len(groups) < 2 or len(set(texts)) < 2 or any(is_figure(text) or is_note(text) for text in texts):
        return False
    number = above.number - 1
    if any(top == number and (bottom > top or right > left) for (top, left), (bottom, right) in merges):
        return True
    if are_translated(above, row, head[first + 1 : first + 1 + _BODY]):
        return True
    if merges:
        return False
    repeated = [row.cells[place] for place in labels]
    return bool(groups - labels) or (len(set(repeated)) < len(repeated) and len(groups) < len(labels))


def _belongs_below(head: Sequence[GridRow], first: int, last: int, merges: Sequence[Merge]) -> bool:
    row, below = head[last], head[last + 1]
    body = head[last + 2 : last + 2 + _BODY]
    labels, parts = set(filled_places(row)), set(filled_places(below))
    if number_columns(below, body):
        return True
    if not parts or any(is_figure(below.cells[place] or "") for place in parts):
        return False
    if are_units(below, body) or are_translated(row, below, body) or are_further_labels(below, body):
        return True
    begin, end = head[first].number - 1, row.number - 1
    if any(begin <= top <= end < bottom for (top, _), (bottom, _) in merges):
        return True
    if merges:
        return any(top == end and left < right for (top, left), (_, right) in merges)
    # Without merged cells: the rows below fill gaps of those above and leave out what is labelled already.
    labels = {place for above in head[first : last + 1] for place in filled_places(above)}
    parts |= _filled_further(head[last + 1 : first + _MOST_ROWS], min(labels, default=0))
    gaps = {place for place in parts - labels if place < max(labels, default=0) or place - 1 in labels | parts}
    return bool(gaps) and bool(labels - parts) and any(holds_figures(body, place) for place in parts)


def _filled_further(rows: Sequence[GridRow], left: int) -> set[int]:
    """Places of labels in rows that have some, all of them right of ``left``: the first columns have theirs above."""
    filled: set[int] = set()
    for row in rows:
        places = filled_places(row)
        if not places or min(places) <= left or any(is_figure(row.cells[place] or "") for place in places):
            break
        filled |= set(places)
    return filled


def _certainty(header: GridRow, body: Sequence[GridRow]) -> Certainty:
    """Words above words may be rows as well."""
    of_figures = any(holds_figures(body, place) for place in filled_places(header))
    return Certainty.CERTAIN if of_figures else Certainty.GUESS
