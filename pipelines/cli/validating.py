"""``gongkai validate``: any file against any Table Schema, without a catalog; frictionless's verdicts, faster."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, EXIT_USAGE
from pipelines.cli.progress import file_progress
from pipelines.cli.validation_output import show_complaints, show_judgement

Delimiter = Annotated[str | None, typer.Option("--delimiter", help=described("cli-validate-delimiter-help"))]
Encoding = Annotated[str | None, typer.Option("--encoding", help=described("cli-validate-encoding-help"))]
HeaderRow = Annotated[int | None, typer.Option("--header-row", min=1, help=described("cli-validate-header-row-help"))]
Member = Annotated[str | None, typer.Option("--member", help=described("cli-validate-member-help"))]
Sheet = Annotated[str | None, typer.Option("--sheet", help=described("cli-validate-sheet-help"))]
Resource = Annotated[str | None, typer.Option("--resource", help=described("cli-validate-resource-help"))]
Foreign = Annotated[
    list[str] | None, typer.Option("--foreign", metavar="NAME=FILE", help=described("cli-validate-foreign-help"))
]
Report = Annotated[Path | None, typer.Option("--report", metavar="DIR", help=described("cli-validate-report-help"))]


def validate(
    file: Annotated[Path, typer.Argument(help=described("cli-validate-file-help"))],
    schema: Annotated[Path, typer.Option("--schema", help=described("cli-validate-schema-help"))],
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header_row: HeaderRow = None,
    member: Member = None,
    sheet: Sheet = None,
    resource: Resource = None,
    foreign: Foreign = None,
    report: Report = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Validate a file. Exit code 1 when it has errors."""
    from pipelines.validate.any_file import Asked, Unusable, Watch, bounded, judge_file, report_errors
    from pipelines.validate.any_file.arguments import checked_arguments

    out = output(as_json, language)
    asked = Asked(file, schema, delimiter, encoding, header_row, member, sheet, resource)
    try:
        with readable_errors(out), tempfile.TemporaryDirectory() as work, bounded():
            asked = checked_arguments(asked, foreign or [], report)
            with file_progress(out, file) as progress:
                watch = Watch(progress.scanned, progress.read, progress.rows)
                judgement = judge_file(asked, Path(work), watch)
                stream = sys.stdout if as_json else None
                groups, errors = report_errors(judgement, stream=stream, folder=report, language=out.language)
            show_judgement(out, judgement, groups, errors, report)
    except Unusable as unusable:
        show_complaints(out, unusable.subject or file.name, unusable.complaints)
        raise typer.Exit(EXIT_USAGE) from unusable
    if errors:
        raise typer.Exit(EXIT_PROBLEMS)
