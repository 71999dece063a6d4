"""The tables of the index: what is known about datasets, fields, versions, files, deliveries and quality.

They lie in the schema ``main``, so that ``catalog.datasets`` is database.table: a *schema* of the name
``catalog`` would be ambiguous with the database of that name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from pipelines.core.sql import identifier, literal
from pipelines.publish import Manifest, Snapshot, manifest_path, object_path
from pipelines.publish.schemas import columns, primary_key

#: Table → (comment, columns). ``datasets`` and ``fields`` are about the latest versions, the others about all.
TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "snapshots": (
        "发布快照 | Releases",
        {"snapshot": "INTEGER", "released": "TIMESTAMP"},
    ),
    "datasets": (
        "数据集（最新版本） | Datasets, latest versions",
        {
            "dataset": "VARCHAR", "theme": "VARCHAR", "title_zh": "VARCHAR", "title_en": "VARCHAR",
            "description_zh": "VARCHAR", "description_en": "VARCHAR", "theme_title_zh": "VARCHAR",
            "theme_title_en": "VARCHAR", "disclosure_class": "VARCHAR", "period": "VARCHAR", "licence": "VARCHAR",
            "publishers": "VARCHAR[]", "version": "VARCHAR", "first_period": "VARCHAR", "last_period": "VARCHAR",
            "rows": "BIGINT", "bytes": "BIGINT", "manifest": "VARCHAR", "logical_hash": "VARCHAR",
        },
    ),
    "fields": (
        "字段（最新版本） | Fields, latest versions",
        {
            "dataset": "VARCHAR", "position": "INTEGER", "field": "VARCHAR", "type": "VARCHAR",
            "sql_type": "VARCHAR", "title_zh": "VARCHAR", "title_en": "VARCHAR", "description_zh": "VARCHAR",
            "description_en": "VARCHAR", "unit": "VARCHAR", "codelist": "VARCHAR", "primary_key": "BOOLEAN",
        },
    ),
    "versions": (
        "版本 | Versions of all datasets",
        {
            "dataset": "VARCHAR", "version": "VARCHAR", "previous": "VARCHAR", "snapshot": "INTEGER",
            "released": "TIMESTAMP", "rows": "BIGINT", "bytes": "BIGINT", "manifest": "VARCHAR",
            "manifest_sha256": "VARCHAR", "logical_hash": "VARCHAR", "changes": "JSON",
        },
    ),
    "files": (
        "数据文件 | Parquet files of each version",
        {
            "dataset": "VARCHAR", "version": "VARCHAR", "period": "VARCHAR", "part": "INTEGER", "path": "VARCHAR",
            "sha256": "VARCHAR",
            "bytes": "BIGINT", "rows": "BIGINT", "logical_hash": "VARCHAR",
        },
    ),
    "deliveries": (
        "各版本所用的部门报送 | Deliveries that each version is made of",
        {
            "dataset": "VARCHAR", "version": "VARCHAR", "period": "VARCHAR", "organisation": "VARCHAR",
            "delivery": "VARCHAR", "digest": "VARCHAR", "rows": "BIGINT",
        },
    ),
    "quality": (
        "各版本的数据质量 | Quality of what each version is made of",
        {
            "dataset": "VARCHAR", "version": "VARCHAR", "period": "VARCHAR", "organisation": "VARCHAR",
            "rows_delivered": "BIGINT", "rows_accepted": "BIGINT", "rows_quarantined": "BIGINT", "checks": "JSON",
        },
    ),
}  # fmt: skip

Row = tuple[Any, ...]

#: Inserts of single rows cost DuckDB a millisecond each.
_ROWS_PER_INSERT = 500


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create all tables, empty, in the current database."""
    for table, (comment, kinds) in TABLES.items():
        definition = ", ".join(f"{identifier(name)} {kind}" for name, kind in kinds.items())
        connection.execute(f"CREATE TABLE main.{identifier(table)} ({definition})")
        connection.execute(f"COMMENT ON TABLE main.{identifier(table)} IS {literal(comment)}")


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    """Add rows, given in the order of the table's columns."""
    collected = list(rows)
    marks = f"({', '.join('?' * len(TABLES[table][1]))})"
    for begin in range(0, len(collected), _ROWS_PER_INSERT):
        part = collected[begin : begin + _ROWS_PER_INSERT]
        connection.execute(
            f"INSERT INTO main.{identifier(table)} VALUES {', '.join([marks] * len(part))}",
            [value for row in part for value in row],
        )


def add_snapshot(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Record a release."""
    insert(connection, "snapshots", [(snapshot.number, snapshot.released)])


def add_version(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, manifest: Manifest, manifest_sha256: str
) -> None:
    """Record a version that ``snapshot`` brought: its files, deliveries and their quality."""
    dataset, version = manifest.dataset, manifest.version
    previous = manifest.previous.version if manifest.previous else None
    insert(connection, "versions", [(
        dataset, version, previous, snapshot.number, snapshot.released, manifest.rows, manifest.size,
        manifest_path(manifest_sha256), manifest_sha256, manifest.logical_hash, _json(manifest.changes.as_dict()),
    )])  # fmt: skip
    insert(connection, "files", [
        (dataset, version, segment.period, number, object_path(part.sha256), part.sha256, part.bytes, part.rows,
         part.logical_hash)
        for segment in manifest.segments for number, part in enumerate(segment.parts, start=1)
    ])  # fmt: skip
    parts = [(segment.period, entry) for segment in manifest.segments for entry in segment.deliveries]
    insert(connection, "deliveries", [
        (dataset, version, period, entry.organisation, entry.delivery, entry.digest, entry.rows)
        for period, entry in parts
    ])  # fmt: skip
    insert(connection, "quality", [
        (dataset, version, period, entry.organisation, entry.quality.get("rows_delivered"), entry.rows,
         entry.quality.get("rows_quarantined"), _json(entry.quality.get("checks", {})))
        for period, entry in parts
    ])  # fmt: skip


def set_latest(connection: duckdb.DuckDBPyConnection, manifest: Manifest, manifest_sha256: str) -> None:
    """Make a version the one that ``datasets`` and ``fields`` tell of."""
    remove_latest(connection, manifest.dataset)
    about, periods = manifest.metadata, manifest.periods
    insert(connection, "datasets", [(
        manifest.dataset, manifest.theme, about["title"]["zh"], about["title"]["en"], about["description"]["zh"],
        about["description"]["en"], about["theme_title"]["zh"], about["theme_title"]["en"],
        about["disclosure_class"], about["period"], about["licence"], [entry["id"] for entry in about["publishers"]],
        manifest.version, periods[0] if periods else None, periods[-1] if periods else None, manifest.rows,
        manifest.size, manifest_path(manifest_sha256), manifest.logical_hash,
    )])  # fmt: skip
    insert(connection, "fields", _field_rows(manifest))


def remove_latest(connection: duckdb.DuckDBPyConnection, dataset: str) -> None:
    """Take a dataset out of ``datasets`` and ``fields``; what is known of its versions stays."""
    for table in ("datasets", "fields"):
        connection.execute(f"DELETE FROM main.{identifier(table)} WHERE dataset = ?", [dataset])


def _field_rows(manifest: Manifest) -> Sequence[Row]:
    kinds, key = columns(manifest.schema), primary_key(manifest.schema)
    rows = []
    for position, entry in enumerate(manifest.schema["fields"], start=1):
        titles, descriptions = entry.get("titles") or {}, entry.get("descriptions") or {}
        rows.append((
            manifest.dataset, position, entry["name"], entry["type"], kinds[entry["name"]], titles.get("zh"),
            titles.get("en"), descriptions.get("zh"), descriptions.get("en"), entry.get("unit"),
            entry.get("codelist"), entry["name"] in key,
        ))  # fmt: skip
    return rows


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
