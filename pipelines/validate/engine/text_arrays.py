"""Columns of text as Arrow lays them out: offsets, bytes and validity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.validate.engine.model import Mask, Positions

#: Bytes of a word.
WORD = 8

#: Between these bytes are digits, signs and points, and two more.
_LOWEST, _HIGHEST = np.uint8(ord("+")), np.uint8(ord("9"))
_COMMA, _SLASH = np.uint8(ord(",")), np.uint8(ord("/"))


def offsets_of(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Where each text of a column begins in its data, and where the last one ends."""
    return np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]


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
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    # One comparison for both ends: what lies below the range wraps round and is large.
    odd = (data - _LOWEST) > _HIGHEST - _LOWEST
    odd |= data == _COMMA
    odd |= data == _SLASH
    if not odd.any():
        return None
    mask: Mask = np.ones(len(texts), dtype=np.bool_)
    mask[np.searchsorted(offsets, np.flatnonzero(odd) + int(offsets[0]), side="right") - 1] = False
    return mask


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


def byte_matrix(texts: pa.Array, length: int, rows: Positions | None) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The bytes of texts of one ``length``, a row each, filled up with zeros to whole words.

    Args:
        rows: see :func:`rows_of_length`.
    """
    offsets = offsets_of(texts)
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    count = len(texts) if rows is None else len(rows)
    matrix = np.zeros((count, -(-length // WORD) * WORD), dtype=np.uint8)
    if rows is None:
        matrix[:, :length] = data[offsets[0] : offsets[0] + count * length].reshape(count, length)
    else:
        matrix[:, :length] = data[offsets[:-1][rows][:, None] + np.arange(length)]
    return matrix


def flags_of(mask: pa.Array) -> Mask:
    """A column of booleans; null is false."""
    flags: Mask = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return flags
