"""``gongkai downloads``: the files of a version for download, made when somebody asks."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipelines.catalog.downloads import Refreshed, VersionFiles
from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_UNFINISHED, Output
from pipelines.cli.progress import dataset_progress
from pipelines.core.paths import Workspace
from pipelines.flow import make_downloads, open_installation, refresh_downloads, require_catalog


def downloads(
    dataset: Annotated[str | None, typer.Argument(help=described("cli-dataset-help"))] = None,
    version: Annotated[str | None, typer.Argument(help=described("cli-downloads-version-help"))] = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Make a version's files for download anew; without a dataset, those of all latest versions that lack them."""
    out = output(as_json, language)
    with readable_errors(out), open_installation(Workspace.default()) as inst:
        require_catalog(inst)
        if dataset is not None:
            done = Refreshed([make_downloads(inst, dataset, version)])
        else:
            with dataset_progress(out, out.text("cli-downloads-progress")) as progress:
                done = refresh_downloads(inst, progress)
        out.json(downloads_row(done))
        for made in done.made:
            _show(out, made)
        show_failed_downloads(out, done)
        if done.failed:
            raise typer.Exit(EXIT_UNFINISHED)
        if not done.made:
            out.say("cli-downloads-unchanged")


def downloads_row(done: Refreshed) -> dict[str, Any]:
    """What was made and what was not, as JSON."""
    made = [{"dataset": entry.dataset, "version": entry.version, "files": [file.name for file in entry.files]}
            for entry in done.made]  # fmt: skip
    failed = {dataset: reason.as_dict() for dataset, reason in done.failed.items()}
    return {"made": made, "failed": failed}


def show_failed_downloads(out: Output, done: Refreshed) -> None:
    """The datasets of which there are no files for download, and why."""
    for dataset, reason in done.failed.items():
        out.error(out.text("cli-downloads-failed", dataset=dataset, reason=out.of(reason)))


def _show(out: Output, made: VersionFiles) -> None:
    names = ", ".join(file.name for file in made.files)
    out.say("cli-downloads-made", dataset=made.dataset, version=made.version, files=names)
    for name, reason in made.not_made.items():
        out.say("cli-downloads-left-out", name=name, reason=out.of(reason))
