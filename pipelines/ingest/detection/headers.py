"""Where the header of a grid is, and how many rows it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipelines.core.personal_data import looks_like_personal_data
from pipelines.ingest.detection.cells import is_figure, is_note
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
    """
    head = sample.head
    ranks = [(index, _rank(row, sample)) for index, row in enumerate(head) if row.number <= SEARCH_ROWS]
    fitting = [(index, rank) for index, rank in ranks if rank is not None]
    if not fitting:
        return None
    chosen, best = max(fitting, key=lambda entry: (entry[1], -entry[0]))
    first, last = _whole(head, chosen, sample.merges)
    others = tuple(head[index].number for index, rank in fitting if rank == best and not first <= index <= last)
    body = head[last + 1 : last + 1 + _BODY]
    return HeaderGuess(head[first].number, last - first + 1, _certainty(head[last], body, others), others[:_MOST_ROWS])


def _rank(row: GridRow, sample: GridSample) -> tuple[bool, bool, bool] | None:
    """How well a row would do as a header; ``None`` for one with figures or personal data, or too narrow.

    Notes (``填报单位：…``) are no labels, gaps are rare, and labels are repeated only below groups.
    """
    texts = [(row.cells[place] or "").strip() for place in filled_places(row)]
    if not texts or len(texts) < min(sample.width, max(2, (sample.width + 1) // 2)) or any(map(is_figure, texts)):
        return None
    if any(map(looks_like_personal_data, texts)):
        return None
    return not any(map(is_note, texts)), 5 * len(texts) >= 4 * sample.width, 2 * len(set(texts)) > len(texts)


def _whole(head: Sequence[GridRow], index: int, merges: Sequence[Merge]) -> tuple[int, int]:
    """First and last index of the rows that make up the header around ``index``."""
    first = last = index
    while first > 0 and last - first + 1 < _MOST_ROWS and _belongs_above(head[first - 1], head[first], merges):
        first -= 1
    while last + 1 < len(head) and last - first + 1 < _MOST_ROWS and _belongs_below(head, first, last, merges):
        last += 1
    return first, last


def _belongs_above(above: GridRow, row: GridRow, merges: Sequence[Merge]) -> bool:
    """Groups above: several labels, one of them where the row below has a gap; a title stands alone."""
    groups, labels = set(filled_places(above)), set(filled_places(row))
    texts = [above.cells[place] or "" for place in sorted(groups)]
    if len(groups) < 2 or any(is_figure(text) or is_note(text) for text in texts):
        return False
    if merges:
        number = above.number - 1
        return any(top == number and (bottom > top or right > left) for (top, left), (bottom, right) in merges)
    repeated = [row.cells[place] for place in labels]
    return bool(groups - labels) or (len(set(repeated)) < len(repeated) and len(groups) < len(labels))


def _belongs_below(head: Sequence[GridRow], first: int, last: int, merges: Sequence[Merge]) -> bool:
    row, below = head[last], head[last + 1]
    labels, parts = set(filled_places(row)), set(filled_places(below))
    if not parts or any(is_figure(below.cells[place] or "") for place in parts):
        return False
    if merges:
        begin, end = head[first].number - 1, row.number - 1
        reaching = any(begin <= top <= end < bottom for (top, _), (bottom, _) in merges)
        spanning = any(top == end and left < right for (top, left), (_, right) in merges)
        return reaching or spanning
    # Without merged cells: the row below fills gaps of this one and leaves out what is labelled already.
    gaps = {place for place in parts - labels if place < max(labels, default=0) or place - 1 in labels | parts}
    body = head[last + 2 : last + 2 + _BODY]
    return bool(gaps) and bool(labels - parts) and any(_holds_figures(body, place) for place in parts)


def _certainty(header: GridRow, body: Sequence[GridRow], others: Sequence[int]) -> Certainty:
    if any(_holds_figures(body, place) for place in filled_places(header)):
        return Certainty.CERTAIN
    return Certainty.GUESS if len(others) < len(body) / 2 else Certainty.LIKELY


def _holds_figures(body: Sequence[GridRow], place: int) -> bool:
    cells = [row.cells[place] for row in body if place < len(row.cells)]
    filled = [cell for cell in cells if cell and cell.strip()]
    return bool(filled) and 2 * sum(map(is_figure, filled)) > len(filled)
