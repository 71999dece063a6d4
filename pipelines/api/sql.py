"""``/sql``: one statement of anybody's over the newest release, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from pipelines.api.answering import SNAPSHOT, Envelope, around, format_of, said
from pipelines.api.problems import Problem, language_of
from pipelines.api.sandbox.frames import Head
from pipelines.api.service import service_of
from pipelines.api.v1.parameters import only, whole
from pipelines.core.messages import translate

PARAMETERS = ("query", "format", "limit")


async def sql(request: Request) -> Response:
    """The result of a statement, as far as it may have rows."""
    service = service_of(request)
    found = dict(only(request, PARAMETERS))
    if request.method == "POST":
        found.update(_posted(request.headers.get("content-type", ""), await request.body()))
    statement = found.get("query", "")
    if not statement.strip():
        raise Problem(400, "no-query")
    if "\0" in statement:
        raise Problem(400, "query-refused", reason="NUL")
    limit = whole(found, "limit", service.limits.page, service.limits.page_most)
    form = format_of(request, found.get("format"))
    released = await service.releases.newest()
    language = language_of(request)

    def envelope(head: Head) -> Envelope:
        notice = None if head.complete else translate("api-rows-cut", language, rows=head.rows or 0)
        headers = {
            "Cache-Control": "no-store", "Vary": "Accept, Accept-Language", SNAPSHOT: str(released.snapshot.number),
            **said(head, notice),
        }  # fmt: skip
        if form != "json":
            return Envelope(headers)
        columns = [{"name": name, "type": kind} for name, kind in head.columns]
        about = {"snapshot": released.snapshot.number, "columns": columns}
        return Envelope(headers, *around(about, "rows", {"complete": head.complete, "notice": notice}))

    query = service.query(released, statement, form, limit, strange=True)
    return service.answer(query, envelope)


def _posted(kind: str, body: bytes) -> Mapping[str, str]:
    """What the body of a POST says: JSON, a form, or the statement itself."""
    media = kind.partition(";")[0].strip().lower()
    try:
        text = body.decode("utf-8")
        if media == "application/json":
            document = json.loads(text)
            if not isinstance(document, dict) or not document.keys() <= set(PARAMETERS):
                raise ValueError("other members")
            return {name: _text(value) for name, value in document.items()}
        if media == "application/x-www-form-urlencoded":
            return {name: value for name, value in parse_qsl(text) if name in PARAMETERS}
    except (ValueError, RecursionError) as problem:
        raise Problem(400, "body") from problem
    if media not in {"application/sql", "text/plain", ""}:
        raise Problem(415, "media-type")
    return {"query": text}


def _text(value: object) -> str:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise ValueError("no text")
