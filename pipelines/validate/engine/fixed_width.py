"""Texts of one length checked eight bytes at a time: identifiers and dates, without parsing each."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.validate.engine.model import Mask, Positions
from pipelines.validate.engine.text_arrays import WORD, Words, rows_of_length, words_of

#: The highest bit of each byte of a word.
_HIGH = np.uint64(0x8080808080808080)
_ASCII = 0x7F
_DATE = "0000-00-00"
#: The digit in each byte of four digits, the lowest byte, and the widths of bytes.
_DIGIT, _LOW, _BYTE, _TWO_BYTES = (np.uint32(number) for number in (0x0F0F0F0F, 0xFF, 8, 16))
_HALF = np.uint64(32)
_ONE, _TEN, _HUNDRED, _MONTHS, _MONTHS_APART = (np.uint32(number) for number in (1, 10, 100, 12, 16))
_Kind = TypeVar("_Kind", bound=np.generic)


def _words(values: Sequence[int]) -> Words:
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
        return spread(self.within(words_of(texts, self.length, rows)), rows, len(texts))

    def within(self, words: Sequence[Words]) -> Mask:
        """Which texts of the right length, given as words, are such."""
        outside = np.zeros(len(words[0]), dtype=np.uint64)
        for word, above, below in zip(words, self._above, self._below, strict=True):
            outside |= word
            outside |= word + above
            outside |= word - below
        within: Mask = (outside & _HIGH) == 0
        return within


_DATES = ByteRanges([(ord("0"), ord("9")) if place == "0" else (ord(place), ord(place)) for place in _DATE])


def days_of(texts: pa.Array) -> tuple[npt.NDArray[np.int32], Mask]:
    """Which texts are days written as ``YYYY-MM-DD`` (ISO 8601) that exist, from 0001-01-01.

    Returns:
        Days from 1970-01-01, which mean something only where the text is a day; and where it is one.
    """
    rows = rows_of_length(texts, _DATES.length)
    words = words_of(texts, _DATES.length, rows)
    real = _DATES.within(words)
    # Halves of words take half the time: "YYYY", "-MM-", "DD".
    years, months, days = (half.astype(np.uint32) for half in (words[0], words[0] >> _HALF, words[1]))
    pairs = _pairs(years)
    month = _pairs(months >> _BYTE) & _LOW
    real &= month - _ONE < _MONTHS
    months = ((pairs & _LOW) * _HUNDRED + ((pairs >> _TWO_BYTES) & _LOW)) * _MONTHS_APART + month
    places = (months * real).astype(np.int64)
    day = (_pairs(days) & _LOW) - _ONE
    first, lengths = _calendar()
    real &= day < lengths[places]
    return spread(first[places] + day.view(np.int32), rows, len(texts)), spread(real, rows, len(texts))


def _pairs(digits: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """At each byte the number of two digits that begins there; without a meaning where these are no digits."""
    digits = digits & _DIGIT
    return digits * _TEN + (digits >> _BYTE)


@functools.cache
def _calendar() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """The first day and the number of days of each month, by ``16 * year + month``; no days where there is none."""
    months = np.arange("0000-01", "10000-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)
    first, lengths = (np.zeros((10_000, int(_MONTHS_APART)), kind) for kind in (np.int32, np.uint8))
    first[:, 1:13] = months[:-1].reshape(-1, 12)
    lengths[1:, 1:13] = np.diff(months).reshape(-1, 12)[1:]
    return first.ravel(), lengths.ravel()


def spread(values: npt.NDArray[_Kind], rows: Positions | None, size: int) -> npt.NDArray[_Kind]:
    """The values of ``rows`` among ``size`` rows, the others zero; ``None``: the values are those of all rows."""
    if rows is None:
        return values
    spread = np.zeros(size, dtype=values.dtype)
    spread[rows] = values
    return spread
