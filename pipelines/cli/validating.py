"""``gongkai validate``: any CSV file against any Table Schema, without a catalog; frictionless's verdicts, faster."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, EXIT_USAGE, Output
from pipelines.cli.progress import row_progress

_EXAMPLES = 5
#: Parts of frictionless's error descriptors that quote cells.
_QUOTING = {"cell", "cells", "message", "note", "fieldCells"}

Delimiter = Annotated[str | None, typer.Option("--delimiter", help=described("cli-validate-delimiter-help"))]
Encoding = Annotated[str | None, typer.Option("--encoding", help=described("cli-validate-encoding-help"))]


def validate(
    file: Annotated[Path, typer.Argument(help=described("cli-validate-file-help"), exists=True, dir_okay=False)],
    schema: Annotated[Path, typer.Option("--schema", help=described("cli-validate-schema-help"), exists=True)],
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Validate a file. Exit code 1 when it has errors."""
    from pipelines.validate.engine import validate_file

    out = output(as_json, language)
    with readable_errors(out), tempfile.TemporaryDirectory() as work:
        descriptor = _schema(out, schema)
        dialect = {"csv": {"delimiter": delimiter}} if delimiter else None
        with row_progress(out, file.name) as advance:
            report = validate_file(
                file, descriptor, dialect=dialect, encoding=encoding, work=Path(work), progress=advance
            )
        errors = list(_disclosable(report.errors, _withheld(descriptor))) if as_json else []
        counts = Counter((error["type"], error.get("fieldName") or "") for error in (errors or report.errors))
        out.json(_document(file, report, errors))
        out.say("cli-validate-head", file=file.name, rows=report.stats["rows"] or 0, errors=sum(counts.values()),
                engine=report.engine)  # fmt: skip
        if report.reason is not None:
            out.say("cli-validate-reason", reason=report.reason)
        if not as_json:
            _show(out, counts, report.errors)
    if counts:
        raise typer.Exit(EXIT_PROBLEMS)


def _schema(out: Output, path: Path) -> dict[str, Any]:
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        descriptor = None
    if not isinstance(descriptor, dict):
        out.error(out.text("cli-validate-not-a-schema", schema=path.name))
        raise typer.Exit(EXIT_USAGE)
    return descriptor


def _withheld(schema: Mapping[str, Any]) -> bool:
    """Whether any field says that it is not actively disclosed; then no cell is quoted."""
    fields = [field for field in schema.get("fields") or () if isinstance(field, dict)]
    attributes = [field.get("disclosure") for field in fields]
    return any(isinstance(entry, dict) and entry.get("attribute") != "active" for entry in attributes)


def _disclosable(errors: Iterable[dict[str, Any]], withheld: bool) -> Iterator[dict[str, Any]]:
    for error in errors:
        yield {key: value for key, value in error.items() if key not in _QUOTING} if withheld else error


def _document(file: Path, report: Any, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """A report in the form of ``frictionless validate --json``, with the engine that made it."""
    stats = {"tasks": 1, "errors": len(errors), "warnings": 0}
    task = {
        "name": file.stem,
        "type": "table",
        "valid": not errors,
        "place": file.name,
        "labels": list(report.labels),
        "stats": {**report.stats, **report.hashes(), "errors": len(errors), "warnings": 0},
        "warnings": [],
        "errors": errors,
    }
    made_by = {"name": report.engine, "reason": report.reason}
    return {"valid": not errors, "stats": stats, "warnings": [], "errors": [], "tasks": [task], "engine": made_by}


def _show(out: Output, counts: Counter[tuple[str, str]], errors: Iterable[dict[str, Any]]) -> None:
    """Errors by type and field, most frequent first, with the rows of the first few."""
    rows: dict[tuple[str, str], list[str]] = {key: [] for key in counts}
    for error in errors:
        first = rows[error["type"], error.get("fieldName") or ""]
        if len(first) < _EXAMPLES and error.get("rowNumber") is not None:
            first.append(str(error["rowNumber"]))
    table = [(kind, field, count, ", ".join(rows[kind, field])) for (kind, field), count in counts.most_common()]
    if table:
        columns = ["cli-validate-type", "cli-validate-field", "cli-validate-errors", "cli-validate-rows"]
        out.table(columns, table, right=["cli-validate-errors"])
