"""Reading the catalog from Python: a locked-down, read-only DuckDB connection and a few named questions."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.catalog.differences import diff_versions
from pipelines.catalog.errors import IndexUnusable, QueryFailed, QueryRefused
from pipelines.catalog.index_files import INDEX, index_path
from pipelines.catalog.store_files import ROOT, StoreFiles
from pipelines.catalog.views import rows_of
from pipelines.core.errors import NothingReleased, UnknownDataset, UnknownVersion
from pipelines.core.paths import Workspace
from pipelines.core.sql import identifier, literal
from pipelines.core.statements import NotReading, names_read
from pipelines.publish import (
    FolderStore,
    Store,
    VersionWithdrawn,
    latest_number,
    latest_snapshot,
    load_manifest,
    load_snapshot,
    refuse_withdrawn,
    snapshot_as_of,
)
from pipelines.publish.diff import VersionDiff
from pipelines.publish.stores import open_store

#: What is explained is run too if it is analysed, so it has to be a statement that may be run.
_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(?:ANALYZE\s+)?(?P<explained>.*)", re.IGNORECASE | re.DOTALL)
#: Table functions that read what their text names.
_OF_ANY_NAME = frozenset({"query_table", "changes"})


@dataclass(frozen=True)
class Limits:
    """What the statements of somebody unknown may take: seconds, MiB of memory, threads. They spill nothing to disk."""

    seconds: float
    memory: int
    threads: int

    def settings(self) -> Iterable[str]:
        """SQL that sets them."""
        yield f"SET threads = {self.threads}"
        yield f"SET memory_limit = '{self.memory}MiB'"
        yield "SET max_temp_directory_size = '0B'"
        yield f"SET max_execution_time = {max(1, round(self.seconds * 1000))}"


class OpenCatalog:
    """An open catalog; a context manager. Relations it returns can be read until it is closed.

    ``withdrawn``: dataset → versions that have been withdrawn since the snapshot, whose index still has them.
    """

    def __init__(
        self, store: Store, connection: duckdb.DuckDBPyConnection, withdrawn: Mapping[str, Sequence[str]]
    ) -> None:
        self._store, self._connection, self._withdrawn = store, connection, withdrawn

    def __enter__(self) -> OpenCatalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, for questions about a statement before it runs."""
        return self._connection

    def query(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Run one reading statement (SELECT, FROM, WITH, SHOW, DESCRIBE, EXPLAIN …) over the catalog.

        The database is read-only and sees no file outside the catalog; statements that could write into the
        catalog's folder are refused before they run.

        Raises:
            QueryRefused: when it is not exactly one reading statement.
            QueryFailed: when DuckDB does not understand it.
            VersionWithdrawn: when it names a dataset of which a version has been withdrawn since that snapshot.
        """
        try:
            self._refuse_withdrawn(self._names_in(sql))
            relation = self._connection.sql(sql)
        except duckdb.Error as problem:
            raise QueryFailed(str(problem)) from problem
        return relation

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

    def _names_in(self, sql: str) -> frozenset[str]:
        """Names of the tables, views and functions in a statement that reads, or in one that is explained.

        Raises:
            QueryRefused: when it is none.
        """
        try:
            return names_read(self._connection, sql)
        except NotReading as refused:
            explained = _EXPLAIN.fullmatch(sql) if refused.kinds == ("EXPLAIN",) else None
            if explained is None or _EXPLAIN.fullmatch(explained["explained"]):
                raise QueryRefused(", ".join(refused.kinds) or "-") from None
        return self._names_in(explained["explained"])

    def _refuse_withdrawn(self, names: Iterable[str]) -> None:
        for name in names if self._withdrawn else ():
            dataset = min(self._withdrawn) if name in _OF_ANY_NAME else name
            if dataset in self._withdrawn:
                raise VersionWithdrawn(dataset, ", ".join(self._withdrawn[dataset]))

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
    return OpenCatalog(store, connection, _withdrawn_since(store, number) if number is not None else {})


def connect_index(store: Store, number: int | None, limits: Limits | None = None) -> duckdb.DuckDBPyConnection:
    """A locked-down connection to the index of a snapshot (absent: of the newest); see :func:`open_catalog`.

    Raises:
        NothingReleased, IndexUnusable: as :func:`open_catalog`.
    """
    index, root = _index(store, number)
    # A database of its own with the index attached: DuckDB opens a file once per process, so a second reader would
    # get what the first one opened, also after the index was replaced.
    connection = duckdb.connect(config={"temp_directory": f"{index}.tmp"})
    try:
        connection.execute(f"ATTACH {literal(str(index))} AS catalog (READ_ONLY)")
    except duckdb.Error as problem:
        connection.close()
        raise IndexUnusable(str(index)) from problem
    connection.execute("USE catalog")
    if not isinstance(store, FolderStore):
        connection.register_filesystem(StoreFiles(store))
    readable = root if limits is None else f"{root}/objects"
    for setting in limits.settings() if limits is not None else ():
        connection.execute(setting)
    # In this order: the last two make the ones before them final.
    connection.execute(f"SET VARIABLE catalog_root = {literal(root)}")
    connection.execute(f"SET allowed_directories = [{literal(readable)}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def open_workspace_catalog(workspace: Workspace, *, snapshot: int | None = None,
                           as_of: dt.date | None = None) -> OpenCatalog:  # fmt: skip
    """Open an installation's catalog; see :func:`open_catalog`."""
    address = workspace.catalog_address or workspace.catalog
    return open_catalog(address, snapshot=snapshot, as_of=as_of, cache=workspace.store_cache)


def _index(store: Store, number: int | None) -> tuple[Path, str]:
    """A local file of the index of a snapshot (absent: of the newest), and the root of its views' paths."""
    newest = latest_number(store)
    if newest == 0:
        raise NothingReleased(store.address)
    folder = store.root.resolve() if isinstance(store, FolderStore) else None
    if folder is not None and number is None:
        index = folder / INDEX
        if not index.is_file():
            raise IndexUnusable(str(index))
        return index, str(folder)
    path = index_path(newest if number is None else number)
    try:
        return store.local(path), str(folder) if folder is not None else ROOT
    except FileNotFoundError:
        raise IndexUnusable(f"{store.address}/{path}") from None


def _withdrawn_since(store: Store, number: int) -> dict[str, list[str]]:
    current, then = latest_snapshot(store), load_snapshot(store, number)
    withdrawn = {
        dataset: [version for version in stones if then.tombstone_of(dataset, version) is None]
        for dataset, stones in (current.tombstones if current else {}).items()
    }
    return {dataset: versions for dataset, versions in withdrawn.items() if versions}


def _user_cache() -> Path:
    """Where programs keep what they can fetch again (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gongkai"
