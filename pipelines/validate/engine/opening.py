"""A file opened by frictionless: encoding, dialect, labels, header and their errors are its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.registry.table_schemas import for_frictionless, is_version_2
from pipelines.validate.engine.csv_source import CsvFile
from pipelines.validate.engine.foreign import ForeignTable, lookup_schema
from pipelines.validate.engine.model import Uncertified
from pipelines.validate.engine.plan import foreign_keys_of

#: The table's name in its package; no referenced table is called so.
NAME = "gongkai-validated-table"


@dataclass(frozen=True)
class Request:
    """A file to validate and how to read it.

    Attributes:
        dialect: a Table Dialect descriptor, or ``None``: frictionless guesses.
        encoding: a Python codec name, or ``None``: frictionless guesses.
        foreign: referenced tables by resource name.
    """

    path: Path
    schema: Mapping[str, Any]
    dialect: Mapping[str, Any] | None
    encoding: str | None
    foreign: Mapping[str, ForeignTable]


def resource_of(request: Request) -> Any:
    """A frictionless resource for the file, not opened and without the tables that foreign keys refer to.

    Raises:
        frictionless.FrictionlessException: the schema or the dialect is not one.
    """
    from frictionless import Dialect, Resource, Schema

    options: dict[str, Any] = {"schema": Schema.from_descriptor(for_frictionless(request.schema))}
    if request.dialect is not None:
        options["dialect"] = Dialect.from_descriptor(dict(request.dialect))
    if request.encoding is not None:
        options["encoding"] = request.encoding
    if is_version_2(request.schema):
        # Frictionless takes the version from the outermost descriptor; a schema of its own says it for its resource.
        options["schema_profile"] = "https://datapackage.org/profiles/2.0/dataresource.json"
    format_ = "tsv" if request.path.suffix.lower() == ".tsv" else "csv"
    return Resource(
        name=NAME, path=request.path.name, basepath=str(request.path.parent), scheme="file", format=format_, **options
    )


def packaged(table: Any, descriptor: Mapping[str, Any], foreign: Mapping[str, ForeignTable]) -> Any:
    """``table``, a resource called ``NAME``, in a package with the tables that its foreign keys refer to."""
    from frictionless import Package, Resource, Schema

    keys = foreign_keys_of(descriptor)
    others = []
    for name in dict.fromkeys(key.resource for key in keys if key.resource in foreign):
        schema = lookup_schema(foreign[name], [key for key in keys if key.resource == name], descriptor)
        columns = tuple(field["name"] for field in schema["fields"])
        data = [list(columns), *(list(record) for record in foreign[name].records(columns))]
        others.append(Resource(name=name, data=data, format="inline", schema=Schema.from_descriptor(schema)))
    return Package(resources=[*others, table]).get_table_resource(NAME) if others else table


def csv_file_of(resource: Any, path: Path, encoded: Sequence[bool]) -> CsvFile:
    """How frictionless reads an opened CSV resource.

    Raises:
        Uncertified: the file is compressed, not CSV, or the dialect matches labels without regard to case.
    """
    from frictionless.formats import CsvControl

    dialect = resource.dialect
    if resource.format not in {"csv", "tsv"} or resource.compression or resource.multipart or resource.remote:
        raise Uncertified("uncertified-not-csv")
    if not dialect.header_case:
        raise Uncertified("uncertified-header-case")
    if resource.encoding not in {"utf-8", "utf-8-sig"} and not resource.labels:
        raise Uncertified("uncertified-no-header")
    return CsvFile(
        path,
        resource.encoding,
        CsvControl.from_dialect(dialect).to_python(),
        dialect.create_first_content_row(),
        dialect.comment_char or None,
        frozenset(dialect.comment_rows),
        dialect.skip_blank_rows,
        len(encoded),
        encoded,
    )
