"""What stands below the table: sources, remarks, who compiled it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.core.personal_data import looks_like_personal_data
from pipelines.ingest.detection.cells import SIGNATURES, is_figure, is_signature, sums_up
from pipelines.ingest.detection.samples import GridSample, filled_places, first_text
from pipelines.ingest.grids import GridRow

_WORDS = f"数据来源|资料来源|来源|{SIGNATURES}|填表|备注|附注|说明|注|Source|Notes?|Remarks?"
#: What remarks begin with.
KNOWN = re.compile(rf"(?:{_WORDS})\s*[0-9]*\s*[:：]")
#: Characters of an unknown footer's first line that are written into the layout to know it again.
_KEPT = 12


@dataclass(frozen=True)
class FooterGuess:
    """``pattern`` matches the footer's first line and no row of the sample; ``rows`` is how many rows it takes."""

    pattern: str
    row: int
    rows: int


def detect_footer(sample: GridSample, first_row: int) -> FooterGuess | None:
    """The narrow rows at the end, when there are any. ``first_row``: the first row below the header."""
    tail = [row for row in sample.tail if row.number >= first_row]
    body_ends = max((index for index, row in enumerate(tail) if _is_body(row, sample.width)), default=-1)
    below = tail[body_ends + 1 :]
    if not below or len(below) == len(tail):
        return None
    remarks = [index for index, row in enumerate(below) if filled_places(row)]
    if not remarks:
        return None
    begins = below[remarks[0]]
    pattern = _pattern(first_text(begins))
    known = [row for row in (*sample.head, *tail[: body_ends + 1]) if first_row <= row.number < begins.number]
    if any(re.match(pattern, first_text(row)) for row in known):
        return None
    return FooterGuess(pattern, begins.number, len(below) - remarks[0])


def is_remark(row: GridRow, width: int) -> bool:
    """Whether a row below a table of ``width`` columns is a remark, no row with gaps: it says so, or has one cell."""
    places = filled_places(row)
    first = first_text(row)
    if is_signature(first):
        return True
    if KNOWN.match(first):
        return len(places) <= max(1, width // 2)
    return len(places) == 1 and width > 2 and not is_figure(first)


def _is_body(row: GridRow, width: int) -> bool:
    places = filled_places(row)
    if not places:
        return False
    first = first_text(row)
    if is_signature(first):
        return False
    if KNOWN.match(first) and len(places) <= max(1, width // 2):
        return False
    if sums_up(first) and len(places) > 1:
        return True
    return len(places) >= (1 if width < 3 else max(2, (width + 1) // 2))


def _pattern(text: str) -> str:
    known = KNOWN.match(text)
    if known is not None:
        word = re.match(_WORDS, text)
        return rf"^{word[0] if word else known[0]}\s*[0-9]*\s*[:：]"
    # Behind a colon stands who or what it is about: names do not belong into a descriptor.
    text = re.split("[:：]", text)[0] or text[:1]
    kept = text[:_KEPT] if not looks_like_personal_data(text) else text[:2]
    return "^" + re.sub("[0-9]+", "[0-9]+", re.escape(kept)).replace("\\ ", " ")
