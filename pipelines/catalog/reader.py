"""Reading the catalog from Python: a locked-down, read-only DuckDB connection and a few named questions."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from pipelines.catalog.differences import diff_versions
from pipelines.catalog.errors import IndexUnusable, QueryFailed, QueryRefused
from pipelines.catalog.index import INDEX
from pipelines.catalog.views import rows_of
from pipelines.core.errors import NothingReleased, UnknownDataset, UnknownVersion
from pipelines.core.sql import identifier, literal
from pipelines.publish import FolderStore, latest_number, load_manifest
from pipelines.publish.diff import VersionDiff

_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


class OpenCatalog:
    """An open catalog; a context manager. Relations it returns can be read until it is closed."""

    def __init__(self, root: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self._root, self._store = root, FolderStore(root)
        self._connection = connection

    def __enter__(self) -> OpenCatalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def query(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Run one reading statement (SELECT, FROM, WITH, SHOW, DESCRIBE, EXPLAIN …) over the catalog.

        The database is read-only and sees no file outside the catalog; statements that could write into the
        catalog's folder are refused before they run.

        Raises:
            QueryRefused: when it is not exactly one reading statement.
            QueryFailed: when DuckDB does not understand it.
        """
        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READING:
                raise QueryRefused(", ".join(statement.type.name for statement in statements) or "-")
            relation = self._connection.sql(sql)
        except duckdb.Error as problem:
            raise QueryFailed(str(problem)) from problem
        return relation

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
        """A dataset's rows of the table ``versions``, oldest first.

        Raises:
            UnknownDataset: when the catalog has no such dataset.
        """
        self._theme(dataset_id)
        return self._table("SELECT * FROM main.versions WHERE dataset = ? ORDER BY snapshot", dataset_id)

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
            CorruptStore: when that version's manifest is damaged.
        """
        theme = self._theme(dataset_id)
        if version is None:
            return self._connection.sql(f"SELECT * FROM {identifier(theme)}.{identifier(dataset_id)}")
        _, manifest = self._version(dataset_id, version)
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


def open_catalog(folder: Path) -> OpenCatalog:
    """Open a catalog's folder for reading.

    Raises:
        NothingReleased: when nothing has been released into that folder.
        IndexUnusable: when its index is missing or damaged.
    """
    root = folder.resolve()
    index = root / INDEX
    if not index.is_file():
        if latest_number(FolderStore(root)):
            raise IndexUnusable(str(index))
        raise NothingReleased(str(folder))
    try:
        connection = duckdb.connect(str(index), read_only=True)
    except duckdb.Error as problem:
        raise IndexUnusable(str(index)) from problem
    # In this order: the last two make the ones before them final.
    connection.execute(f"SET VARIABLE catalog_root = {literal(str(root))}")
    connection.execute(f"SET allowed_directories = [{literal(str(root))}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return OpenCatalog(root, connection)
