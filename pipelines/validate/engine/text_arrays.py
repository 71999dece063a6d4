"""Columns of text as Arrow lays them out: offsets, bytes and validity."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.validate.engine.model import Mask, Positions

#: Bytes of a word.
WORD = 8
Words = npt.NDArray[np.uint64]

_HIGHEST_ASCII = 127
#: Between these bytes are digits, signs and points, and two more.
_LOWEST, _HIGHEST = np.uint8(ord("+")), np.uint8(ord("9"))
#: The share of cells that may be others in a column of decimals.
_MOST_ODD = 0.005
_POINT, _ZERO, _DIGITS = np.uint8(ord(".")), np.uint8(ord("0")), np.uint8(10)
_COMMA, _SLASH = np.uint8(ord(",")), np.uint8(ord("/"))


def offsets_of(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Where each text of a column begins in its data, and where the last one ends."""
    return np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]


def bytes_of(texts: pa.Array) -> npt.NDArray[np.uint8]:
    """The bytes of all texts of a column, one after the other."""
    offsets = offsets_of(texts)
    return np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]


def check_utf8(texts: pa.Array) -> None:
    """Check that all texts are UTF-8; where all bytes are ASCII, that takes a fraction of checking text by text.

    Raises:
        pyarrow.ArrowInvalid: one is not.
    """
    data = bytes_of(texts)
    if len(data) and data.max() > _HIGHEST_ASCII:
        texts.validate(full=True)


def has_empty(texts: pa.Array) -> bool:
    """Whether a column of text has an empty (or null) cell."""
    return bool(empty_cells(texts).any())


def empty_cells(texts: pa.Array) -> Mask:
    """Which cells of a column of text are empty or null."""
    offsets = offsets_of(texts)
    empty: Mask = offsets[1:] == offsets[:-1]
    return empty


def only_numeric_bytes(texts: pa.Array) -> Mask | None:
    """Which cells have no bytes but digits, signs and points; ``None``: all of them."""
    offsets = offsets_of(texts)
    data = bytes_of(texts)
    # One comparison for both ends: what lies below the range wraps round and is large.
    odd = (data - _LOWEST) > _HIGHEST - _LOWEST
    odd |= data == _COMMA
    odd |= data == _SLASH
    if not odd.any():
        return None
    mask: Mask = np.ones(len(texts), dtype=np.bool_)
    mask[np.searchsorted(offsets, np.flatnonzero(odd) + int(offsets[0]), side="right") - 1] = False
    return mask


def digits_in(texts: pa.Array, longest: int) -> Mask | None:
    """Cells that are one to ``longest`` digits; ``None``: there are many others."""
    offsets = offsets_of(texts)
    data = bytes_of(texts)
    lengths = np.diff(offsets)
    odd = np.flatnonzero((data - _ZERO) >= _DIGITS)
    if len(odd) > _MOST_ODD * len(texts):
        return None
    digits: Mask = (lengths > 0) & (lengths <= longest)
    digits[np.searchsorted(offsets[1:] - offsets[0], odd, side="right")] = False
    return digits if np.count_nonzero(digits) >= (1 - _MOST_ODD) * len(texts) else None


def decimals_in(texts: pa.Array, longest: int) -> Mask | None:
    """Cells that are certainly digits, some with a point and always as many digits after it as in the first such cell.

    ``None``: there are many others. Looking at bytes is several times cheaper than parsing numbers.

    Args:
        longest: bytes of the longest number.
    """
    offsets = offsets_of(texts)
    data = bytes_of(texts)
    ends = offsets[1:] - offsets[0]
    lengths = np.diff(offsets)
    is_point = data == _POINT
    odd = np.flatnonzero(~(is_point | ((data - _ZERO) < _DIGITS)))
    if len(odd) > _MOST_ODD * len(texts):
        return None
    decimals: Mask = (lengths > 0) & (lengths <= longest)
    decimals[np.searchsorted(ends, odd, side="right")] = False
    if is_point.any():
        first = int(np.argmax(is_point))
        after = int(ends[np.searchsorted(ends, first, side="right")]) - first
        decimals &= lengths > after
        # No cell has a point elsewhere, too; and all have a digit besides it.
        is_point[(ends - after)[decimals]] = False
        decimals[np.searchsorted(ends, np.flatnonzero(is_point), side="right")] = False
    return decimals if np.count_nonzero(decimals) >= (1 - _MOST_ODD) * len(texts) else None


def masked(texts: pa.Array, mask: Mask | None) -> pa.Array:
    """``texts`` with null where ``mask`` is not true; the texts themselves are shared, not copied."""
    if mask is None:
        return texts
    flags = np.zeros(texts.offset + len(texts), dtype=np.bool_)
    flags[texts.offset :] = mask
    if texts.null_count:
        flags[texts.offset :] &= texts.is_valid().to_numpy(zero_copy_only=False)
    bitmap = pa.py_buffer(np.packbits(flags, bitorder="little"))
    buffers = [bitmap, *texts.buffers()[1:]]
    return pa.Array.from_buffers(texts.type, len(texts), buffers, offset=texts.offset)


def rows_of_length(texts: pa.Array, length: int) -> Positions | None:
    """Which texts have so many bytes; ``None``: all of them."""
    fitting = np.diff(offsets_of(texts)) == length
    return None if fitting.all() else np.flatnonzero(fitting)


def words_of(texts: pa.Array, length: int, rows: Positions | None) -> list[Words]:
    """The bytes of texts of one ``length`` as words, eight bytes of all texts each, filled up with zeros.

    Args:
        rows: see :func:`rows_of_length`.

    Returns:
        As many arrays as a text has words, the first byte of each in the lowest bits.
    """
    offsets = offsets_of(texts)
    if length < WORD or len(texts if rows is None else rows) == 0:
        return list(_byte_matrix(texts, length, rows).view("<u8").T)
    data = texts.buffers()[2]
    places = [*range(0, length - WORD + 1, WORD), *([length - WORD] if length % WORD else [])]
    if rows is None:
        first, count = int(offsets[0]), len(texts)
        # Copied, since reading unaligned words is slow and they are read several times.
        words = [np.ndarray(count, "<u8", data, first + place, (length,)).copy() for place in places]
    else:
        every: Words = np.ndarray(data.size - WORD + 1, "<u8", data, 0, (1,))
        words = [every[offsets[:-1][rows] + place] for place in places]
    if rest := length % WORD:
        # The last word ends with the text: what it shares with the one before is shifted out.
        words[-1] >>= np.uint64(8 * (WORD - rest))
    return words


def _byte_matrix(texts: pa.Array, length: int, rows: Positions | None) -> npt.NDArray[np.uint8]:
    offsets = offsets_of(texts)
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    count = len(texts) if rows is None else len(rows)
    matrix = np.zeros((count, -(-length // WORD) * WORD), dtype=np.uint8)
    if rows is None:
        matrix[:, :length] = data[offsets[0] : offsets[0] + count * length].reshape(count, length)
    else:
        matrix[:, :length] = data[offsets[:-1][rows][:, None] + np.arange(length)]
    return matrix


def nulls_of(values: pa.Array) -> Mask:
    """Which values of a column, of which there are some, are null."""
    bits = np.frombuffer(values.buffers()[0], dtype=np.uint8)
    valid = np.unpackbits(bits, count=values.offset + len(values), bitorder="little")[values.offset :]
    nulls: Mask = valid == 0
    return nulls


def flags_of(mask: pa.Array) -> Mask:
    """A column of booleans; null is false."""
    flags: Mask = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return flags
