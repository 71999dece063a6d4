"""``gongkai new``: a dataset folder drafted from a file."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, program, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, EXIT_USAGE, Output
from pipelines.cli.progress import row_progress
from pipelines.core.paths import Workspace
from pipelines.registry import Catalog, load_catalog

if TYPE_CHECKING:
    from pipelines.drafting import Answers, CannotDraft, Drafted, SeveralTables
    from pipelines.drafting.fields import FieldDraft

_TAB = {"\\t", "tab", "TAB"}

Said = str | None
Title = Annotated[Said, typer.Option("--title", help=described("cli-new-title-help"))]
TitleEn = Annotated[Said, typer.Option("--title-en", help=described("cli-new-title-en-help"))]
Organisation = Annotated[Said, typer.Option("--organisation", help=described("cli-new-organisation-help"))]
Theme = Annotated[Said, typer.Option("--theme", help=described("cli-new-theme-help"))]
Licence = Annotated[Said, typer.Option("--licence", help=described("cli-new-licence-help"))]
PeriodOption = Annotated[Said, typer.Option("--period", help=described("cli-new-period-help"))]
Class = Annotated[Said, typer.Option("--disclosure-class", help=described("cli-new-disclosure-class-help"))]
Encoding = Annotated[Said, typer.Option("--encoding", help=described("cli-validate-encoding-help"))]
Delimiter = Annotated[Said, typer.Option("--delimiter", help=described("cli-validate-delimiter-help"))]
Sheet = Annotated[Said, typer.Option("--sheet", help=described("cli-validate-sheet-help"))]
HeaderRow = Annotated[int | None, typer.Option("--header-row", min=1, help=described("cli-validate-header-row-help"))]
HeaderRows = Annotated[
    int | None, typer.Option("--header-rows", min=1, max=5, help=described("cli-new-header-rows-help"))
]
Range = Annotated[Said, typer.Option("--range", help=described("cli-new-range-help"))]


def new(
    dataset: Annotated[str, typer.Argument(help=described("cli-new-dataset-help"))],
    file: Annotated[Path, typer.Argument(help=described("cli-new-file-help"))],
    title: Title = None,
    title_en: TitleEn = None,
    organisation: Organisation = None,
    theme: Theme = None,
    licence: Licence = None,
    period: PeriodOption = None,
    disclosure_class: Class = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    header_rows: HeaderRows = None,
    cells: Range = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Draft a dataset. Exit code 1 when the file cannot be read, 2 when an argument cannot be used."""
    # It loads much that other commands do not need.
    from pipelines.drafting import Answers, CannotDraft, SeveralTables

    out = output(as_json, language)
    mark = "\t" if delimiter in _TAB else delimiter
    if mark is not None and (len(mark) != 1 or mark in '\r\n"\0'):
        raise typer.BadParameter(out.text("file-no-delimiter"))
    answers = Answers(title, title_en, organisation, theme, licence, period, disclosure_class, encoding, mark, sheet,
                      header_row, header_rows, cells)  # fmt: skip
    schema = Workspace.default().schema
    with readable_errors(out):
        asks = sys.stdin.isatty() and not as_json
        if asks:
            answers = _asked(out, answers, load_catalog(schema))
        try:
            try:
                drafted = _drafted(out, schema, dataset, file, answers)
            except SeveralTables as several:
                if not asks or not several.ranges:
                    raise
                answers = replace(answers, range=_asked_table(out, several))
                drafted = _drafted(out, schema, dataset, file, answers)
        except CannotDraft as refused:
            _show_refusal(out, refused)
            raise typer.Exit(EXIT_USAGE if refused.usage else EXIT_PROBLEMS) from refused
    _show(out, drafted, file)


def _drafted(out: Output, schema: Path, dataset: str, file: Path, answers: Answers) -> Drafted:
    from pipelines.drafting import draft_dataset

    with tempfile.TemporaryDirectory() as work, row_progress(out, file.name) as advance:
        return draft_dataset(schema, dataset, file, answers, Path(work), advance)


def _asked_table(out: Output, several: SeveralTables) -> str:
    """Show the tables of a sheet and ask for one of them."""
    for message, _ in several.reasons:
        out.say("cli-new-point", text=out.of(message))
    number = 0
    while not 1 <= number <= len(several.ranges):
        number = typer.prompt(out.text("cli-new-ask-table"), type=int)
    return several.ranges[number - 1]


def _asked(out: Output, answers: Answers, catalog: Catalog) -> Answers:
    """Ask for what was not given; an empty answer leaves it open."""
    known = {
        "title": "",
        "organisation": ", ".join(catalog.organisations),
        "theme": ", ".join(theme.id for theme in catalog.descriptor.themes),
        "licence": catalog.descriptor.licence,
        "period": "none, monthly, quarterly, yearly",
    }
    given: dict[str, Any] = {}
    for name, choices in known.items():
        if getattr(answers, name) is None:
            question = out.text(f"cli-new-ask-{name}", known=choices)
            answer = str(typer.prompt(question, default="", show_default=False)).strip()
            given |= {name: answer} if answer else {}
    return replace(answers, **given)


def _show_refusal(out: Output, refused: CannotDraft) -> None:
    reasons = [{"message": message.as_dict(), "remedy": remedy.as_dict()} for message, remedy in refused.reasons]
    out.json({"problems": reasons})
    for message, remedy in () if out.as_json else refused.reasons:
        out.error(out.of(message))
        out.error(f"  → {out.of(remedy)}")


def _show(out: Output, drafted: Drafted, file: Path) -> None:
    steps = _next_steps(drafted, file)
    document: dict[str, Any] = {
        "dataset": drafted.dataset,
        "folder": str(drafted.folder),
        "rows_in_file": drafted.rows_in_file,
        "rows": drafted.rows,
        "excluded": dict(drafted.excluded),
        "quarantined": drafted.quarantined,
        "faulty": dict(drafted.faulty),
        "key": list(drafted.key),
        "fields": [_field(draft) for draft in drafted.fields],
        "examples": list(drafted.examples),
        "assumed": [message.as_dict() for message in drafted.assumed],
        "next": steps,
    }
    out.json(document)
    out.say("cli-new-drafted", folder=str(drafted.folder), file=file.name)
    out.say("cli-new-rows", rows=drafted.rows, in_file=drafted.rows_in_file, key=", ".join(drafted.key))
    for reason, count in drafted.excluded.items():
        out.say("cli-new-excluded", reason=reason, count=count)
    if drafted.quarantined:
        rules = ", ".join(f"{rule} ({count})" for rule, count in drafted.faulty.items())
        out.say("cli-new-quarantined", count=drafted.quarantined, rules=rules)
    rows = [[draft.name, draft.label, draft.type, draft.unit, "active" if draft.suspected is None else "withheld"]
            for draft in drafted.fields]  # fmt: skip
    out.table([f"cli-new-column-{name}" for name in ("field", "label", "type", "unit", "disclosure")], rows)
    if drafted.assumed:
        out.say("cli-new-look")
    for message in drafted.assumed:
        out.say("cli-new-point", text=out.of(message))
    out.say("cli-new-next")
    for command in steps:
        out.say("cli-new-command", command=command)


def _next_steps(drafted: Drafted, file: Path) -> list[str]:
    """The commands from the draft to the catalog."""
    key = drafted.delivery
    folder = Workspace.default().inbox / key.organisation / key.dataset / key.period
    into = shlex.quote(os.path.relpath(folder))
    return [
        f"{program()} check",
        f"mkdir -p {into} && cp {shlex.quote(str(file))} {into}",
        f"{program()} run",
    ]


def _field(draft: FieldDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "label": draft.label,
        "type": draft.type,
        "unit": draft.unit,
        "required": draft.required,
        "suspected": list(draft.suspected.kinds) if draft.suspected else [],
    }
