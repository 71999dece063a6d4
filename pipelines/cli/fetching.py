"""``gongkai fetch``: what departments publish elsewhere, into the inbox."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, log_to_file, output, program, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.cli.progress import fetch_progress
from pipelines.cli.running import require_known
from pipelines.core.paths import Workspace
from pipelines.registry import Catalog, current_catalog

if TYPE_CHECKING:
    from pipelines.fetching import Fetched

_logger = logging.getLogger(__name__)

Datasets = Annotated[list[str] | None, typer.Argument(help=described("cli-fetch-datasets-help"))]
Period = Annotated[str | None, typer.Option("--period", help=described("cli-fetch-period-help"))]


def fetch(
    datasets: Datasets = None, period: Period = None, as_json: Json = False, language: Language = ANY
) -> None:  # fmt: skip
    """Bring sources into the inbox. Exit code 1 when one of them failed."""
    from pipelines.fetching import Outcome

    out = output(as_json, language)
    workspace = Workspace.default()
    with readable_errors(out):
        catalog = current_catalog(workspace.schema)
        require_known(catalog, datasets or [], period)
        workspace.prepare()
        log_to_file(workspace)
        results = _fetch(workspace, catalog, out, datasets or [], period)
    _show(out, catalog, results)
    if any(result.outcome is Outcome.FAILED for result in results):
        raise typer.Exit(EXIT_PROBLEMS)


def _fetch(workspace: Workspace, catalog: Catalog, out: Output, datasets: list[str],
           period: str | None) -> list[Fetched]:  # fmt: skip
    from pipelines.fetching import fetch, wanted_sources

    wanted = wanted_sources(catalog, datasets, period)
    results = []
    with fetch_progress(out) as progress:
        for result in fetch(workspace, catalog, wanted, lambda entry: progress.begin(entry.name)):
            results.append(result)
            reason = result.message.id if result.message is not None else ""
            _logger.info("%s: %s %s", result.wanted.name, result.outcome.value, reason)
    return results


def _show(out: Output, catalog: Catalog, results: Sequence[Fetched]) -> None:
    out.json({"sources": [_row(result) for result in results]})
    if catalog.broken:
        out.say("cli-run-broken", datasets=", ".join(sorted(catalog.broken)))
    if not results:
        out.say("cli-fetch-none")
        return
    out.table(
        ("cli-fetch-source", "cli-fetch-outcome", "cli-fetch-path", "cli-fetch-bytes"),
        [(result.wanted.name, out.text(f"cli-fetch-{result.outcome.value}"), result.path, result.size)
         for result in results],
        right=("cli-fetch-bytes",),
    )  # fmt: skip
    for result in results:
        if result.message is not None and result.remedy is not None and not out.as_json:
            out.error(out.text("cli-fetch-reason", name=result.wanted.name, reason=out.of(result.message)))
            out.error(f"  → {out.of(result.remedy)}")
    out.say("cli-fetch-next", program=program())


def _row(result: Fetched) -> dict[str, Any]:
    return {
        "dataset": result.wanted.dataset.id,
        "source": result.wanted.source.name,
        "organisation": result.wanted.source.organisation,
        "period": result.wanted.period,
        "outcome": result.outcome.value,
        "path": result.path or None,
        "bytes": result.size,
        "message": result.message.as_dict() if result.message is not None else None,
        "remedy": result.remedy.as_dict() if result.remedy is not None else None,
    }
