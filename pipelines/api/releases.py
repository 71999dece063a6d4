"""The release that requests are answered from, and the next one as soon as it is there.

A request takes the release of the moment when it came and keeps it to its end: index, snapshot and objects of a
release never change. What a release reads of its index is asked here, a dataset at a time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import re
import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import duckdb
from anyio import to_thread

from pipelines.api.places.base import Place
from pipelines.api.problems import Problem
from pipelines.catalog import Limits, connect_index, index_path, newest_sound, place_of_index, withdrawn_since
from pipelines.core.errors import CorruptStore, GongkaiError
from pipelines.core.identifiers import is_identifier
from pipelines.core.versions import VersionNumber
from pipelines.publish import (
    Manifest,
    Snapshot,
    Store,
    Tombstone,
    latest_snapshot,
    load_manifest,
    load_snapshot,
    load_tombstone,
    snapshot_numbers,
)

Row = dict[str, Any]
#: The server's own questions are small.
_LIMITS = Limits(seconds=30, memory=512, threads=1)
_MANIFESTS = 64
#: Seconds after which a release that could not be read is tried again.
_RETRY = 5.0
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){2}")


class Released:
    """One release. ``index``: the snapshot whose index is asked, which may be an earlier one for a moment after a
    release; ``snapshot``: the newest, whose tombstones count. For queries: the file of the index, what the paths of its
    views begin with, and what has been withdrawn since its snapshot."""

    def __init__(self, store: Store, snapshot: Snapshot, index: int) -> None:
        self.store, self.snapshot, self.index = store, snapshot, index
        file, self.root = place_of_index(store, index)
        self.index_file = str(file)
        then = snapshot if snapshot.number == index else load_snapshot(store, index)
        self.withdrawn = withdrawn_since(then, snapshot)
        self._connection = connect_index(store, index, _LIMITS)
        self._asking = threading.Lock()
        self._manifest = lru_cache(_MANIFESTS)(lambda sha256: load_manifest(store, sha256))

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Rows of the index's tables, by column. Blocks; one question at a time."""
        with self._asking:
            result = self._connection.execute(sql, list(parameters))
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def dataset(self, dataset: str) -> Row:
        """What is known of a dataset's latest version, and when it was released.

        Raises:
            Problem: when the release does not show it.
        """
        found = self.ask(f"{DATASETS} WHERE d.dataset = ?", [_identifier(dataset)])
        if not found:
            gone = self.snapshot.tombstones.get(dataset)
            if gone:
                raise self._withdrawn(dataset, max(gone, key=VersionNumber.parse))
            raise Problem(404, "no-dataset", dataset=dataset)
        if self.is_withdrawn(dataset, found[0]["version"]):
            raise self._withdrawn(dataset, found[0]["version"])
        return found[0]

    def versions(self, dataset: str) -> list[Row]:
        """Its versions, newest first, with what a withdrawal says.

        Raises:
            Problem: when there is no such dataset.
        """
        found = self.ask(
            "SELECT v.version, v.previous, v.snapshot, v.released, v.rows, v.bytes, v.manifest, v.manifest_sha256, "
            "v.logical_hash, w.withdrawn, w.reason_zh, w.reason_en, w.basis FROM main.versions v "
            "LEFT JOIN main.withdrawals w USING (dataset, version) WHERE v.dataset = ? ORDER BY v.number DESC",
            [_identifier(dataset)],
        )
        if not found:
            raise Problem(404, "no-dataset", dataset=dataset)
        return found

    def version(self, dataset: str, version: str | None, as_of: dt.date | dt.datetime | None = None) -> Manifest:
        """A version: by number, or the one shown at the end of a day or at a time (UTC), else the latest.

        Raises:
            Problem: when there is none, or it has been withdrawn.
        """
        _identifier(dataset)
        if as_of is not None:
            version = self._shown(dataset, as_of)
        elif version is None:
            version = str(self.dataset(dataset)["version"])
        elif not _VERSION.fullmatch(version):
            raise Problem(404, "no-version", dataset=dataset, version=ascii(version[:32]))
        found = self.ask(
            "SELECT manifest_sha256 FROM main.versions WHERE dataset = ? AND version = ?", [dataset, version]
        )
        if self.is_withdrawn(dataset, version):
            raise self._withdrawn(dataset, version)
        if not found:
            self.versions(dataset)
            raise Problem(404, "no-version", dataset=dataset, version=version)
        try:
            return self._manifest(found[0]["manifest_sha256"])
        except CorruptStore as problem:
            raise Problem(503, "query-unreadable") from problem

    def _shown(self, dataset: str, as_of: dt.date | dt.datetime) -> str:
        moment = as_of if isinstance(as_of, dt.datetime) else dt.datetime.combine(as_of, dt.time.max)
        found = self.ask(
            "SELECT version FROM main.releases WHERE dataset = ? AND released <= ? ORDER BY snapshot DESC LIMIT 1",
            [dataset, moment],
        )
        if not found or found[0]["version"] is None:
            self.versions(dataset)
            raise Problem(404, "no-release", dataset=dataset, time=as_of.isoformat())
        return str(found[0]["version"])

    def is_withdrawn(self, dataset: str, version: str) -> bool:
        """Whether it has been, by the newest snapshot."""
        return self.snapshot.tombstone_of(dataset, version) is not None

    def tombstone(self, dataset: str, version: str) -> Tombstone:
        """Why it has been withdrawn."""
        return load_tombstone(self.store, self.snapshot.tombstones[dataset][version])

    def _withdrawn(self, dataset: str, version: str) -> Problem:
        return Problem(410, "withdrawn", dataset=dataset, version=version)


def in_both_languages(row: Row, name: str) -> dict[str, str]:
    """A text of the index's tables, which have a column per language."""
    return {language: row[f"{name}_{language}"] for language in ("zh", "en")}


def _identifier(dataset: str) -> str:
    """What may name a dataset.

    Raises:
        Problem: when it may not.
    """
    if not is_identifier(dataset):
        raise Problem(404, "no-dataset", dataset=ascii(dataset[:64]))
    return dataset


#: The table of datasets, with the times when their first and latest versions were released.
DATASETS = (
    "SELECT d.*, l.released, l.snapshot, f.released AS first_released FROM main.datasets d "
    "JOIN main.versions l ON l.dataset = d.dataset AND l.version = d.version "
    "JOIN main.versions f ON f.dataset = d.dataset AND f.number = 1"
)


class Releases:
    """Watches a catalog."""

    def __init__(self, place: Place) -> None:
        self._place, self._store = place, place.store
        self._current: Released | None = None
        self._seen: object = None
        self._again = math.inf
        self._renewing = asyncio.Lock()

    async def newest(self) -> Released:
        """The newest release that can be read.

        Raises:
            Problem: when there is none yet.
        """
        if self._is_due():
            async with self._renewing:
                if self._is_due():
                    signs = self._place.signs()
                    done = await to_thread.run_sync(self._renew)
                    self._seen, self._again = signs, math.inf if done else time.monotonic() + _RETRY
        if self._current is None:
            raise Problem(503, "no-release-yet", {"Retry-After": "60"})
        return self._current

    async def is_withdrawn(self, dataset: str, version: str) -> bool:
        """Whether a version has been withdrawn; none where nothing has been released."""
        try:
            return (await self.newest()).is_withdrawn(dataset, version)
        except Problem:
            return False

    def _is_due(self) -> bool:
        """Whether there may be another release, or the last one could not be read and may be readable by now."""
        return self._place.signs() != self._seen or time.monotonic() >= self._again

    def _renew(self) -> bool:
        """Take the newest release; tell whether it could be read."""
        try:
            snapshot = latest_snapshot(self._store)
            if snapshot is None:
                return True
            index = newest_sound(self._store, snapshot_numbers(self._store))
            if index is not None and self._is_other(snapshot, index):
                self._current = Released(self._store, snapshot, index)
                self._place.keep_index(index_path(index))
        except (GongkaiError, OSError, duckdb.Error):
            # Half of a release, a damaged one, or out of reach: what was served before goes on.
            return False
        return True

    def _is_other(self, snapshot: Snapshot, index: int) -> bool:
        current = self._current
        return current is None or (current.snapshot.number, current.index) != (snapshot.number, index)
