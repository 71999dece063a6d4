"""Rows of a version, page by page or all in one stream."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pipelines.api.answering import SNAPSHOT, VERSION, Envelope, around, format_of, said
from pipelines.api.problems import Problem
from pipelines.api.rows.cursors import Position, read_position
from pipelines.api.rows.selecting import select
from pipelines.api.sandbox.frames import Head
from pipelines.api.service import service_of
from pipelines.api.v1.parameters import told_apart, whole
from pipelines.api.v1.resources import ROOT, manifest_of

#: Parameters that are not filters. A field of such a name is meant by ``name[eq]``.
PARAMETERS = ("version", "as_of", "columns", "sort", "limit", "cursor", "format")
#: Instead of a number of rows.
ALL = "all"


async def rows(request: Request) -> Response:
    """The rows that a request selects."""
    service = service_of(request)
    found, filters = told_apart(request, PARAMETERS)
    position = _position(found)
    pinned = {**found, "version": position.version} if position else found
    released, manifest = await manifest_of(request, pinned)
    selection = select(manifest, filters, found.get("columns"), found.get("sort"))
    if position and position.digest != selection.digest:
        raise Problem(400, "cursor")
    form = format_of(request, found.get("format"))
    about = {"dataset": manifest.dataset, "version": manifest.version, "snapshot": released.snapshot.number}
    headers = {
        "Cache-Control": "public, max-age=60", "Vary": "Accept", VERSION: manifest.version,
        SNAPSHOT: str(released.snapshot.number),
    }  # fmt: skip
    if form in {"csv", "arrow", "parquet"}:
        headers["Content-Disposition"] = f'attachment; filename="{manifest.dataset}-{manifest.version}.{form}"'
    if found.get("limit") == ALL:
        if position or selection.sort:
            raise Problem(400, "all-unsorted")

        def whole_version(head: Head) -> Envelope:
            before, after = _json(form, about, head, None)
            return Envelope({**headers, **said(head, None)}, before, after)

        return service.answer(service.query(released, selection.statement(), form, None), whole_version)
    limit = whole(found, "limit", service.limits.page, service.limits.page_most)
    path = f"{ROOT}/datasets/{manifest.dataset}/rows"

    def page(head: Head) -> Envelope:
        following = None
        if not head.complete:
            start = position or Position(manifest.version, selection.digest, (), 0)
            after_last = start.next(selection.digest, head.last, head.ties, head.rows or 0)
            following = f"{path}?{_following(request, limit, after_last)}"
        link = {"Link": f'<{following}>; rel="next"'} if following else {}
        before, after = _json(form, about, head, following)
        return Envelope({**headers, **link, **said(head, None)}, before, after)

    query = service.query(released, selection.page(limit, position), form, limit, hidden=len(selection.order))
    return service.answer(query, page)


def _position(found: Mapping[str, str]) -> Position | None:
    if "version" in found and "as_of" in found:
        raise Problem(400, "version-and-time")
    if "cursor" not in found:
        return None
    position = read_position(found["cursor"])
    if "as_of" in found or found.get("version", position.version) != position.version:
        raise Problem(400, "cursor")
    return position


def _following(request: Request, limit: int, position: Position) -> str:
    """The query string of the next page: the same but for the place, and without what the cursor says."""
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in {"cursor", "as_of", "version", "limit"}
    ]
    return urlencode([*kept, ("limit", str(limit)), ("cursor", str(position))])


def _json(form: str, about: Mapping[str, object], head: Head, following: str | None) -> tuple[bytes, bytes]:
    if form != "json":
        return b"", b""
    columns = [{"name": name, "type": kind} for name, kind in head.columns]
    return around({**about, "columns": columns}, "rows", {"complete": head.complete, "next": following})
