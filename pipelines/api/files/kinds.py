"""What files of the catalog are to who receives them: by the ends of their names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".jsonld": "application/ld+json",
    ".ttl": "text/turtle; charset=utf-8", ".atom": "application/atom+xml", ".xml": "application/xml",
    ".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8",
    ".sql": "application/sql", ".sha256": "text/plain; charset=utf-8", ".parquet": "application/vnd.apache.parquet",
    ".duckdb": "application/vnd.duckdb", ".zip": "application/zip", ".svg": "image/svg+xml", ".png": "image/png",
    ".ico": "image/x-icon", ".wasm": "application/wasm", ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json", ".bib": "application/x-bibtex; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
#: Texts whose types do not begin with ``text/``.
_TEXTS = frozenset(
    _TYPES[suffix] for suffix in (".json", ".jsonld", ".atom", ".xml", ".sql", ".svg", ".webmanifest", ".bib")
)  # fmt: skip


def type_of(path: str) -> str:
    """The media type of a file."""
    return _TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")


def is_text(media_type: str) -> bool:
    """Whether a file of this type is text, which gets much smaller when it is compressed."""
    return media_type.startswith("text/") or media_type in _TEXTS
