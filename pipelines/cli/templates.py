"""``gongkai template``: a workbook that departments fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_USAGE, default_language
from pipelines.core.files import create_file
from pipelines.core.messages import Message, translate
from pipelines.core.paths import Workspace
from pipelines.registry import load_catalog
from pipelines.templates import DEFAULT_ROWS, MAX_ROWS

_SUFFIX = ".xlsx"


def _workbook_name(path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() != _SUFFIX:
        raise typer.BadParameter(translate("cli-template-suffix", default_language()))
    return path


def template(
    dataset: Annotated[str, typer.Argument(help=described("cli-dataset-help"))],
    target: Annotated[
        Path | None,
        typer.Option("--output", help=described("cli-template-output-help"), callback=_workbook_name),
    ] = None,
    rows: Annotated[
        int, typer.Option("--rows", min=1, max=MAX_ROWS, help=described("cli-template-rows-help"))
    ] = DEFAULT_ROWS,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Write a template. A file that is there already may hold somebody's entries: it is never replaced."""
    # It loads a library that other commands do not need.
    from pipelines.templates.workbook import make_template

    out = output(as_json, language)
    with readable_errors(out):
        catalog = load_catalog(Workspace.default().schema)
        made = make_template(catalog.dataset(dataset), catalog, out.language, rows)
        path = target or Path(f"{dataset}{_SUFFIX}")
        if not create_file(path, made.content, mode=0o644):
            exists = Message("cli-template-exists", {"path": str(path)})
            out.json({"error": exists.as_dict()})
            out.error(out.of(exists))
            raise typer.Exit(EXIT_USAGE)
        out.json({"dataset": dataset, "path": str(path), "rows": rows, "columns": made.columns,
                  "sheets": list(made.sheets), "language": out.language})  # fmt: skip
        out.say("cli-template-written", path=str(path), rows=rows, sheets=", ".join(made.sheets))
