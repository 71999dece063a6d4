"""The views of the index: one per dataset, over its Parquet files, that work wherever the catalog is put.

DuckDB resolves a relative path against the current directory, not against the database. So each path is
prefixed with :data:`ROOT`, an expression that finds the catalog's folder when the view is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.core.sql import identifier, literal
from pipelines.publish import Manifest, object_path
from pipelines.publish.schemas import columns, select_list

#: The catalog's folder with a slash at the end: the variable ``catalog_root`` where it is set (for an index that
#: is ATTACHed), else taken from ``temp_directory``, which DuckDB sets to ``<opened file>.tmp``, else the current
#: directory. Written out in every view: a macro could not be found from an attached database.
ROOT = (
    r"coalesce(getvariable('catalog_root') || '/', regexp_extract(replace(current_setting('temp_directory'), '\', '/'),"
    r" '^(.*/)?(?:catalog|index/catalog-[0-9]+)\.duckdb\.tmp$', 1))"
)


def rows_of(manifest: Manifest) -> str:
    """SELECT for a version's rows, in the schema's columns and types.

    Segments written under an older schema may lack columns; a column that no segment has is null.
    """
    return select_rows(
        manifest.schema,
        [(object_path(part.sha256), entry.schema) for entry in manifest.segments for part in entry.parts],
    )


def select_rows(schema: Mapping[str, Any], files: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """SELECT over files (path relative to the catalog, schema they were written by)."""
    available = [name for _, written in files for name in columns(written)]
    # Two periods with equal rows share one object; each of them counts.
    paths = ", ".join(literal(path) for path, _ in files)
    source = f"read_parquet(list_transform([{paths}], lambda f: {ROOT} || f), union_by_name = true)"
    return f"SELECT {select_list(schema, available)} FROM {source}"


def view_statements(manifest: Manifest) -> Iterator[str]:
    """SQL that makes a dataset's view, with comments in Chinese and English on it and on its columns."""
    view = f"{identifier(manifest.theme)}.{identifier(manifest.dataset)}"
    yield f"CREATE SCHEMA IF NOT EXISTS {identifier(manifest.theme)}"
    yield f"CREATE OR REPLACE VIEW {view} AS {rows_of(manifest)}"
    title, description = manifest.metadata["title"], manifest.metadata["description"]
    comment = f"{title['zh']} | {title['en']}\n{description['zh']}\n{description['en']}"
    yield f"COMMENT ON VIEW {view} IS {literal(comment)}"
    for entry in manifest.schema["fields"]:
        texts = f"{both(entry.get('titles'))}\n{both(entry.get('descriptions'))}".strip()
        if texts:
            yield f"COMMENT ON COLUMN {view}.{identifier(entry['name'])} IS {literal(texts)}"


def both(texts: Mapping[str, str] | None) -> str:
    """A bilingual text on one line."""
    return f"{texts['zh']} | {texts['en']}" if texts else ""
