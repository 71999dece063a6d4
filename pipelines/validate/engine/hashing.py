"""64-bit hashes of key columns, eight bytes of all rows at a time.

Only rows with equal hashes are compared, so the hash has to be quick and well spread, not hard to invert.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.validate.engine.model import Positions
from pipelines.validate.engine.text_arrays import WORD, offsets_of, words_of

Hashes = npt.NDArray[np.uint64]

# Odd multipliers of the splitmix64 and murmur3 finalisers.
_FIRST, _SECOND, _THIRD = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_NULL = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(29)
#: By the number of bytes that are left of a text: which bytes of a word belong to it.
_MASKS = np.array([(1 << (8 * left)) - 1 for left in range(WORD + 1)], dtype=np.uint64)


def hashes_of(keys: pa.RecordBatch) -> Hashes:
    """A hash per row; rows with equal texts (and nulls) have equal hashes."""
    combined = _texts(keys.column(0))
    for column in keys.columns[1:]:
        combined *= _THIRD
        combined += _texts(column)
        combined = _mixed(combined)
    return combined


def _texts(texts: pa.Array) -> Hashes:
    offsets = offsets_of(texts).astype(np.int64)
    starts, lengths = offsets[:-1], np.diff(offsets)
    longest = int(lengths.max()) if len(lengths) else 0
    if longest and lengths.min() == longest:
        hashes = np.full(len(lengths), _mixed(_FIRST * lengths[:1].astype(np.uint64))[0])
        for word in words_of(texts, longest, None):
            hashes ^= word
            hashes *= _SECOND
            hashes = _mixed(hashes)
    else:
        hashes = _mixed(lengths.astype(np.uint64) * _FIRST)
        if longest:
            _mix_words(hashes, _words(texts, int(offsets[-1])), starts, lengths)
    if texts.null_count:
        hashes[texts.is_null().to_numpy(zero_copy_only=False)] = _NULL
    return hashes


def _mix_words(hashes: Hashes, words: Hashes, starts: Positions, lengths: Positions) -> None:
    """Mix the words of texts of any length into ``hashes``."""
    at, rows = 0, np.flatnonzero(lengths)
    while len(rows):
        left = np.minimum(lengths[rows] - at, WORD)
        found = words[starts[rows] + at] & _MASKS[left]
        hashes[rows] = _mixed((hashes[rows] ^ found) * _SECOND)
        at += WORD
        rows = rows[lengths[rows] > at]


def _words(texts: pa.Array, end: int) -> Hashes:
    """The data of a column as overlapping words, one from each byte on."""
    data = np.zeros(end + WORD, dtype=np.uint8)
    data[:end] = np.frombuffer(texts.buffers()[2], dtype=np.uint8)[:end]
    return np.ndarray(shape=(end + 1,), dtype="<u8", buffer=data.data, strides=(1,))


def _mixed(hashes: Hashes) -> Hashes:
    """Mix in place."""
    hashes ^= hashes >> _SHIFT
    hashes *= _FIRST
    return hashes
