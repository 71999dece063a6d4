"""``gongkai portal``: the pages of the catalog, made when somebody asks."""

from __future__ import annotations

from typing import Any

import typer

from pipelines.cli.context import ANY, Json, Language, output, readable_errors
from pipelines.cli.output import EXIT_UNFINISHED, Output
from pipelines.cli.progress import dataset_progress
from pipelines.core.paths import Workspace
from pipelines.flow import open_installation, refresh_portal, require_catalog
from pipelines.portal import PortalRefresh


def portal(as_json: Json = False, language: Language = ANY) -> None:
    """Make the portal's pages stand for the latest release; what has not changed is left alone."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        require_catalog(inst)
        with dataset_progress(out, out.text("cli-portal-progress")) as progress:
            done = refresh_portal(inst, progress)
    out.json(portal_row(done))
    show_failed_pages(out, done)
    if done.failed:
        raise typer.Exit(EXIT_UNFINISHED)
    if done.made or done.removed:
        out.say("cli-portal-done", made=len(done.made), removed=len(done.removed))
    else:
        out.say("cli-portal-unchanged")


def portal_row(done: PortalRefresh) -> dict[str, Any]:
    """What was made and what was not, as JSON."""
    failed = {name: reason.as_dict() for name, reason in done.failed.items()}
    return {"made": list(done.made), "removed": list(done.removed), "failed": failed}


def show_failed_pages(out: Output, done: PortalRefresh) -> None:
    """The datasets and parts of the portal whose earlier pages stay, and why."""
    for reason in done.failed.values():
        out.error(out.of(reason))
