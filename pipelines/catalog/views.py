"""How the index reads Parquet files: SELECTs over a version's objects that work wherever the catalog is put.

DuckDB resolves a relative path against the current directory, not against the database. So each path is
prefixed with :data:`ROOT`, an expression that finds the catalog's folder when the view is read.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.catalog.shapes import Shape
from pipelines.core.sql import literal
from pipelines.publish import Manifest

#: The catalog's folder with a slash at the end: the variable ``catalog_root`` where it is set (for an index that
#: is ATTACHed), else taken from ``temp_directory``, which DuckDB sets to ``<opened file>.tmp``, else the current
#: directory. Written out in every view: a macro could not be found from an attached database.
ROOT = (
    r"coalesce(getvariable('catalog_root') || '/', regexp_extract(replace(current_setting('temp_directory'), '\', '/'),"
    r" '^(.*/)?(?:catalog|index/catalog-[0-9]+)\.duckdb\.tmp$', 1))"
)


def object_expression(sha256: str) -> str:
    """SQL for an object's path relative to the catalog; ``sha256`` is SQL for its hash."""
    return f"'objects/' || left({sha256}, 2) || '/' || {sha256} || '.parquet'"


def rows_of(manifest: Manifest) -> str:
    """SELECT for a version's rows, in the schema's columns and types.

    Segments written under an older schema may lack columns; a column that no segment has is null.
    """
    return select_rows(
        Shape.of(manifest.schema),
        ((Shape.of(segment.schema), part.sha256) for segment in manifest.segments for part in segment.parts),
    )


def select_rows(shape: Shape, files: Iterable[tuple[Shape, str]]) -> str:
    """SELECT over files, each given by the shape it was written in and its SHA-256.

    Files of one shape are read together. DuckDB then opens only the first to learn the columns: with
    ``union_by_name`` it opens all of them each time a query is prepared.
    """
    groups: dict[Shape, list[str]] = {}
    for written, sha256 in files:
        # Two periods with equal rows share one object; each of them counts.
        groups.setdefault(written, []).append(sha256)
    parts = (
        f"SELECT {shape.select_list(written)} FROM read_parquet(list_transform("
        f"string_split({literal(' '.join(hashes))}, ' '), lambda h: {ROOT} || {object_expression('h')}))"
        for written, hashes in groups.items()
    )
    nothing = f"SELECT {shape.select_list(Shape((), ()))} LIMIT 0"
    return " UNION ALL ".join(parts) or nothing
