"""The catalog's contract: rules in ``catalog_schema/metadata/`` that documents keep before they are put in place.

JSON Schemas and SHACL shapes are applied at every release, to what changed. The tools of the standards themselves
(frictionless, mlcroissant, a feed parser) take longer to load than all else that metadata take; they are applied by
``gongkai check-metadata``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pipelines.catalog.metadata.problems import MetadataProblem
from pipelines.catalog.metadata.shapes import Shapes
from pipelines.core.errors import GongkaiError

FOLDER = "metadata"
SCHEMA_GATE, XML_GATE = "json-schema", "xml"
#: Kind of document → its JSON Schema.
SCHEMAS = {
    "dcat.jsonld": "dcat-ap.schema.json",
    "dcat-us.json": "dcat-us-3.schema.json",
    "data.json": "dcat-us-1.1.schema.json",
    "datapackage.json": "data-package.schema.json",
    "schema-org.jsonld": "schema-org.schema.json",
    "croissant.json": "croissant.schema.json",
}
SHAPES = "dcat-ap.ttl"
#: Of a document so many problems are told.
_MOST = 20


class ContractMissing(GongkaiError):
    """A rule that documents are to keep is not there: nothing is published without it."""

    message_id = "metadata-contract-missing"

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


@dataclass(frozen=True)
class Contract:
    """The rules: file name → content."""

    files: Mapping[str, bytes]

    @classmethod
    def load(cls, schema_folder: Path) -> Contract:
        """Read the rules of a registry.

        Raises:
            ContractMissing: when one of them is missing.
        """
        files = {}
        for name in (*SCHEMAS.values(), SHAPES):
            path = schema_folder / FOLDER / name
            if not path.is_file():
                raise ContractMissing(f"{FOLDER}/{name}")
            files[name] = path.read_bytes()
        return cls(files)

    @cached_property
    def digest(self) -> str:
        """Changes with the rules."""
        return hashlib.sha256(b"\0".join(self.files[name] for name in sorted(self.files))).hexdigest()

    @cached_property
    def _validators(self) -> dict[str, Any]:
        from jsonschema import Draft202012Validator
        from referencing import Registry

        # Nothing is fetched: the registry is empty.
        return {
            kind: Draft202012Validator(json.loads(self.files[name]), registry=Registry())
            for kind, name in SCHEMAS.items()
        }

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes of DCAT-AP documents."""
        return Shapes(SHAPES, self.files[SHAPES])

    def problems(self, kind: str, path: str, document: Any) -> list[MetadataProblem]:
        """What a document breaks of its JSON Schema.

        Args:
            kind: a key of :data:`SCHEMAS`.
            path: the document's place in the store, to be told.
            document: the document, parsed.
        """
        return list(_limited(self._validators[kind].iter_errors(document), path))


def _limited(errors: Iterator[Any], path: str) -> Iterator[MetadataProblem]:
    for number, error in enumerate(errors):
        if number == _MOST:
            return
        yield problem_of(error, path)


def problem_of(error: Any, path: str) -> MetadataProblem:
    """An error of a JSON Schema, without the value that broke it."""
    rule = "/".join(map(str, error.absolute_schema_path))
    return MetadataProblem(path, SCHEMA_GATE, error.json_path, rule)


def xml_problems(path: str, content: bytes) -> list[MetadataProblem]:
    """What keeps a document from being XML."""
    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError as error:
        return [MetadataProblem(path, XML_GATE, f"{error.lineno}:{error.offset}", expat.errors.messages[error.code])]
    return []
