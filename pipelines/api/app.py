"""The application: what is answered where."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from pipelines.api import sql
from pipelines.api.ckan import actions
from pipelines.api.compressing import Compressed
from pipelines.api.envelope import Envelope
from pipelines.api.files.serving import CatalogFiles
from pipelines.api.gate import Gate
from pipelines.api.limits import ServerLimits
from pipelines.api.places.base import Place
from pipelines.api.problems import Problem, ProblemResponse, language_of
from pipelines.api.releases import Releases
from pipelines.api.sandbox.client import Sandbox
from pipelines.api.service import Service
from pipelines.api.v1 import page, resources, rows
from pipelines.api.v1.resources import ROOT
from pipelines.core.web_pages import NOT_FOUND_AT_ROOT_FILE, NOT_FOUND_FILE


def make_app(place: Place, limits: ServerLimits | None = None, base_url: str | None = None) -> ASGIApp:
    """The ASGI application over a catalog.

    Args:
        place: where it lies.
        limits: what requests may take.
        base_url: where the public finds the server, for links that cannot be relative.
    """
    bounds = limits or ServerLimits()
    releases, sandbox = Releases(place), Sandbox(place.lend)
    service = Service(
        releases,
        sandbox,
        Gate(bounds.queries, bounds.queries_of_client, bounds.patience, bounds.query.seconds),
        Gate(bounds.streams, bounds.streams_of_client, bounds.patience, bounds.query.seconds),
        bounds,
        base_url,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await to_thread.run_sync(sandbox.begin)
        try:
            with contextlib.suppress(Problem):  # Nothing has been released yet.
                sandbox.open((await releases.newest()).index_file)
            yield
        finally:
            sandbox.stop()

    home = f"{ROOT}/datasets/{{dataset}}"
    app = Starlette(
        routes=[
            _route(f"{ROOT}/", page.page),
            Route(ROOT, lambda _: RedirectResponse(f"{ROOT}/", 308)),
            _route(f"{ROOT}/openapi.json", page.document),
            _route(f"{ROOT}/datasets", resources.datasets),
            _route(home, resources.dataset),
            _route(f"{home}/versions", resources.versions),
            _route(f"{home}/versions/{{version}}", resources.version),
            _route(f"{home}/fields", resources.fields),
            _route(f"{home}/rows", rows.rows),
            _route("/sql", sql.sql, "POST"),
            *(_route(f"{path}/{{action}}", actions.call, "POST") for path in actions.PATHS),
            Mount("/", CatalogFiles(place, releases.is_withdrawn, f"{ROOT}/", _missing(base_url))),
        ],
        exception_handlers={Problem: _problem, OSError: _unreachable, Exception: _problem},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.service = service
    return Envelope(app, bounds)


def _route(path: str, endpoint: Callable[[Request], Awaitable[Response]], *methods: str) -> Route:
    """What is answered to GET, and to other methods, with gzip for whoever wants it."""
    return Route(path, endpoint, methods=["GET", *methods], middleware=[Middleware(Compressed)])


def _missing(base_url: str | None) -> Sequence[str]:
    """The pages for what is not there, of which the first that there is has links that lead somewhere.

    Below a path of the public's host the catalog's own page holds; here, else, the catalog begins at the root.
    """
    below = base_url is not None and urlsplit(base_url).path.strip("/")
    return (NOT_FOUND_FILE,) if below else (NOT_FOUND_AT_ROOT_FILE, NOT_FOUND_FILE)


async def _problem(request: Request, error: Exception) -> Response:
    return ProblemResponse(error if isinstance(error, Problem) else Problem(500, "error"), language_of(request))


async def _unreachable(request: Request, _: Exception) -> Response:
    return ProblemResponse(Problem(503, "unreachable", {"Retry-After": "10"}), language_of(request))
