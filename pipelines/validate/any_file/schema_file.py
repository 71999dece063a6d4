"""A Table Schema from a file: on its own, in a resource descriptor, or in a data package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.core.paths import is_plain_name
from pipelines.validate.any_file.intake import shown
from pipelines.validate.any_file.refusals import unusable
from pipelines.validate.any_file.schema_document import read_document

_V2 = "https://datapackage.org/profiles/2.0/tableschema.json"


@dataclass(frozen=True)
class SchemaFile:
    """A Table Schema descriptor, and what a resource descriptor says besides about how the file is to be read."""

    schema: dict[str, Any]
    dialect: Mapping[str, Any] | None = None
    encoding: str | None = None
    name: str = ""
    subject: str = field(default="", repr=False)


def load_schema(path: Path, resource: str | None) -> SchemaFile:
    """Read a Table Schema, a resource descriptor or a data package.

    Raises:
        Unusable: the file cannot be read or holds no schema, or it has several and none or another was named.
    """
    document, name = read_document(path), shown(path)
    dialect, encoding = None, None
    if "fields" not in document:
        document = _resource(document, resource, name)
        dialect, encoding = document.get("dialect"), document.get("encoding")
        schema = _schema_of(document, path)
    elif resource is not None:
        raise unusable("no-resources", name)
    else:
        schema = document
    return SchemaFile(
        schema,
        dialect if isinstance(dialect, Mapping) else None,
        encoding if isinstance(encoding, str) else None,
        str(document.get("name", "")),
        name,
    )


def _resource(document: dict[str, Any], wanted: str | None, name: str) -> dict[str, Any]:
    """The resource descriptor that is meant, with the package's version of the standard."""
    if "schema" in document and wanted in {None, document.get("name")}:
        return document
    resources = [entry for entry in _listed(document.get("resources")) if isinstance(entry, dict)]
    if not resources:
        raise unusable("no-schema" if wanted is None else "no-resources", name)
    chosen = [entry for entry in resources if wanted in {None, entry.get("name")}]
    if len(chosen) != 1:
        listed = ", ".join(str(entry.get("name")) for entry in resources[:50])
        raise unusable("which-resource", name, resources=listed)
    return {"$schema": document.get("$schema", ""), **chosen[0]}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _schema_of(resource: dict[str, Any], path: Path) -> dict[str, Any]:
    schema = resource.get("schema")
    if isinstance(schema, str):
        # A path from outside leads to a file beside or below the descriptor, and nowhere else.
        if not all(is_plain_name(part) for part in schema.split("/")):
            raise unusable("schema-elsewhere", shown(path), path=ascii(schema)[1:-1])
        schema = read_document(path.parent / schema)
    if not isinstance(schema, dict):
        raise unusable("no-schema", shown(path))
    if "$schema" not in schema and str(resource.get("$schema", "")).startswith("https://datapackage.org/profiles/2."):
        return {"$schema": _V2, **schema}
    return schema
