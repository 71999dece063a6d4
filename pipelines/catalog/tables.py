"""The tables of the index: what is known about datasets, fields, versions, files, deliveries and quality.

They lie in the schema ``main``, so that ``catalog.datasets`` is database.table: a *schema* of the name
``catalog`` would be ambiguous with the database of that name.

What versions have in common is kept once: a segment has the versions from ``first`` to ``last`` (null: the newest
too), and the views spread that out again. So an index grows with what changed, not with versions times files.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.catalog.macros import common_macros
from pipelines.catalog.units import units_query
from pipelines.catalog.views import object_expression
from pipelines.core.messages import in_both
from pipelines.core.sql import identifier, literal
from pipelines.publish import Manifest, Snapshot, manifest_path
from pipelines.publish.schemas import columns, primary_key

Row = tuple[Any, ...]
#: A condition: the dataset is one of the list that is the query's parameter.
AMONG = "dataset IN (SELECT unnest(?))"
_AT_ONCE = 64
#: The schema of code lists.
CODELISTS = "codelists"

#: Table → columns. ``datasets`` and ``fields`` are about the latest versions, the others about all.
TABLES: Mapping[str, Mapping[str, str]] = {
    "snapshots": {"snapshot": "INTEGER", "released": "TIMESTAMP"},
    "codes": {
        "codelist": "VARCHAR", "code": "VARCHAR", "name_zh": "VARCHAR", "name_en": "VARCHAR", "parent": "VARCHAR",
        "valid_from": "VARCHAR", "valid_to": "VARCHAR",
    },
    "code_lists": {"codelist": "VARCHAR", "sha256": "VARCHAR", "snapshot": "INTEGER"},
    "datasets": {
        "dataset": "VARCHAR", "theme": "VARCHAR", "title_zh": "VARCHAR", "title_en": "VARCHAR",
        "description_zh": "VARCHAR", "description_en": "VARCHAR", "theme_title_zh": "VARCHAR",
        "theme_title_en": "VARCHAR", "disclosure_class": "VARCHAR", "period": "VARCHAR", "licence": "VARCHAR",
        "publishers": "VARCHAR[]", "version": "VARCHAR", "first_period": "VARCHAR", "last_period": "VARCHAR",
        "rows": "BIGINT", "bytes": "BIGINT", "manifest": "VARCHAR", "logical_hash": "VARCHAR",
    },
    "fields": {
        "dataset": "VARCHAR", "position": "INTEGER", "field": "VARCHAR", "type": "VARCHAR",
        "sql_type": "VARCHAR", "title_zh": "VARCHAR", "title_en": "VARCHAR", "description_zh": "VARCHAR",
        "description_en": "VARCHAR", "unit": "VARCHAR", "codelist": "VARCHAR", "primary_key": "BOOLEAN",
    },
    "versions": {
        "dataset": "VARCHAR", "version": "VARCHAR", "previous": "VARCHAR", "snapshot": "INTEGER",
        "released": "TIMESTAMP", "rows": "BIGINT", "bytes": "BIGINT", "manifest": "VARCHAR",
        "manifest_sha256": "VARCHAR", "logical_hash": "VARCHAR", "changes": "JSON", "number": "INTEGER",
        "shape": "INTEGER",
    },
    "releases": {"dataset": "VARCHAR", "snapshot": "INTEGER", "released": "TIMESTAMP", "version": "VARCHAR"},
    "withdrawals": {
        "dataset": "VARCHAR", "version": "VARCHAR", "withdrawn": "TIMESTAMP", "reason_zh": "VARCHAR",
        "reason_en": "VARCHAR", "basis": "VARCHAR", "bytes_removed": "BOOLEAN",
    },
    "changes": {
        "dataset": "VARCHAR", "version": "VARCHAR", "previous": "VARCHAR", "released": "TIMESTAMP",
        "change": "VARCHAR", "period": "VARCHAR", "field": "VARCHAR", "rows_before": "BIGINT", "rows_after": "BIGINT",
        "rows_added": "BIGINT", "rows_removed": "BIGINT", "rows_changed": "BIGINT",
    },
    "shapes": {"dataset": "VARCHAR", "shape": "INTEGER", "definition": "VARCHAR"},
    "segments": {
        "dataset": "VARCHAR", "segment": "INTEGER", "period": "VARCHAR", "shape": "INTEGER", "rows": "BIGINT",
        "digest": "VARCHAR",
    },
    "segment_versions": {"dataset": "VARCHAR", "segment": "INTEGER", "first": "INTEGER", "last": "INTEGER"},
    "segment_files": {
        "dataset": "VARCHAR", "segment": "INTEGER", "part": "INTEGER", "sha256": "VARCHAR", "bytes": "BIGINT",
        "rows": "BIGINT", "logical_hash": "VARCHAR",
    },
    "segment_deliveries": {
        "dataset": "VARCHAR", "segment": "INTEGER", "organisation": "VARCHAR", "delivery": "VARCHAR",
        "digest": "VARCHAR", "rows": "BIGINT", "rows_delivered": "BIGINT", "rows_quarantined": "BIGINT",
        "checks": "JSON",
    },
}  # fmt: skip

_OF_VERSIONS = (
    "FROM main.versions v JOIN main.segment_versions r ON r.dataset = v.dataset AND v.number >= r.first "
    "AND (r.last IS NULL OR v.number <= r.last) "
    "JOIN main.segments s ON s.dataset = r.dataset AND s.segment = r.segment "
    "ANTI JOIN main.withdrawals w ON w.dataset = v.dataset AND w.version = v.version"
)
_DELIVERIES = f"{_OF_VERSIONS} JOIN main.segment_deliveries d ON d.dataset = s.dataset AND d.segment = s.segment"

#: In its schema, not in ``main``: views of other schemas of an attached database would not find it in DuckDB 1.4.
_PLACES = {"codes": f"{CODELISTS}.{identifier('_codes')}"}

#: View → query.
VIEWS: Mapping[str, str] = {
    "codes": f"SELECT * FROM {_PLACES['codes']}",
    "files": (
        f"SELECT v.dataset, v.version, s.period, f.part, {object_expression('f.sha256')} AS path, f.sha256, f.bytes, "
        f"f.rows, f.logical_hash {_OF_VERSIONS} "
        "JOIN main.segment_files f ON f.dataset = s.dataset AND f.segment = s.segment"
    ),
    "deliveries": f"SELECT v.dataset, v.version, s.period, d.organisation, d.delivery, d.digest, d.rows {_DELIVERIES}",
    "quality": (
        "SELECT v.dataset, v.version, s.period, d.organisation, d.rows_delivered, d.rows AS rows_accepted, "
        f"d.rows_quarantined, d.checks {_DELIVERIES}"
    ),
    "units": units_query(),
}


def place(table: str) -> str:
    """A table's name in SQL."""
    return _PLACES.get(table, f"main.{identifier(table)}")


def opening_statements() -> Iterator[str]:
    """SQL that makes the tables, empty, and the views and macros over them, with comments."""
    yield f"CREATE SCHEMA IF NOT EXISTS {CODELISTS}"
    for table, kinds in TABLES.items():
        definition = ", ".join(f"{identifier(name)} {kind}" for name, kind in kinds.items())
        yield f"CREATE OR REPLACE TABLE {place(table)} ({definition})"
    for view, query in VIEWS.items():
        yield f"CREATE OR REPLACE VIEW main.{identifier(view)} AS {query}"
    named = [("TABLE", name, place(name)) for name in TABLES] + [("VIEW", name, f"main.{name}") for name in VIEWS]
    for kind, name, quoted in named:
        comment = in_both(f"index-table-{name.replace('_', '-')}")
        yield f"COMMENT ON {kind} {quoted} IS {literal(comment)}"
    yield from common_macros()


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    """Add rows, given in the order of the table's columns."""
    collected = list(rows)
    if not collected:
        return
    names = TABLES[table]
    arrays = [pa.array([row[position] for row in collected]) for position in range(len(names))]
    connection.register("new_rows", pa.table(arrays, names=list(names)))
    connection.execute(f"INSERT INTO {place(table)} SELECT * FROM new_rows")
    connection.unregister("new_rows")


def batched(datasets: Sequence[str]) -> Iterator[Sequence[str]]:
    """Datasets some at a time: as many as are asked about with one query, or changed in one transaction.

    Asked one by one, every one would have its tables read through; all in one transaction, DuckDB keeps each state
    that a view or macro had in it.
    """
    return (datasets[begin : begin + _AT_ONCE] for begin in range(0, len(datasets), _AT_ONCE))


def rows_by_dataset(
    connection: duckdb.DuckDBPyConnection, query: str, datasets: Sequence[str]
) -> Mapping[str, list[Row]]:
    """Dataset → its rows, without the dataset, as a query has them that selects it first and takes :data:`AMONG`."""
    found: dict[str, list[Row]] = defaultdict(list)
    for dataset, *row in connection.execute(query, [list(datasets)]).fetchall():
        found[dataset].append(tuple(row))
    return found


def remove(connection: duckdb.DuckDBPyConnection, table: str, datasets: Sequence[str]) -> None:
    """Take all rows of datasets out of a table."""
    connection.execute(f"DELETE FROM {place(table)} WHERE {AMONG}", [list(datasets)])


def add_snapshot(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Record a release."""
    insert(connection, "snapshots", [(snapshot.number, snapshot.released)])


def set_codes(
    connection: duckdb.DuckDBPyConnection, codelist: str, sha256: str, snapshot: int, rows: Iterable[Mapping[str, str]]
) -> None:
    """Make ``rows`` the codes of a code list, as a release of that number brought them."""
    for table in ("codes", "code_lists"):
        connection.execute(f"DELETE FROM {place(table)} WHERE codelist = ?", [codelist])
    insert(connection, "codes", [(codelist, *(text or None for text in row.values())) for row in rows])
    insert(connection, "code_lists", [(codelist, sha256, snapshot)])


def set_latest(
    connection: duckdb.DuckDBPyConnection, datasets: Sequence[str], manifests: Mapping[str, Manifest]
) -> None:
    """Have ``datasets`` and ``fields`` tell of these versions of datasets.

    Args:
        connection: to the index.
        datasets: those concerned; of one without a manifest nothing is told there any more. What is known of its
            versions stays.
        manifests: by their SHA-256.
    """
    for table in ("datasets", "fields"):
        remove(connection, table, datasets)
    insert(connection, "datasets", (_dataset_row(sha256, manifest) for sha256, manifest in manifests.items()))
    insert(connection, "fields", (row for manifest in manifests.values() for row in _field_rows(manifest)))


def _dataset_row(sha256: str, manifest: Manifest) -> Row:
    about, periods = manifest.metadata, manifest.periods
    return (
        manifest.dataset, manifest.theme, about["title"]["zh"], about["title"]["en"], about["description"]["zh"],
        about["description"]["en"], about["theme_title"]["zh"], about["theme_title"]["en"],
        about["disclosure_class"], about["period"], about["licence"], [entry["id"] for entry in about["publishers"]],
        manifest.version, periods[0] if periods else None, periods[-1] if periods else None, manifest.rows,
        manifest.size, manifest_path(sha256), manifest.logical_hash,
    )  # fmt: skip


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


def as_json(document: Any) -> str:
    """The text of a JSON column."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
