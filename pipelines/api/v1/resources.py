"""Datasets, versions and fields as JSON documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from pipelines.api.answering import SNAPSHOT, as_json
from pipelines.api.releases import DATASETS, Released, Row, in_both_languages
from pipelines.api.service import service_of
from pipelines.api.v1.parameters import moment, only, whole
from pipelines.publish import Manifest, object_path
from pipelines.publish.schemas import columns, primary_key

ROOT = "/api/v1"
#: Datasets of one page, unless asked otherwise, and at most.
PAGE, PAGE_MOST = 100, 1_000


def json_response(document: Mapping[str, Any], released: Released, links: Iterable[str] = ()) -> Response:
    """A document of a release. It may be kept for a minute."""
    headers = {"Cache-Control": "public, max-age=60", SNAPSHOT: str(released.snapshot.number)}
    joined = ", ".join(links)
    if joined:
        headers["Link"] = joined
    return Response(as_json(document), headers=headers, media_type="application/json")


async def datasets(request: Request) -> Response:
    """All datasets, by identifier, page by page."""
    found = only(request, {"limit", "after", "theme"})
    limit = whole(found, "limit", PAGE, PAGE_MOST)
    released = await service_of(request).releases.newest()
    rows = await to_thread.run_sync(
        released.ask,
        f"{DATASETS} WHERE d.dataset > ? AND (? IS NULL OR d.theme = ?) ORDER BY d.dataset LIMIT ?",
        [found.get("after", ""), found.get("theme"), found.get("theme"), limit + 1],
    )
    shown = [row for row in rows[:limit] if not released.is_withdrawn(row["dataset"], row["version"])]
    following = None
    if len(rows) > limit:
        following = f"{ROOT}/datasets?{urlencode({**found, 'limit': limit, 'after': rows[limit - 1]['dataset']})}"
    document = {"datasets": [summary(row) for row in shown], "complete": following is None, "next": following}
    return json_response(document, released, [f'<{following}>; rel="next"'] if following else [])


async def dataset(request: Request) -> Response:
    """One dataset, with its latest version."""
    only(request, ())
    released = await service_of(request).releases.newest()
    identifier = request.path_params["dataset"]
    row = await to_thread.run_sync(released.dataset, identifier)
    manifest = await to_thread.run_sync(released.version, identifier, row["version"])
    return json_response({**summary(row), **_details(manifest)}, released)


async def versions(request: Request) -> Response:
    """All versions of a dataset, newest first; those that were withdrawn say why."""
    only(request, ())
    released = await service_of(request).releases.newest()
    identifier = request.path_params["dataset"]
    rows = await to_thread.run_sync(released.versions, identifier)
    return json_response(
        {"dataset": identifier, "versions": [_version(row, released, identifier) for row in rows]}, released
    )


async def version(request: Request) -> Response:
    """One version."""
    only(request, ())
    released, manifest = await manifest_of(request, {})
    rows = await to_thread.run_sync(released.versions, manifest.dataset)
    row = next(row for row in rows if row["version"] == manifest.version)
    about = _version(row, released, manifest.dataset)
    return json_response({"dataset": manifest.dataset, **about, **_details(manifest)}, released)


async def fields(request: Request) -> Response:
    """The fields of a version."""
    found = only(request, {"version", "as_of"})
    released, manifest = await manifest_of(request, found)
    document = {"dataset": manifest.dataset, "version": manifest.version, "fields": fields_of(manifest)}
    return json_response(document, released)


async def manifest_of(request: Request, found: Mapping[str, str]) -> tuple[Released, Manifest]:
    """The release, and the version that a request is about.

    Raises:
        Problem: when there is none.
    """
    as_of = moment(found, "as_of")
    released = await service_of(request).releases.newest()
    number = request.path_params.get("version", found.get("version"))
    manifest = await to_thread.run_sync(released.version, request.path_params["dataset"], number, as_of)
    return released, manifest


def summary(row: Row) -> dict[str, Any]:
    """What lists of datasets say of each."""
    home = f"{ROOT}/datasets/{quote(row['dataset'])}"
    return {
        "id": row["dataset"], "theme": row["theme"], "title": in_both_languages(row, "title"),
        "description": in_both_languages(row, "description"), "theme_title": in_both_languages(row, "theme_title"),
        "disclosure_class": row["disclosure_class"], "period": row["period"], "licence": row["licence"],
        "publishers": row["publishers"], "version": row["version"], "released": utc(row["released"]),
        "first_period": row["first_period"], "last_period": row["last_period"], "rows": row["rows"],
        "bytes": row["bytes"],
        "links": {"self": home, "versions": f"{home}/versions", "fields": f"{home}/fields", "rows": f"{home}/rows"},
    }  # fmt: skip


def _details(manifest: Manifest) -> dict[str, Any]:
    """What is said of one version: its fields, files, and what disclosure and quality control did."""
    return {
        "keywords": manifest.metadata.get("keywords", {}),
        "key": list(primary_key(manifest.schema)),
        "fields": fields_of(manifest),
        "periods": list(manifest.periods),
        "files": [
            {"period": segment.period, "path": f"/{object_path(part.sha256)}", "sha256": part.sha256,
             "bytes": part.bytes, "rows": part.rows}
            for segment in manifest.segments for part in segment.parts
        ],
        "quality": manifest.quality,
        "disclosure": [entry.as_dict() for entry in manifest.receipt],
        "logical_hash": manifest.logical_hash,
    }  # fmt: skip


def fields_of(manifest: Manifest) -> list[dict[str, Any]]:
    """The fields of a version, in the schema's order."""
    kinds, key = columns(manifest.schema), primary_key(manifest.schema)
    return [
        {
            "name": entry["name"], "type": entry["type"], "sql_type": kinds[entry["name"]],
            "title": entry.get("titles") or {}, "description": entry.get("descriptions") or {},
            "unit": entry.get("unit"), "codelist": entry.get("codelist"), "key": entry["name"] in key,
        }
        for entry in manifest.schema["fields"]
    ]  # fmt: skip


def _version(row: Row, released: Released, dataset_id: str) -> dict[str, Any]:
    about = {
        "version": row["version"], "previous": row["previous"], "snapshot": row["snapshot"],
        "released": utc(row["released"]), "rows": row["rows"], "bytes": row["bytes"],
        "manifest": f"/{row['manifest']}", "manifest_sha256": row["manifest_sha256"],
        "logical_hash": row["logical_hash"], "withdrawn": None,
    }  # fmt: skip
    if released.is_withdrawn(dataset_id, row["version"]):
        stone = released.tombstone(dataset_id, row["version"])
        about["withdrawn"] = {"at": stone.withdrawn, "reason": dict(stone.reason), "basis": stone.basis}
    return about


def utc(time: Any) -> str:
    """A time of the index, which is UTC, as ISO 8601."""
    return f"{time.isoformat(timespec='seconds')}Z"
