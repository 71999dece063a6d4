"""``gongkai check`` and ``gongkai sample``: the descriptors, and the synthetic city."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors, show_problems
from pipelines.cli.output import EXIT_PROBLEMS
from pipelines.cli.progress import delivery_progress
from pipelines.core.paths import Workspace
from pipelines.registry import load_catalog
from pipelines.registry.calendars import calendar_problems
from pipelines.validate.examples import example_problems


def check(as_json: Json = False, language: Language = ANY) -> None:
    """Check the descriptors."""
    out = output(as_json, language)
    with readable_errors(out):
        schema = Workspace.default().schema
        catalog = load_catalog(schema)
        problems = [*catalog.problems, *calendar_problems(catalog.calendars)]
        with tempfile.TemporaryDirectory() as work:
            for dataset in catalog.datasets.values():
                problems += example_problems(dataset, catalog, schema, Path(work) / dataset.id)
        show_problems(out, tuple(problems))
        out.say("cli-check-summary", usable=len(catalog.datasets), broken=len(catalog.broken), problems=len(problems))
        if problems:
            raise typer.Exit(EXIT_PROBLEMS)


def sample(
    into: Annotated[Path, typer.Option("--into", help=described("cli-sample-into-help"))],
    seed: Annotated[int, typer.Option("--seed", help=described("cli-sample-seed-help"))] = 2026,
    scale: Annotated[float, typer.Option("--scale", min=0.01, help=described("cli-sample-scale-help"))] = 1.0,
    ledger: Annotated[Path | None, typer.Option("--ledger", help=described("cli-sample-ledger-help"))] = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Write the synthetic city's deliveries."""
    from pipelines.samples import generate

    out = output(as_json, language)
    with readable_errors(out):
        with delivery_progress(out, out.text("cli-sample-progress")) as advance:
            made = generate(into, seed, scale, advance)
        if ledger is not None:
            made.write_ledger(ledger)
        files = [path for path in into.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        out.json({"into": str(into), "seed": seed, "scale": scale, "files": len(files), "bytes": size})
        out.say("cli-sample-summary", files=len(files), megabytes=f"{size / 1e6:.1f}", into=str(into))
