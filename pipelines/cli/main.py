"""The entry point: one Typer application with all commands."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from pipelines.cli import (
    corrections,
    data_docs,
    deadlines,
    differences,
    disclosing,
    downloads,
    fetching,
    harvesting,
    history,
    inspection,
    metadata,
    new,
    portal,
    rebuilding,
    registry_commands,
    reports,
    requesting,
    reviewing,
    running,
    serving,
    templates,
    tracing,
    validating,
    verifying,
)
from pipelines.cli.context import described


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(installed_version("gongkai"))
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help=described("cli-version-help"))
]

app = typer.Typer(name="gongkai", help=described("cli-help"), no_args_is_help=True, add_completion=False,
                  pretty_exceptions_enable=False)  # fmt: skip

app.command("check", help=described("cli-check-help"))(registry_commands.check)
app.command("new", help=described("cli-new-help"))(new.new)
app.command("validate", help=described("cli-validate-help"))(validating.validate)
app.command("template", help=described("cli-template-help"))(templates.template)
app.command("sample", help=described("cli-sample-help"))(registry_commands.sample)
app.command("fetch", help=described("cli-fetch-help"))(fetching.fetch)
app.command("harvest", help=described("cli-harvest-help"))(harvesting.harvest)
app.command("run", help=described("cli-run-help"))(running.run)
app.command("ui", help=described("cli-ui-help"))(running.ui)
app.command("serve", help=described("cli-serve-help"))(serving.serve)
app.command("status", help=described("cli-status-help"))(inspection.status)
app.command("report", help=described("cli-report-help"))(reports.report)
app.add_typer(deadlines.app, name="deadlines", help=described("cli-deadlines-help"))
app.command("trace", help=described("cli-trace-help"))(tracing.trace)
app.command("data-docs", help=described("cli-data-docs-help"))(data_docs.data_docs)
app.command("requests", help=described("cli-requests-help"))(requesting.requests)
app.add_typer(reviewing.app, name="review")
app.add_typer(disclosing.app, name="disclosure")
app.command("versions", help=described("cli-versions-help"))(history.versions)
app.command("show", help=described("cli-show-help"))(history.show)
app.command("as-of", help=described("cli-as-of-help"))(history.as_of)
app.command("note", help=described("cli-note-help"))(corrections.note)
app.command("rollback", help=described("cli-rollback-help"))(corrections.rollback)
app.command("withdraw", help=described("cli-withdraw-help"))(corrections.withdraw)
app.command("reinstate", help=described("cli-reinstate-help"))(corrections.reinstate)
app.command("gc", help=described("cli-gc-help"))(corrections.gc)
app.command("diff", help=described("cli-diff-help"))(differences.diff)
app.command("downloads", help=described("cli-downloads-help"))(downloads.downloads)
app.command("portal", help=described("cli-portal-help"))(portal.portal)
app.command("verify", help=described("cli-verify-help"))(verifying.verify)
app.command("check-metadata", help=described("cli-check-metadata-help"))(metadata.check_metadata)
app.command("score", help=described("cli-score-help"))(metadata.score)
app.command("rebuild", help=described("cli-rebuild-help"))(rebuilding.rebuild)
app.command("query", help=described("cli-query-help"))(inspection.query)


@app.callback()
def options(version: Version = False) -> None:
    """Options of the command itself."""


def main() -> None:
    """Run the command line."""
    app()
