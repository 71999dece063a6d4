"""Rules that others wrote: SHACL shapes for graphs, JSON Schemas for what their file names say they are of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.catalog.metadata.contract import problem_of
from pipelines.catalog.metadata.problems import MetadataProblem
from pipelines.catalog.metadata.shapes import Shapes

Pick = Callable[[Any], Iterator[Any]]
"""The parts of a document that a schema is of."""


def _whole(document: Any) -> Iterator[Any]:
    yield document


def _datasets(document: Any) -> Iterator[Any]:
    yield from document.get("dataset", ())


def _resources(document: Any) -> Iterator[Any]:
    yield from document.get("resources", ())


def _table_schemas(document: Any) -> Iterator[Any]:
    yield from (entry["schema"] for entry in document.get("resources", ()) if isinstance(entry.get("schema"), dict))


#: What a file's name has to match → the role of the documents that it is of, and what of them. The first counts.
_ROLES: tuple[tuple[str, str, Pick], ...] = (
    (r"data.?package", "datapackage.json", _whole),
    (r"data.?resource", "datapackage.json", _resources),
    (r"table.?schema", "datapackage.json", _table_schemas),
    (r"(dcat.?us.?v?1|data[._]json).*dataset", "data.json", _datasets),
    (r"dcat.?us.?v?1|data[._]json", "data.json", _whole),
    (r"dcat.?us.*dataset", "dcat-us.json", _whole),
    (r"dcat.?us", "dcat-us catalog", _whole),
    (r"croissant", "croissant.json", _whole),
    (r"schema.?org", "schema-org.jsonld", _whole),
    (r"dcat.?ap", "dcat.jsonld", _whole),
)


@dataclass(frozen=True)
class ForeignRules:
    """Shapes, and by role of documents the schemas that are applied to them with their files' names."""

    shapes: tuple[Shapes, ...]
    schemas: Mapping[str, list[tuple[str, Pick, Any]]]
    unused: tuple[str, ...] = field(default=())
    """Files whose names say of nothing what they are of; other schemas may refer to them."""

    @classmethod
    def load(cls, folder: Path) -> ForeignRules:
        """Read the rules in a folder.

        Raises:
            OSError: when it cannot be read.
        """
        shapes = tuple(Shapes(path.name, path.read_bytes()) for path in sorted(folder.glob("*.ttl")))
        schemas: dict[str, list[tuple[str, Pick, Any]]] = {}
        unused: list[str] = []
        documents: dict[str, Any] = {}
        for path in sorted(folder.glob("*.json")):
            try:
                documents[path.name] = json.loads(path.read_bytes())
            except ValueError:
                unused.append(path.name)
        for name, validator in _validators(documents):
            role = next((role for role in _ROLES if re.search(role[0], name, re.IGNORECASE)), None)
            if role is None:
                unused.append(name)
            else:
                schemas.setdefault(role[1], []).append((name, role[2], validator))
        return cls(shapes, schemas, tuple(unused))

    def problems(self, role: str, path: str, document: Any) -> Iterator[MetadataProblem]:
        """What a document breaks."""
        for name, pick, validator in self.schemas.get(role, ()):
            for part in pick(document):
                try:
                    for error in validator.iter_errors(part):
                        found = problem_of(error, path)
                        yield MetadataProblem(path, found.gate, found.place, f"{name} {found.rule}")
                except Exception as problem:  # references that lead nowhere, endless recursion
                    yield MetadataProblem(path, "json-schema", "-", f"{name} {type(problem).__name__}")


def _validators(documents: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Schemas that know each other by identifier and by name; nothing else is looked up."""
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012

    named = [
        (address.rstrip("#"), Resource.from_contents(schema, default_specification=DRAFT202012))
        for name, schema in documents.items()
        if isinstance(schema, dict)
        for address in (name, str(schema.get("$id", name)))
    ]
    registry: Any = Registry().with_resources(named)
    for name, schema in documents.items():
        kind: Any = validator_for(schema, default=Draft202012Validator)
        yield name, kind(schema, registry=registry, format_checker=kind.FORMAT_CHECKER)
