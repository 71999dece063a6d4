"""Memory up to a limit, then disk: buffers and sorted runs of hashes."""

from __future__ import annotations

import mmap
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
#: So many runs of one size become one; larger runs than ``_LARGEST_RUN`` stay as they are.
_MERGED_AT_ONCE = 32
_LARGEST_RUN = 1 << 22


class Spill:
    """Keeps buffers: in memory while they are few, then in unlinked temporary files mapped back read-only."""

    def __init__(self, folder: Path, memory: int = MEMORY) -> None:
        self._folder = folder
        self._free = memory

    def keep(self, content: Any) -> Any:
        """The same bytes, to be read later; on disk once memory is used up."""
        view = memoryview(content).cast("B")
        if view.nbytes <= self._free:
            self._free -= view.nbytes
            return content
        with tempfile.TemporaryFile(dir=self._folder) as file:
            file.write(view)
            file.flush()
            return mmap.mmap(file.fileno(), view.nbytes, access=mmap.ACCESS_READ)

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
            if len(peers) < _MERGED_AT_ONCE - 1 or len(hashes) > _LARGEST_RUN:
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
