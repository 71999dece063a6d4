"""The OpenAPI 3.1 document of the server, in the reader's language, written from one table of operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Any

from pipelines.api.answering import COMPLETE, FORMATS, NOTICE, ROWS, SNAPSHOT, VERSION
from pipelines.api.limits import ServerLimits
from pipelines.api.rows.selecting import OPERATORS
from pipelines.api.v1.resources import PAGE, PAGE_MOST, ROOT
from pipelines.api.v1.rows import ALL
from pipelines.core.messages import translate

Document = dict[str, Any]
_IDENTIFIER = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"}
_NUMBER = {"type": "string", "pattern": "^[0-9]{1,9}(\\.[0-9]{1,9}){2}$"}
_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_BOTH = {"type": "object", "additionalProperties": _TEXT}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a request; its text is the message ``api-doc-parameter-<name>``."""

    name: str
    schema: Mapping[str, Any]
    place: str = "query"

    def document(self, language: str) -> Document:
        """As OpenAPI has it."""
        told = {
            "name": self.name, "in": self.place, "schema": dict(self.schema),
            "description": translate(f"api-doc-parameter-{self.name.replace('_', '-')}", language),
        }  # fmt: skip
        return {**told, "required": True} if self.place == "path" else told


@dataclass(frozen=True)
class Operation:
    """What can be asked at a path; its text is the message ``api-doc-<name>``."""

    path: str
    name: str
    parameters: tuple[Parameter, ...]
    schema: str
    problems: tuple[int, ...]
    #: Whether the answer is rows, in any of the formats.
    rows: bool = False
    filters: bool = False
    posted: bool = False


_DATASET = Parameter("dataset", _IDENTIFIER, "path")
_VERSION = Parameter("version", _NUMBER)
_VERSION_PATH = Parameter("version", _NUMBER, "path")
_AS_OF = Parameter("as_of", {"type": "string", "examples": ["2026-06-30", "2026-06-30T08:00:00Z"]})
_FORMAT = Parameter("format", {"enum": list(FORMATS)})


def _limit(default: int, most: int, *, all_rows: bool = False) -> Parameter:
    number: Document = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter("limit", {"anyOf": [number, {"const": ALL}]} if all_rows else number)


def operations(limits: ServerLimits) -> tuple[Operation, ...]:
    """All of them."""
    return (
        Operation(f"{ROOT}/datasets", "datasets",
                  (_limit(PAGE, PAGE_MOST), Parameter("after", _IDENTIFIER), Parameter("theme", _IDENTIFIER)),
                  "Datasets", (400,)),
        Operation(f"{ROOT}/datasets/{{dataset}}", "dataset", (_DATASET,), "Dataset", (400, 404, 410)),
        Operation(f"{ROOT}/datasets/{{dataset}}/versions", "versions", (_DATASET,), "Versions", (400, 404)),
        Operation(f"{ROOT}/datasets/{{dataset}}/versions/{{version}}", "version", (_DATASET, _VERSION_PATH), "Version",
                  (400, 404, 410)),
        Operation(f"{ROOT}/datasets/{{dataset}}/fields", "fields", (_DATASET, _VERSION, _AS_OF), "Fields",
                  (400, 404, 410)),
        Operation(f"{ROOT}/datasets/{{dataset}}/rows", "rows",
                  (_DATASET, _VERSION, _AS_OF, Parameter("columns", _TEXT), Parameter("sort", _TEXT),
                   _limit(limits.page, limits.page_most, all_rows=True), Parameter("cursor", _TEXT), _FORMAT),
                  "Rows", (400, 404, 410, 422, 429), rows=True, filters=True),
        Operation("/sql", "sql",
                  (Parameter("query", {"type": "string", "minLength": 1}), _limit(limits.page, limits.page_most),
                   _FORMAT),
                  "Result", (400, 410, 413, 415, 422, 429), rows=True, posted=True),
    )  # fmt: skip


def openapi(limits: ServerLimits, language: str) -> Document:
    """The document.

    Args:
        limits: which it tells.
        language: of its texts, one of the message catalogue's.
    """
    return _openapi(limits, language)


@cache
def _openapi(limits: ServerLimits, language: str) -> Document:
    paths: Document = {}
    for operation in operations(limits):
        paths.setdefault(operation.path, {})["get"] = _operation(operation, language, "get")
        if operation.posted:
            paths[operation.path]["post"] = _operation(operation, language, "post")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": translate("api-doc-title", language),
            "version": f"1 ({metadata.version('gongkai')})",
            "description": translate(
                "api-doc-description", language, seconds=limits.query.seconds, memory=limits.query.memory,
                rows=limits.page_most, bytes=limits.result_bytes >> 20,
            ),
        },
        "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }  # fmt: skip


def _operation(operation: Operation, language: str, method: str) -> Document:
    parameters = [parameter.document(language) for parameter in operation.parameters]
    if operation.filters:
        parameters.append({
            "name": "filters", "in": "query", "style": "form", "explode": True,
            "schema": {"type": "object", "additionalProperties": _TEXT},
            "description": translate("api-doc-filters", language, operators=", ".join(OPERATORS)),
        })  # fmt: skip
    reference = {"schema": {"$ref": f"#/components/schemas/{operation.schema}"}}
    content: Document = {"application/json": reference}
    if operation.rows:
        content |= {media.partition(";")[0]: {} for name, media in FORMATS.items() if name != "json"}
    told: Document = {
        "operationId": operation.name if method == "get" else f"{operation.name}_posted",
        "summary": translate(f"api-doc-{operation.name}-title", language),
        "description": translate(f"api-doc-{operation.name}", language),
        "parameters": parameters if method == "get" else [],
        "responses": {
            "200": {
                "description": translate("api-doc-found", language),
                "headers": _headers(operation, language),
                "content": content,
            },
            **{str(status): _problem(status, language) for status in (*operation.problems, 503)},
        },
    }
    if method == "post":
        members = {parameter.name: dict(parameter.schema) for parameter in operation.parameters}
        body = {"type": "object", "properties": members, "required": ["query"], "additionalProperties": False}
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body}, "application/sql": {"schema": {"type": "string"}}},
        }
    return told


def _headers(operation: Operation, language: str) -> Document:
    names = [SNAPSHOT]
    if operation.rows:
        names += [COMPLETE, ROWS] + ([VERSION, "Link"] if operation.filters else [NOTICE])
    elif operation.name == "datasets":
        names.append("Link")
    return {
        name: {"description": translate(f"api-doc-header-{name.lower()}", language), "schema": _TEXT} for name in names
    }


def _problem(status: int, language: str) -> Document:
    return {
        "description": translate(f"api-doc-status-{status}", language),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _object(required: Mapping[str, Any]) -> Document:
    return {"type": "object", "properties": dict(required), "required": list(required)}


def _array(items: Any) -> Document:
    return {"type": "array", "items": items}


def _reference(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


_ABOUT = {
    "id": _IDENTIFIER, "theme": _IDENTIFIER, "title": _BOTH, "description": _BOTH, "theme_title": _BOTH,
    "disclosure_class": _TEXT, "period": _TEXT, "licence": _TEXT, "publishers": _array(_IDENTIFIER),
    "version": _NUMBER, "released": _TEXT, "first_period": _TEXT_OR_NULL, "last_period": _TEXT_OR_NULL,
    "rows": _COUNT, "bytes": _COUNT, "links": {"type": "object", "additionalProperties": _TEXT},
}  # fmt: skip
_ABOUT_VERSION = {
    "version": _NUMBER, "previous": _TEXT_OR_NULL, "snapshot": _COUNT, "released": _TEXT, "rows": _COUNT,
    "bytes": _COUNT, "manifest": _TEXT, "manifest_sha256": _TEXT, "logical_hash": _TEXT,
    "withdrawn": {"type": ["object", "null"]},
}  # fmt: skip
_DETAILS = {
    "key": _array(_TEXT), "fields": _array(_reference("Field")), "periods": _array(_TEXT),
    "files": _array({"type": "object"}), "quality": {"type": "object"}, "disclosure": _array({"type": "object"}),
}  # fmt: skip
_PAGE = {"complete": {"type": "boolean"}, "next": _TEXT_OR_NULL}
_COLUMNS = _array(_object({"name": _TEXT, "type": _TEXT}))
_SCHEMAS: Document = {
    "Datasets": _object({"datasets": _array(_reference("Summary")), **_PAGE}),
    "Summary": _object(_ABOUT),
    "Dataset": _object({**_ABOUT, **_DETAILS}),
    "Versions": _object({"dataset": _IDENTIFIER, "versions": _array(_object(_ABOUT_VERSION))}),
    "Version": _object({"dataset": _IDENTIFIER, **_ABOUT_VERSION, **_DETAILS}),
    "Fields": _object({"dataset": _IDENTIFIER, "version": _NUMBER, "fields": _array(_reference("Field"))}),
    "Field": _object({
        "name": _TEXT, "type": _TEXT, "sql_type": _TEXT, "title": _BOTH, "description": _BOTH, "unit": _TEXT_OR_NULL,
        "codelist": _TEXT_OR_NULL, "key": {"type": "boolean"},
    }),
    "Rows": _object({
        "dataset": _IDENTIFIER, "version": _NUMBER, "snapshot": _COUNT, "columns": _COLUMNS,
        "rows": _array({"type": "object"}), **_PAGE,
    }),
    "Result": _object({
        "snapshot": _COUNT, "columns": _COLUMNS, "rows": _array({"type": "object"}),
        "complete": {"type": "boolean"}, "notice": _TEXT_OR_NULL,
    }),
    "Problem": _object({"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT}),
}  # fmt: skip
