"""Which character separates the cells of a text file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.detection.headers import Certainty

_CANDIDATES = (",", ";", "\t", "|")
_ROWS = 200
#: Characters that are looked at.
_SAMPLE = 1 << 18
#: A number however it is written, perhaps with a mark beside it.
_FIGURE = re.compile(r"[-+(]?[0-9][0-9 .,'\u00a0\u202f]*\)?%?(?: ?[a-z]{1,2})?")
_ALONE = 0.3
_FEWEST_ALIGNED = 3
_SPACED = re.compile(" {2,}")


@dataclass(frozen=True)
class DelimiterGuess:
    """``alternatives`` separate something as well, but less regularly."""

    delimiter: str
    certainty: Certainty
    alternatives: tuple[str, ...]


def delimiter_of(path: Path, codec: str) -> DelimiterGuess:
    """The delimiter of a text file, by its beginning."""
    with path.open(encoding=codec, errors="replace", newline="") as stream:
        text = stream.read(_SAMPLE)
        return detect_delimiter(text, whole=not stream.read(1))


def detect_delimiter(text: str, whole: bool) -> DelimiterGuess:
    """The delimiter by which most rows of ``text`` have the same number of cells, more than one.

    ``whole`` says that the text is all of the file; else its last line may be cut and is left out.
    """
    scores = {mark: _regular(text if whole else text[: text.rfind("\n") + 1], mark) for mark in _CANDIDATES}
    ranked = sorted((mark for mark in _CANDIDATES if scores[mark] > 0), key=lambda mark: -scores[mark])
    if not ranked:
        return DelimiterGuess(",", Certainty.GUESS, ())
    certain = len(ranked) == 1 or scores[ranked[0]] > 2 * scores[ranked[1]]
    return DelimiterGuess(ranked[0], Certainty.CERTAIN if certain else Certainty.LIKELY, tuple(ranked[1:]))


def is_aligned(path: Path, codec: str) -> bool:
    """Tell whether the beginning of a text looks like columns that spaces align: no mark separates anything."""
    with path.open(encoding=codec, errors="replace", newline="") as stream:
        lines = [line for line in stream.read(_SAMPLE).splitlines()[:_ROWS] if line.strip()]
    longest = max(map(len, lines), default=0)
    if len(lines) < _FEWEST_ALIGNED:
        return False
    # A gap is where all lines have spaces, and something stands on both sides of it in some.
    blank = [all(line[place : place + 1] in {"", " "} for line in lines) for place in range(longest)]
    gaps = "".join(" " if empty else "x" for empty in blank).strip().split()
    return len(gaps) > 1 and sum(_SPACED.search(line.strip()) is not None for line in lines) > len(lines) / 2


def _regular(text: str, mark: str) -> float:
    """The share of rows that have the commonest number of cells above one, weighted a little by that number.

    Where several marks separate all rows alike (``A,EUR,AT`` before a tab, figures after it), the one that leaves
    figures alone in their cells counts more.
    """
    widths: Counter[int] = Counter()
    cells = figures = 0
    try:
        for _, row in zip(range(_ROWS), csv.reader(io.StringIO(text, newline=""), delimiter=mark), strict=False):
            if any(cell.strip() for cell in row):
                widths[len(row)] += 1
                cells += len(row)
                figures += sum(1 for cell in row if _FIGURE.fullmatch(cell.strip()))
    except csv.Error:
        return 0.0
    rows = widths.total()
    width = max((size for size in widths if size > 1), key=lambda size: (widths[size], size), default=0)
    return widths[width] / rows * (1 + min(width, 50) / 100 + _ALONE * figures / cells) if width else 0.0
