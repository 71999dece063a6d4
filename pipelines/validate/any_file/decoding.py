"""Whether a file is text in an encoding, decoded block by block."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from pipelines.ingest.proof.plausibility import Plausibility
from pipelines.validate.any_file.text_scan import blocks_of

_HIGH = re.compile(rb"[\x80-\xff]+")
_WRONG_SIDE = re.compile("[\u0a00-\u0aff\u0d00-\u0dff\u2c00-\u2cff]")
#: Characters of one script to one of another that texts in it hardly have.
_TIMES = 5


def has_lines(path: Path, encoding: str) -> bool:
    """Whether a file is text in UTF-16 with line ends.

    Other text with NULs has its line ends and commas on both sides of the pairs; on the wrong side they come out as
    characters of scripts that stand in no table with NULs.
    """
    ends = [0, 0]

    def look(text: str) -> None:
        ends[0] += text.count("\n") + text.count("\r") + text.count(",")
        ends[1] += len(_WRONG_SIDE.findall(text))

    return first_failure(path, encoding, look) is None and ends[0] > _TIMES * ends[1]


def first_failure(path: Path, encoding: str, look: Callable[[str], None] | None = None) -> int | None:
    """About where a file stops being text in ``encoding``; ``look`` sees the text. ``None``: nowhere."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset = 0
    try:
        for block in blocks_of(path):
            text = decoder.decode(block)
            if look is not None:
                look(text)
            offset += len(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as problem:
        return offset + problem.start
    return None


def fits(path: Path, encoding: str) -> bool:
    """Whether a file is text in an East Asian encoding that somebody can have written."""
    plausibility = Plausibility(encoding)
    return first_failure(path, encoding, plausibility.add) is None and plausibility.holds


def share_alone(path: Path) -> float:
    """The share of bytes beyond ASCII that stand alone between ASCII characters."""
    high = alone = 0
    for block in blocks_of(path):
        runs = _HIGH.findall(block)
        high += sum(map(len, runs))
        alone += sum(1 for run in runs if len(run) == 1)
    return alone / high if high else 0.0
