"""Texts of one length checked eight bytes at a time: identifiers and dates, without parsing each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.validate.engine.model import Mask, Positions
from pipelines.validate.engine.text_arrays import WORD, byte_matrix, rows_of_length

_Words = npt.NDArray[np.uint64]

#: The highest bit of each byte of a word.
_HIGH = np.uint64(0x8080808080808080)
_ASCII = 0x7F
_DATE = "0000-00-00"
#: By the number of a month; what is none has no days.
_DAYS_OF_MONTH = np.zeros(256, dtype=np.uint8)
_DAYS_OF_MONTH[1:13] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
_TEN, _ZERO = np.uint8(10), np.uint8(ord("0"))
#: What is too much in a number of two digits that is computed from their bytes, and the bytes of the year 0.
_ZEROS, _NO_YEAR = np.uint8(11 * ord("0") % 256), np.uint32(0x30303030)


def _words(values: Sequence[int]) -> _Words:
    return np.array(values, dtype=np.uint8).view("<u8")


class ByteRanges:
    """Texts of as many ASCII characters as there are ranges, each within its own range (both ends included).

    All bytes of a word are compared at once (Warren, Hacker's Delight, 2-18): adding what is left above a range, or
    taking away what lies below, sets the highest bit of a byte that is outside. A borrow into the next byte can only
    refuse a text, never accept one.
    """

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self.length = len(ranges)
        padded = [*ranges, *[(0, 0)] * (-len(ranges) % WORD)]
        self._above = _words([_ASCII - high for _, high in padded])
        self._below = _words([low for low, _ in padded])

    def accepted(self, texts: pa.Array) -> Mask:
        """Which texts are such."""
        rows = rows_of_length(texts, self.length)
        words = byte_matrix(texts, self.length, rows).view("<u8")
        outside = np.zeros(len(words), dtype=np.uint64)
        for column, above, below in zip(words.T, self._above, self._below, strict=True):
            outside |= column | (column + above) | (column - below)
        return spread((outside & _HIGH) == 0, rows, len(texts))


_DATES = ByteRanges([(ord("0"), ord("9")) if place == "0" else (ord(place), ord(place)) for place in _DATE])


def are_dates(texts: pa.Array) -> Mask:
    """Which texts are days written as ``YYYY-MM-DD`` (ISO 8601) that exist, from 0001-01-01."""
    rows = rows_of_length(texts, _DATES.length)
    matrix = byte_matrix(texts, _DATES.length, rows)
    # Where these are no digits the numbers mean nothing, and the text is no date anyway.
    month, day = (matrix[:, place] * _TEN + matrix[:, place + 1] - _ZEROS for place in (5, 8))
    real: Mask = (day - np.uint8(1)) < _DAYS_OF_MONTH[month]
    real &= matrix.view("<u4")[:, 0] != _NO_YEAR
    leap_days = np.flatnonzero(real & (month == 2) & (day == 29))
    year = (matrix[leap_days, :4] - _ZERO) @ np.array([1000, 100, 10, 1], dtype=np.int64)
    real[leap_days] = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return _DATES.accepted(texts) & spread(real, rows, len(texts))


def spread(flags: Mask, rows: Positions | None, size: int) -> Mask:
    """The flags of ``rows`` among ``size`` rows, the others false; ``None``: the flags are those of all rows."""
    if rows is None:
        return flags
    mask: Mask = np.zeros(size, dtype=np.bool_)
    mask[rows] = flags
    return mask
