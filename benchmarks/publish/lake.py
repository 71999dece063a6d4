"""A catalog that grows by deliveries, through the functions that every run publishes with."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import Timer
from benchmarks.publish.approvals import all_approved
from benchmarks.publish.files import DATASET, Deliveries
from pipelines.catalog import refresh_index
from pipelines.core.paths import Workspace
from pipelines.core.sql import identifier, literal
from pipelines.publish import FolderStore, Release, Segment, build_segment, release, save_candidate
from pipelines.publish.parts import PARQUET_SETTINGS
from pipelines.publish.schemas import columns, primary_key
from pipelines.publish.sql import scratch_database

_NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
_KEY = "benchmark"


@dataclass(frozen=True)
class Lake:
    """A workspace and the deliveries that come to it."""

    workspace: Workspace
    deliveries: Deliveries

    @classmethod
    def at(cls, folder: Path, deliveries: Deliveries) -> Lake:
        """An empty one."""
        workspace = Workspace.at(folder, Workspace.default().schema)
        workspace.prepare()
        return cls(workspace, deliveries)

    @property
    def store(self) -> FolderStore:
        """Where it publishes."""
        return FolderStore(self.workspace.catalog)

    def compose(self, periods: Iterable[str]) -> list[Segment]:
        """Make the segments of periods, and keep them for the next release."""
        saved = []
        for period in periods:
            folder = self.workspace.work / period
            folder.mkdir()
            segment = build_segment(self.deliveries.dataset, period, self.deliveries.contributions(period), folder)
            assert segment is not None
            saved.append(save_candidate(self.workspace, DATASET, segment, _KEY))
            shutil.rmtree(folder)
        return saved

    def release(self) -> Release:
        """Release what has been composed."""
        catalog = self.deliveries.catalog
        return release(self.workspace, self.store, catalog, {DATASET: _KEY}, all_approved(catalog), _NOW)

    def index(self) -> None:
        """Bring the DuckDB index up to date."""
        refresh_index(self.store, self.workspace.work)

    def size(self, *folders: str) -> int:
        """Bytes of all files below folders of the catalog."""
        return sum(entry.size for folder in folders for entry in self.store.entries(folder))

    def timed(self, periods: Iterable[str]) -> tuple[Release, dict[str, Timer]]:
        """Compose, release and index; the times of each."""
        timers = {name: Timer() for name in ("segments", "release", "index")}
        with timers["segments"]:
            self.compose(periods)
        with timers["release"]:
            released = self.release()
        with timers["index"]:
            self.index()
        return released, timers


def copy_bare(deliveries: Deliveries, periods: Iterable[str], target: Path) -> None:
    """What DuckDB alone needs for the same files: one COPY per period of its deliveries, sorted by the key."""
    target.mkdir()
    names = ", ".join(identifier(name) for name in columns(deliveries.schema))
    order = ", ".join(identifier(name) for name in primary_key(deliveries.schema))
    with scratch_database(target) as connection:
        for period in periods:
            paths = (deliveries.parquet(period, number) for number in range(deliveries.departments))
            files = ", ".join(literal(str(path)) for path in paths)
            rows = f"SELECT {names} FROM read_parquet([{files}]) ORDER BY {order}"
            connection.execute(f"COPY ({rows}) TO {literal(str(target / f'{period}.parquet'))} ({PARQUET_SETTINGS})")
