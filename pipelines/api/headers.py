"""Headers that every response has: what browsers may do with it, and who may read it (CORS: anybody)."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.core.web_pages import FRAME_POLICY, PAGE_POLICY

#: For what is data or a document of the server: nothing is loaded, nothing runs.
DOCUMENT_POLICY = f"default-src 'none'; base-uri 'none'; form-action 'none'; {FRAME_POLICY}"
_PAGE_POLICY = f"{PAGE_POLICY}; {FRAME_POLICY}"
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers",
     b"Accept-Ranges, Content-Disposition, Content-Range, ETag, Last-Modified, Link, Retry-After, Gongkai-Complete, "
     b"Gongkai-Notice, Gongkai-Rows, Gongkai-Snapshot, Gongkai-Version"),
)  # fmt: skip
#: The answer to a browser that asks before it sends (Fetch, CORS preflight).
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers":
        "Accept, Accept-Language, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, POST, OPTIONS",
}  # fmt: skip

RawHeaders = Iterable[tuple[bytes, bytes]]


def with_policies(headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    """Headers of a response and those that every response has."""
    own = list(headers)
    named = {name.lower(): value for name, value in own}
    added = list(_ALWAYS)
    if b"content-security-policy" not in named:
        is_page = named.get(b"content-type", b"").startswith(b"text/html")
        added.append((b"content-security-policy", (_PAGE_POLICY if is_page else DOCUMENT_POLICY).encode("ascii")))
    return own + added
