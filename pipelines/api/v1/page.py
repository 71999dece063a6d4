"""The OpenAPI document as a page: plain HTML, complete in itself, with the problems that answers can name."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipelines.api.headers import DOCUMENT_POLICY
from pipelines.api.problems import SLUGS, language_of
from pipelines.api.service import service_of
from pipelines.api.v1.openapi import openapi
from pipelines.api.v1.parameters import only
from pipelines.api.v1.resources import ROOT
from pipelines.core.messages import translate

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}code,h2{font-family:ui-monospace,monospace;overflow-wrap:anywhere}h2{margin-top:2.5rem;"
    "border-top:1px solid #767676;padding-top:1rem;font-size:1.1rem}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}dt{font-weight:bold;margin-top:.75rem}"
    "dd{margin:0}a{color:#0b4f8a}"
)
_POLICY = (
    f"{DOCUMENT_POLICY}; style-src 'sha256-"
    f"{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode('ascii')}'"
)
_KEPT = "public, max-age=300"


async def document(request: Request) -> Response:
    """The OpenAPI document."""
    only(request, ())
    language = language_of(request)
    told = openapi(service_of(request).limits, language)
    return JSONResponse(
        told, headers={"Cache-Control": _KEPT, "Content-Language": language, "Vary": "Accept-Language"},
        media_type="application/vnd.oai.openapi+json;version=3.1",
    )  # fmt: skip


async def page(request: Request) -> Response:
    """The page."""
    language = language_of(request)
    told = openapi(service_of(request).limits, language)
    parts = [_operation(path, method, each, language) for path, methods in told["paths"].items()
             for method, each in methods.items()]  # fmt: skip
    problems = "".join(
        f'<dt id="{slug}">{escape(translate(f"api-{slug}-title", language))}</dt><dd><code>{slug}</code></dd>'
        for slug in SLUGS
    )
    title = escape(told["info"]["title"])
    content = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1><p>{escape(told['info']['description'])}</p>"
        f'<p><a href="{ROOT}/openapi.json">openapi.json</a></p>{"".join(parts)}'
        f"<h2>{escape(translate('api-doc-problems', language))}</h2><dl>{problems}</dl></main></body></html>"
    )
    return Response(
        content, media_type="text/html; charset=utf-8",
        headers={"Cache-Control": _KEPT, "Content-Language": language, "Vary": "Accept-Language",
                 "Content-Security-Policy": _POLICY},
    )  # fmt: skip


def _operation(path: str, method: str, told: dict[str, Any], language: str) -> str:
    rows = "".join(
        f"<tr><th scope='row'><code>{escape(each['name'])}</code></th><td>{escape(each['description'])}</td></tr>"
        for each in told["parameters"]
    )
    table = (
        f"<table><caption>{escape(translate('api-doc-parameters', language))}</caption>{rows}</table>" if rows else ""
    )
    return (
        f"<h2>{method.upper()} {escape(path)}</h2><p><b>{escape(told['summary'])}</b></p>"
        f"<p>{escape(told['description'])}</p>{table}"
    )
