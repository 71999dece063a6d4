"""``gongkai harvest``: catalogs elsewhere, listed in ours or delivered as ours."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, log_to_file, output, program, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, EXIT_UNFINISHED, Output
from pipelines.cli.portal import show_failed_pages
from pipelines.cli.progress import fetch_progress
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.publish.stores import catalog_store
from pipelines.registry import current_catalog

if TYPE_CHECKING:
    from pipelines.fetching.harvesting import Harvested, Republished
    from pipelines.portal import PortalRefresh

_logger = logging.getLogger(__name__)

Sources = Annotated[list[str] | None, typer.Argument(help=described("cli-harvest-sources-help"))]


def harvest(sources: Sources = None, as_json: Json = False, language: Language = ANY) -> None:
    """Harvest catalogs elsewhere, and have metadata and pages tell of them. Exit code 1 when one of them, or one of
    their files, failed."""
    from pipelines.fetching.harvesting import harvest

    out = output(as_json, language)
    workspace = Workspace.default()
    results = []
    with readable_errors(out):
        catalog = current_catalog(workspace.schema)
        workspace.prepare()
        log_to_file(workspace)
        with fetch_progress(out) as progress:
            for result in harvest(workspace, catalog, catalog_store(workspace), sources or [], progress.begin):
                results.append(result)
                reason = result.failed.message.id if result.failed is not None else ""
                _logger.info("%s: %s %s", result.source, result.outcome.value, reason)
    _show(out, results)
    with readable_errors(out):
        pages = _refresh(workspace)
    show_failed_pages(out, pages)
    if any(result.has_failed for result in results):
        raise typer.Exit(EXIT_PROBLEMS)
    if pages.failed:
        raise typer.Exit(EXIT_UNFINISHED)


def _refresh(workspace: Workspace) -> PortalRefresh:
    """Have metadata and pages tell what is listed now; the latter as far as there is a release that has pages."""
    from pipelines.flow import open_installation, refresh_portal
    from pipelines.flow.releasing import refresh_metadata

    with open_installation(workspace) as inst:
        refresh_metadata(inst)
        return refresh_portal(inst)


def _show(out: Output, results: Sequence[Harvested]) -> None:
    out.json({"sources": [_row(result) for result in results]})
    if not results:
        out.say("cli-harvest-none")
        return
    out.table(
        ("cli-harvest-source", "cli-fetch-outcome", "cli-harvest-datasets", "cli-harvest-left-out", "cli-harvest-read",
         "cli-harvest-age"),
        [_cells(out, result) for result in results],
        right=("cli-harvest-datasets", "cli-harvest-left-out", "cli-harvest-age"),
    )  # fmt: skip
    files = [entry for result in results for entry in result.files]
    if files:
        out.table(
            ("cli-harvest-identifier", "cli-fetch-outcome", "cli-fetch-path", "cli-fetch-bytes"),
            [(_shown(entry), out.text(f"cli-fetch-{entry.outcome.value}"), _path(entry), _size(entry))
             for entry in files],
            right=("cli-fetch-bytes",),
        )  # fmt: skip
    for result in results:
        _show_reasons(out, result)
    if any(entry.outcome.value == "placed" for entry in files):
        out.say("cli-fetch-next", program=program())


def _show_reasons(out: Output, result: Harvested) -> None:
    told = [(_shown(entry), *entry.told) for entry in result.files if entry.told is not None]
    if result.failed is not None:
        told.insert(0, (result.source, result.failed.message, result.failed.remedy))
    for name, message, remedy in told if not out.as_json else ():
        out.error(out.text("cli-fetch-reason", name=name, reason=out.of(message)))
        out.error(f"  → {out.of(remedy)}")
    if result.failed is not None and result.kept is not None:
        out.say("cli-harvest-kept", source=result.source, checked=result.kept.checked)


def _cells(out: Output, result: Harvested) -> tuple[Any, ...]:
    outcome = out.text(f"cli-harvest-{result.outcome.value}")
    if result.kept is None:
        return result.source, outcome, "", "", "", ""
    left_out = sum(result.kept.left_out.values())
    return result.source, outcome, result.kept.datasets, left_out, result.kept.read, _days(result.kept.checked)


def _days(time: str) -> int:
    """How many days ago that was."""
    return max(0, (dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(time)).days)


def _shown(entry: Republished) -> str:
    return f"{entry.identifier} → {entry.dataset}"


def _path(entry: Republished) -> str:
    return entry.fetched.path if entry.fetched is not None else ""


def _size(entry: Republished) -> int | None:
    return entry.fetched.size if entry.fetched is not None else None


def _row(result: Harvested) -> dict[str, Any]:
    kept = result.kept
    failed = (result.failed.message, result.failed.remedy) if result.failed is not None else None
    return {
        "source": result.source,
        "outcome": result.outcome.value,
        "datasets": kept.datasets if kept is not None else None,
        "left_out": dict(kept.left_out) if kept is not None else None,
        "read": kept.read if kept is not None else None,
        "checked": kept.checked if kept is not None else None,
        "age_days": _days(kept.checked) if kept is not None else None,
        **_told(failed),
        "republished": [
            {
                "identifier": entry.identifier,
                "dataset": entry.dataset,
                "outcome": entry.outcome.value,
                "path": _path(entry) or None,
                "bytes": _size(entry),
                **_told(entry.told),
            }
            for entry in result.files
        ],
    }


def _told(told: tuple[Message, Message] | None) -> dict[str, Any]:
    message, remedy = told if told is not None else (None, None)
    return {
        "message": message.as_dict() if message is not None else None,
        "remedy": remedy.as_dict() if remedy is not None else None,
    }
