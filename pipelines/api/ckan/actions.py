"""The actions, and how they answer: ``{"success": …, "result": …}``, or ``error`` with CKAN's name of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from pipelines.api.answering import Envelope, around, as_json, client_of
from pipelines.api.ckan import searching
from pipelines.api.ckan.packages import all_packages, all_rows, dataset_of_resource, organisations, package
from pipelines.api.problems import Problem, language_of
from pipelines.api.releases import Released
from pipelines.api.rows.selecting import select
from pipelines.api.sandbox.frames import Head
from pipelines.api.service import Service, service_of

#: Where clients look for actions: with and without the version.
PATHS = ("/api/3/action", "/api/2/action", "/api/action")
#: The version of CKAN whose actions these are like.
_LIKE = "2.11"
_ROWS_MOST = 1_000
#: Rows are counted from the start each time; who wants more pages by key.
_OFFSET_MOST = 100_000
_TYPES = {
    400: "Validation Error", 404: "Not Found Error", 409: "Validation Error", 410: "Not Found Error",
    429: "Too Many Requests", 405: "Bad Request",
}  # fmt: skip
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class _Asked:
    """What an action is given."""

    arguments: Arguments
    released: Released
    address: str

    def text(self, name: str, default: str = "") -> str:
        """An argument that is a text."""
        value = self.arguments.get(name)
        return default if value is None else value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int, most: int) -> int:
        """An argument that is a number from 0; what is more than ``most`` is ``most``, as CKAN does.

        Raises:
            Problem: when it is none.
        """
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        text = str(value)
        if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 9:
            raise Problem(409, "number", parameter=name, most=most)
        return min(int(text), most)

    def listed(self, name: str) -> list[str]:
        """An argument that is a list of texts, as JSON or with commas between.

        Raises:
            Problem: when it is neither.
        """
        value = self.arguments.get(name)
        if isinstance(value, str):
            value = json_or(value, [each.strip() for each in value.split(",") if each.strip()])
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Problem(409, "value", field=name, type="list")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """An argument that is true or false."""
        value = self.arguments.get(name)
        return default if value is None else str(value).lower() in {"true", "1", "yes"}


def json_or(text: str, otherwise: Any) -> Any:
    """A text as JSON, if it is such."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return otherwise


async def call(request: Request) -> Response:
    """Run an action."""
    service = service_of(request)
    language = language_of(request)
    try:
        name = request.path_params["action"]
        if name not in _ACTIONS and name != "datastore_search":
            raise Problem(404, "no-action", known=", ".join([*_ACTIONS, "datastore_search"]))
        arguments = await _arguments(request)
        asked = _Asked(arguments, await service.releases.newest(), service.address(request))
        if name == "datastore_search":
            return await _datastore_search(service, asked, client_of(request.scope))
        result = await to_thread.run_sync(_ACTIONS[name], asked)
    except Problem as problem:
        return _failed(problem, language)
    return _response({"success": True, "result": result}, 200)


def _response(document: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    kept = "public, max-age=60" if status == 200 else "no-store"
    content = as_json({"help": None, **document})
    return Response(content, status, {"Cache-Control": kept, **(headers or {})}, media_type="application/json")


def _failed(problem: Problem, language: str) -> Response:
    detail = problem.document(language)["detail"]
    error = {"__type": _TYPES.get(problem.status, "Error"), "message": detail}
    status = {400: 409, 410: 404}.get(problem.status, problem.status)
    return _response({"success": False, "error": error}, status, problem.headers)


async def _arguments(request: Request) -> Arguments:
    """Query parameters, and a JSON object or a form in the body.

    Raises:
        Problem: when the body is neither.
    """
    found: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if body.strip():
        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as problem:
            raise Problem(400, "body") from problem
        if not isinstance(document, dict):
            raise Problem(400, "body")
        found.update(document)
    return found


def _packages(asked: _Asked) -> Sequence[dict[str, Any]]:
    return all_packages(asked.released, asked.address)


def _one(asked: _Asked, dataset: str) -> dict[str, Any]:
    row = asked.released.dataset(dataset)
    return package(row, asked.address, organisations(asked.released, [row]))


def _package_list(asked: _Asked) -> Any:
    names = [row["dataset"] for row in all_rows(asked.released)]
    start = asked.number("offset", 0, len(names))
    return names[start : start + asked.number("limit", len(names), len(names))]


def _package_search(asked: _Asked) -> Any:
    queries = [asked.text("q"), asked.text("fq"), *asked.listed("fq_list")]
    found = searching.searched(_packages(asked), *queries)
    ordered = searching.in_order(found, asked.text("sort"))
    start = asked.number("start", 0, len(ordered))
    counted = searching.facets(found, asked.listed("facet.field"), asked.number("facet.limit", 50, _ROWS_MOST))
    return {
        "count": len(ordered), "sort": asked.text("sort"), "facets": counted,
        "results": ordered[start : start + asked.number("rows", 10, _ROWS_MOST)],
        "search_facets": {
            field: {"title": field, "items": [{"name": name, "display_name": name, "count": count}
                                              for name, count in counts.items()]}
            for field, counts in counted.items()
        },
    }  # fmt: skip


def _package_show(asked: _Asked) -> Any:
    return _one(asked, asked.text("id") or asked.text("name_or_id"))


def _resource_show(asked: _Asked) -> Any:
    resource = asked.text("id")
    resources = _one(asked, dataset_of_resource(resource))["resources"]
    return next((entry for entry in resources if entry["id"] == resource), resources[0])


def _organization_list(asked: _Asked) -> Any:
    found = organisations(asked.released, all_rows(asked.released))
    return list(found.values()) if asked.flag("all_fields", False) else list(found)


def _organization_show(asked: _Asked) -> Any:
    found = organisations(asked.released, all_rows(asked.released))
    wanted = asked.text("id")
    if wanted not in found:
        raise Problem(404, "no-organisation", organisation=ascii(wanted[:64]))
    return found[wanted]


def _status_show(asked: _Asked) -> Any:
    return {
        "ckan_version": _LIKE, "site_title": "Gongkai", "site_url": asked.address, "site_description": "",
        "locale_default": "zh", "error_emails_to": None, "extensions": ["datastore"],
        "gongkai_version": metadata.version("gongkai"), "snapshot": asked.released.snapshot.number,
    }  # fmt: skip


_ACTIONS: Mapping[str, Callable[[_Asked], Any]] = {
    "package_list": _package_list,
    "package_search": _package_search,
    "package_show": _package_show,
    "resource_show": _resource_show,
    "organization_list": _organization_list,
    "organization_show": _organization_show,
    "status_show": _status_show,
}


async def _datastore_search(service: Service, asked: _Asked, client: str) -> Response:
    dataset = dataset_of_resource(asked.text("resource_id") or asked.text("id"))
    manifest = await to_thread.run_sync(asked.released.version, dataset, None)
    offset = asked.number("offset", 0, _OFFSET_MOST + 1)
    if offset > _OFFSET_MOST:
        raise Problem(409, "offset", most=_OFFSET_MOST)
    limit = asked.number("limit", 100, service.limits.page_most)
    sort = ",".join(_order(part) for part in asked.text("sort").split(",") if part.strip())
    selection = select(manifest, _filters(asked), ",".join(asked.listed("fields")), sort)
    total = None
    if asked.flag("include_total", True):
        async with (
            service.gate.entered(client),
            service.sandbox.run(service.query(asked.released, selection.count(), "ndjson", 1)) as result,
        ):
            total = json.loads(b"".join([part async for part in result.content()]))["total"]

    def envelope(head: Head) -> Envelope:
        fields = [{"id": name, "type": _ckan_type(kind)} for name, kind in head.columns]
        about = {
            "resource_id": f"{dataset}.csv", "fields": fields, "limit": limit, "offset": offset,
            "include_total": total is not None, "total": total, "total_was_estimated": False,
            "records_format": "objects",
        }  # fmt: skip
        opening, closing = around(about, "records", {"complete": head.complete})
        return Envelope({"Cache-Control": "public, max-age=60"}, b'{"help":null,"success":true,"result":' + opening,
                        closing + b"}")  # fmt: skip

    query = service.query(asked.released, selection.block(limit, offset), "json", max(limit, 1))
    return service.answer(query, envelope, _failed)


def _order(part: str) -> str:
    field, _, direction = part.strip().partition(" ")
    return f"-{field}" if direction.strip().lower() == "desc" else field


def _filters(asked: _Asked) -> list[tuple[str, str]]:
    """``filters`` is an object: a field has a value, or one of a list."""
    filters = asked.arguments.get("filters")
    filters = json_or(filters, filters) if isinstance(filters, str) and filters else filters or {}
    if not isinstance(filters, dict):
        raise Problem(409, "value", field="filters", type="object")
    return [
        (f"{field}[in]", _joined(value if isinstance(value, list) else [value])) for field, value in filters.items()
    ]


def _joined(values: list[Any]) -> str:
    text = io.StringIO()
    told = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    csv.writer(text, lineterminator="").writerow(told)
    return text.getvalue()


def _ckan_type(kind: str) -> str:
    """PostgreSQL's name of a type, which CKAN's datastore uses."""
    names = {"VARCHAR": "text", "BIGINT": "int8", "INTEGER": "int4", "DOUBLE": "float8", "BOOLEAN": "bool"}
    return names.get(kind, "numeric" if kind.startswith("DECIMAL") else kind.lower())
