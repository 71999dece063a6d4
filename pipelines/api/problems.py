"""What went wrong, as problem details (RFC 9457) in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from pipelines.api.preferences import codings, qualities
from pipelines.core.messages import LANGUAGES, Parameter, translate

#: Where problems are explained; each has an anchor of its name.
_EXPLAINED = "/api/v1/"
#: All problems that answers name.
SLUGS = (
    "not-found", "method", "precondition", "range", "coding", "too-large", "too-slow", "media-type", "body", "error",
    "no-release-yet", "unreachable", "no-dataset", "no-version", "no-release", "withdrawn", "no-parameter",
    "parameter", "number", "time", "version-and-time", "no-field", "no-operator", "value", "too-many-filters",
    "too-many-values", "no-format", "cursor", "all-unsorted", "no-query", "busy", "query-refused", "query-failed",
    "query-time", "query-memory", "query-large", "query-withdrawn", "query-unreadable", "query-lost", "no-action",
    "no-resource", "no-organisation", "search", "offset",
)  # fmt: skip


class Problem(Exception):
    """A request that is not answered as it was meant.

    ``status`` is the HTTP status; ``slug`` names the problem and its texts ``api-<slug>-title`` and ``api-<slug>``.
    """

    def __init__(
        self, status: int, slug: str, headers: Mapping[str, str] | None = None, /, **params: Parameter
    ) -> None:
        super().__init__(slug)
        self.status, self.slug, self.headers, self.params = status, slug, dict(headers or {}), params

    def document(self, language: str) -> dict[str, Any]:
        """Its members (RFC 9457, section 3.1)."""
        return {
            "type": f"{_EXPLAINED}#{self.slug}",
            "title": translate(f"api-{self.slug}-title", language),
            "status": self.status,
            "detail": translate(f"api-{self.slug}", language, **self.params),
        }


class ProblemResponse(JSONResponse):
    """A problem as a response."""

    media_type = "application/problem+json"

    def __init__(self, problem: Problem, language: str) -> None:
        headers = {"Cache-Control": "no-store", "Content-Language": language, "Vary": "Accept-Language"}
        super().__init__(problem.document(language), problem.status, {**headers, **problem.headers})


def wanted_codings(header: str | None, *, has_gzip: bool = True) -> tuple[float, float]:
    """How much a client wants gzip, where there is any, and how much the bytes as they are; see :func:`codings`.

    Raises:
        Problem: when the client takes an answer in no form that there is.
    """
    gzip, as_it_is = codings(header)
    gzip = gzip if has_gzip else 0.0
    if not gzip and not as_it_is:
        raise Problem(406, "coding", {"Vary": "Accept-Encoding, Accept-Language"})
    return gzip, as_it_is


def language_of(request: HTTPConnection) -> str:
    """The language of the catalogue that a client prefers (RFC 9110, section 12.5.4); English where it has no wish."""
    wishes: dict[str, float] = {}
    for name, quality in qualities(request.headers.get("accept-language", "")).items():
        wishes.setdefault(name.partition("-")[0], quality)
    return max(LANGUAGES, key=lambda language: wishes.get(language, wishes.get("*", 0)))
