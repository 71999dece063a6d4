"""Memory up to a limit, then disk: buffers and sorted runs of hashes."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.validate.engine.hashing import Hashes
from pipelines.validate.engine.model import Positions

#: Bytes that stay in memory before buffers go to disk, per table.
MEMORY = 48 << 20
#: Bytes that are mapped at once, and where buffers begin in them.
_PIECE, _ALIGNED = 64 << 20, 64
#: So many runs of one size become one, unless it would have more than ``_LARGEST_RUN`` rows.
_MERGED_AT_ONCE = 32
_LARGEST_RUN = 1 << 22


class Spill:
    """Keeps buffers: in memory while they are few, then in an unlinked temporary file, mapped piece by piece.

    A piece holds many buffers, because each mapping costs a file descriptor.
    """

    def __init__(self, folder: Path, memory: int = MEMORY) -> None:
        self._folder = folder
        self._free = memory
        self._piece: mmap.mmap | None = None
        self._used = 0

    def keep(self, content: Any) -> Any:
        """The same bytes, to be read later; on disk once memory is used up.

        Raises:
            OSError: the disk is full.
        """
        view = memoryview(content).cast("B")
        if view.nbytes <= self._free:
            self._free -= view.nbytes
            return content
        if self._piece is None or self._used + view.nbytes > len(self._piece):
            self._piece, self._used = self._new_piece(max(_PIECE, view.nbytes)), 0
        kept = memoryview(self._piece)[self._used : self._used + view.nbytes]
        kept[:] = view
        self._used += -(-view.nbytes // _ALIGNED) * _ALIGNED
        return kept.toreadonly()

    def _new_piece(self, size: int) -> mmap.mmap:
        if self._piece is not None:
            # What is full stays on disk; it is read back where it is needed again.
            self._piece.madvise(mmap.MADV_DONTNEED)
        with tempfile.TemporaryFile(dir=self._folder) as file:
            # Reserved, so that a full disk is told here and not by a signal when the mapping is written.
            os.posix_fallocate(file.fileno(), 0, size)
            return mmap.mmap(file.fileno(), size)

    def keep_array(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A one-dimensional array that holds the same values."""
        if values.nbytes == 0:
            return values
        kept = self.keep(values)
        return values if kept is values else np.frombuffer(kept, dtype=values.dtype)


class Runs:
    """Hashes with row ordinals in sorted runs, merged as in a log-structured merge tree."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._runs: list[tuple[int, Hashes, Positions]] = []

    def append(self, hashes: Hashes, ordinals: Positions) -> None:
        """Add a run: ``hashes`` ascending, and within equal ones ``ordinals`` ascending."""
        level = 0
        while True:
            peers = [run for run in self._runs[-(_MERGED_AT_ONCE - 1) :] if run[0] == level]
            merged = len(hashes) + sum(len(run[1]) for run in peers)
            if len(peers) < _MERGED_AT_ONCE - 1 or merged > _LARGEST_RUN:
                break
            hashes = np.concatenate([*(run[1] for run in peers), hashes])
            ordinals = np.concatenate([*(run[2] for run in peers), ordinals])
            order = ascending(hashes)
            hashes, ordinals = hashes[order], ordinals[order]
            del self._runs[-len(peers) :]
            level += 1
        self._runs.append((level, self._spill.keep_array(hashes), self._spill.keep_array(ordinals)))

    def newest_first(self) -> Iterator[tuple[Hashes, Positions]]:
        """The runs with their ordinals, newest first."""
        for _, hashes, ordinals in reversed(self._runs):
            yield hashes, ordinals


def ascending(hashes: Hashes) -> Positions:
    """The order that sorts ``hashes``, equal ones as they come."""
    # Sorting without regard to equal ones is several times faster, and there are few of them to put in order.
    order = np.argsort(hashes)
    ordered = hashes[order]
    repeated = ordered[1:] == ordered[:-1]
    if repeated.any():
        places = np.flatnonzero(np.append(repeated, False) | np.insert(repeated, 0, False))
        order[places] = order[places][np.lexsort((order[places], ordered[places]))]
    return order
