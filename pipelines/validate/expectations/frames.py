"""Frames: what a suite looks at, computed by DuckDB from the delivery, code lists and other datasets' accepted rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from pipelines.registry import CodeList, Dataset
from pipelines.registry.expectations import DELIVERY, PREVIOUS, Frame
from pipelines.validate.sandbox import MACHINE_TROUBLE, sandbox
from pipelines.validate.typed import typed_schema

if TYPE_CHECKING:
    import pandas as pd

MAX_FRAME_ROWS = 100_000


@dataclass(frozen=True)
class Sources:
    """What the frames of a delivery read.

    ``delivery``: its accepted rows; ``previous``: the department's last accepted delivery; ``datasets``: files of other
    datasets' accepted rows, and of its own dataset those of earlier periods; ``tables``: code lists by name.
    """

    delivery: Path
    previous: Path | None
    datasets: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    tables: Mapping[str, CodeList] = field(default_factory=dict)


@dataclass(frozen=True)
class FrameData:
    """A computed frame. Without ``data`` it is ``waiting`` for datasets that have nothing yet, or has a ``problem``:
    a message's identifier and what it says."""

    frame: Frame
    data: pd.DataFrame | None = None
    waiting: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None

    @property
    def digest(self) -> str | None:
        """Tells whether a frame that is computed again has come out the same."""
        if self.data is None:
            return None
        rows = sorted(repr(row) for row in self.data.itertuples(index=False, name=None))
        return hashlib.sha256(repr((list(self.data.columns), rows)).encode()).hexdigest()


def computed(dataset: Dataset, frames: Sequence[Frame], sources: Sources, work: Path) -> Iterator[FrameData]:
    """Compute frames one after another."""
    files: dict[str, Sequence[Path]] = {name: paths for name, paths in sources.datasets.items() if paths}
    files[DELIVERY] = [sources.delivery]
    if sources.previous is not None:
        files[PREVIOUS] = [sources.previous]
    tables = {name: _as_arrow(table) for name, table in sources.tables.items()}
    empty = typed_schema(dataset).empty_table()
    tables |= {name: empty for name in (PREVIOUS, *{dataset.id} & dataset.reads) if name not in files}
    with sandbox(files, tables, work) as connection:
        for frame in frames:
            yield _computed(connection, dataset, frame, sources)


def _computed(connection: duckdb.DuckDBPyConnection, dataset: Dataset, frame: Frame, sources: Sources) -> FrameData:
    waiting = [name for name in frame.datasets if name != dataset.id and not sources.datasets.get(name)]
    if waiting:
        return FrameData(frame, waiting=tuple(waiting))
    try:
        # One row beyond the limit tells that there are more, without fetching them.
        data = connection.sql(f"FROM ({frame.sql}\n) LIMIT {MAX_FRAME_ROWS + 1}").df()
    except MACHINE_TROUBLE:
        raise
    except duckdb.Error as problem:
        return FrameData(frame, problem=("validate-frame-failed", type(problem).__name__))
    if len(data) > MAX_FRAME_ROWS:
        return FrameData(frame, problem=("validate-frame-too-large", str(MAX_FRAME_ROWS)))
    return FrameData(frame, data)


def _as_arrow(table: CodeList) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in table.rows], pa.string()) for name in table.columns})
