"""Reading the catalog from Python: a locked-down, read-only DuckDB connection and a few named questions."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.catalog.connecting import Limits, connect_index
from pipelines.catalog.differences import diff_versions
from pipelines.catalog.errors import QueryFailed
from pipelines.catalog.statements import Statements
from pipelines.catalog.views import rows_of
from pipelines.core.errors import NothingReleased, UnknownDataset, UnknownVersion
from pipelines.core.paths import Workspace
from pipelines.core.sql import identifier
from pipelines.publish import (
    Snapshot,
    Store,
    latest_snapshot,
    load_manifest,
    load_snapshot,
    refuse_withdrawn,
    snapshot_as_of,
)
from pipelines.publish.diff import VersionDiff
from pipelines.publish.stores import open_store


class OpenCatalog(Statements):
    """An open catalog; a context manager. Relations it returns can be read until it is closed."""

    def __init__(
        self, store: Store, connection: duckdb.DuckDBPyConnection, withdrawn: Mapping[str, Sequence[str]]
    ) -> None:
        super().__init__(connection, withdrawn)
        self._store = store

    def __enter__(self) -> OpenCatalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def fetch(self, sql: str, limit: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        """At most ``limit`` rows of :meth:`query`, and the names of their columns, each once.

        Raises:
            QueryRefused, QueryFailed, VersionWithdrawn: as :meth:`query`; also when it fails while rows are read.
        """
        limited = self.query(sql).limit(limit)
        try:
            return list(limited.columns), limited.fetchall()
        except (duckdb.OutOfMemoryException, duckdb.IOException):
            raise
        except duckdb.Error as problem:
            raise QueryFailed(str(problem)) from problem

    def datasets(self) -> pa.Table:
        """The table ``datasets``: one row per dataset, by identifier."""
        return self._table("SELECT * FROM main.datasets ORDER BY dataset")

    def fields(self, dataset_id: str) -> pa.Table:
        """A dataset's rows of the table ``fields``, in the schema's order.

        Raises:
            UnknownDataset: when the catalog has no such dataset.
        """
        self._theme(dataset_id)
        return self._table("SELECT * FROM main.fields WHERE dataset = ? ORDER BY position", dataset_id)

    def versions(self, dataset_id: str) -> pa.Table:
        """A dataset's rows of the table ``versions``, oldest first, with those of ``withdrawals`` where there are any.

        Raises:
            UnknownDataset: when no release has ever had such a dataset.
        """
        found = self._table(
            "SELECT v.*, w.* EXCLUDE (dataset, version) FROM main.versions v "
            "LEFT JOIN main.withdrawals w USING (dataset, version) WHERE dataset = ? ORDER BY snapshot",
            dataset_id,
        )
        if not found.num_rows:
            self._theme(dataset_id)
        return found

    def files(self, dataset_id: str, version: str | None = None) -> pa.Table:
        """The Parquet files of a version (absent: the latest), by period; ``path`` is relative to the catalog.

        Raises:
            UnknownDataset, UnknownVersion: when the catalog has no such dataset or version.
        """
        number, _ = self._version(dataset_id, version)
        return self._table(
            "SELECT * FROM main.files WHERE dataset = ? AND version = ? ORDER BY period", dataset_id, number
        )

    def dataset(self, dataset_id: str, version: str | None = None) -> duckdb.DuckDBPyRelation:
        """The rows of a dataset's version (absent: the latest), not yet read: ``.to_arrow_table()``, ``.df()`` …

        Raises:
            UnknownDataset, UnknownVersion: when the catalog has no such dataset or version.
            VersionWithdrawn: when it has been withdrawn.
            CorruptStore: when that version's manifest is damaged.
        """
        theme = self._theme(dataset_id)
        if version is None:
            refuse_withdrawn(self._store, dataset_id, [self._version(dataset_id, None)[0]])
            return self._connection.sql(f"SELECT * FROM {identifier(theme)}.{identifier(dataset_id)}")
        number, manifest = self._version(dataset_id, version)
        refuse_withdrawn(self._store, dataset_id, [number])
        return self._connection.sql(rows_of(load_manifest(self._store, manifest)))

    def diff(self, dataset_id: str, old: str | None = None, new: str | None = None) -> VersionDiff:
        """What separates two versions: ``new`` absent is the latest, ``old`` absent the one that ``new`` followed.

        Raises:
            UnknownDataset, UnknownVersion: when the catalog has no such dataset or version.
            NoEarlierVersion: when ``old`` is absent and ``new`` is a dataset's first version.
            VersionWithdrawn: when one of them has been withdrawn.
            CorruptStore: when a version's manifest is damaged.
        """
        return diff_versions(self._store, dataset_id, old, new, lambda version: self._version(dataset_id, version))

    def _theme(self, dataset_id: str) -> str:
        known = dict(self._connection.execute("SELECT dataset, theme FROM main.datasets ORDER BY dataset").fetchall())
        if dataset_id not in known:
            raise UnknownDataset(dataset_id, ", ".join(known))
        return str(known[dataset_id])

    def _version(self, dataset_id: str, version: str | None) -> tuple[str, str]:
        """Number and manifest hash of a version."""
        self._theme(dataset_id)
        known = dict(
            self._connection.execute(
                "SELECT version, manifest_sha256 FROM main.versions WHERE dataset = ? ORDER BY snapshot", [dataset_id]
            ).fetchall()
        )
        number = list(known)[-1] if version is None else version
        if number not in known:
            raise UnknownVersion(dataset_id, number, ", ".join(known))
        return number, known[number]

    def _table(self, sql: str, *parameters: str) -> pa.Table:
        return self._connection.sql(sql, params=list(parameters)).to_arrow_table()


def open_catalog(
    catalog: str | Path,
    *,
    snapshot: int | None = None,
    as_of: dt.date | None = None,
    cache: Path | None = None,
    limits: Limits | None = None,
) -> OpenCatalog:
    """Open a catalog for reading, as it is or as it was.

    Args:
        catalog: its folder, or the URL of a bucket (``s3://…``, ``gs://…``, ``az://…``).
        snapshot: the release to read; absent: the newest.
        as_of: instead of a snapshot, a day (UTC), at whose end it was the newest.
        cache: where copies of a bucket's files are kept; absent: ``gongkai`` in the user's cache folder.
        limits: what statements may take, if they are a stranger's; those see rows only, no other file of the catalog.

    Raises:
        NothingReleased: when nothing has been released into it, or nothing by then.
        IndexUnusable: when its index is missing or damaged.
        StoreAddressRefused: when the URL is none.
        CorruptStore: when a snapshot is missing or damaged.
    """
    store = open_store(catalog, cache or _user_cache())
    number = snapshot
    if as_of is not None:
        found = snapshot_as_of(store, as_of)
        if found is None:
            raise NothingReleased(store.address)
        number = found.number
    connection = connect_index(store, number, limits)
    since = {} if number is None else withdrawn_since(load_snapshot(store, number), latest_snapshot(store))
    return OpenCatalog(store, connection, since)


def open_workspace_catalog(workspace: Workspace, *, snapshot: int | None = None,
                           as_of: dt.date | None = None) -> OpenCatalog:  # fmt: skip
    """Open an installation's catalog; see :func:`open_catalog`."""
    address = workspace.catalog_address or workspace.catalog
    return open_catalog(address, snapshot=snapshot, as_of=as_of, cache=workspace.store_cache)


def withdrawn_since(then: Snapshot, now: Snapshot | None) -> dict[str, list[str]]:
    """Dataset → versions that were withdrawn between two snapshots."""
    withdrawn = {
        dataset: [version for version in stones if then.tombstone_of(dataset, version) is None]
        for dataset, stones in (now.tombstones if now else {}).items()
    }
    return {dataset: versions for dataset, versions in withdrawn.items() if versions}


def _user_cache() -> Path:
    """Where programs keep what they can fetch again (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gongkai"
