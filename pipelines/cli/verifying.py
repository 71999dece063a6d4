"""``gongkai verify``: the installation's own catalog, or a downloaded copy, against hashes and signatures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipelines.catalog import current_files
from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.cli.progress import byte_progress
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.flow import verify_installed
from pipelines.publish.signing import read_public_key
from pipelines.publish.verifying import CatalogReport, CopyReport, StoreNote, StoreProblem, verify_copy

#: A damaged disk has thousands of problems; nobody reads that many lines.
_SHOWN_PROBLEMS = 50

Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help=described("cli-verify-key-help"))]
Number = Annotated[int | None, typer.Option("--snapshot", min=1, help=described("cli-verify-snapshot-help"))]
Datasets = Annotated[list[str] | None, typer.Option("--dataset", help=described("cli-verify-dataset-help"))]


def verify(
    folder: Annotated[Path | None, typer.Argument(help=described("cli-verify-folder-help"))] = None,
    key: Key = None,
    snapshot: Number = None,
    dataset: Datasets = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Compare a catalog with its hashes and signatures. Exit code 1 when something is missing or altered."""
    out = output(as_json, language)
    if folder is None:
        if key or snapshot or dataset:
            raise typer.BadParameter(out.text("cli-verify-copy-only"))
        problems = _verify_own(out)
    elif key is None:
        raise typer.BadParameter(out.text("cli-verify-key-needed"))
    else:
        problems = _verify_copy(out, folder, key, snapshot, dataset or [])
    if problems:
        raise typer.Exit(EXIT_PROBLEMS)


def _verify_own(out: Output) -> int:
    with readable_errors(out), byte_progress(out, out.text("cli-verify-progress")) as progress:
        report = verify_installed(Workspace.default(), progress)
    out.json(
        {
            "snapshots": report.snapshots,
            "keys": [{"id": key.id, "fingerprint": key.fingerprint} for key in report.keys],
            **_counted(report, copy=False),
        }
    )
    if not report.snapshots:
        out.say("cli-verify-nothing")
    else:
        out.say("cli-verify-catalog", snapshots=report.snapshots, files=report.files, megabytes=_megabytes(report))
    for key in report.keys:
        out.say("cli-verify-signed-by", key=key.id, fingerprint=key.fingerprint)
    _show(out, report.problems, report.notes, copy=False)
    return len(report.problems)


def _verify_copy(out: Output, folder: Path, key: Path, number: int | None, datasets: list[str]) -> int:
    with readable_errors(out), byte_progress(out, out.text("cli-verify-progress")) as progress:
        public = read_public_key(key)
        report = verify_copy(folder, public, number=number, datasets=datasets, current=current_files, progress=progress)
    freshness = Message("publish-freshness")
    released = report.snapshot.released if report.snapshot else None
    out.json(
        {
            "snapshot": report.number,
            "released": released,
            "key": {"id": public.id, "fingerprint": public.fingerprint},
            **_counted(report, copy=True),
            "freshness": freshness.as_dict(),
        }
    )
    if released is None:
        out.say("cli-verify-copy-unknown", snapshot=report.number)
    else:
        out.say("cli-verify-copy", snapshot=report.number, released=released, key=public.id, files=report.files,
                megabytes=_megabytes(report))  # fmt: skip
    _show(out, report.problems, report.notes, copy=True)
    if released is not None:
        out.say("publish-freshness")
    return len(report.problems)


def _counted(report: CatalogReport | CopyReport, *, copy: bool) -> dict[str, object]:
    return {
        "sound": not report.problems,
        "files": report.files,
        "bytes": report.bytes,
        "problems": [problem.as_dict(copy=copy) for problem in report.problems],
        "notes": [note.as_dict() for note in report.notes],
    }


def _show(out: Output, problems: Sequence[StoreProblem], notes: Sequence[StoreNote], *, copy: bool) -> None:
    if out.as_json:
        return
    for problem in problems[:_SHOWN_PROBLEMS]:
        out.console.print(out.of(problem.message), style="bold", soft_wrap=True)
        out.console.print(f"  → {out.of(problem.remedy(copy=copy))}", soft_wrap=True)
    if len(problems) > _SHOWN_PROBLEMS:
        out.say("cli-verify-more", more=len(problems) - _SHOWN_PROBLEMS)
    for note in notes:
        out.console.print(out.of(note.message), soft_wrap=True)
    if problems:
        out.say("cli-verify-problems", problems=len(problems))
    else:
        out.say("cli-verify-sound")


def _megabytes(report: CatalogReport | CopyReport) -> str:
    return f"{report.bytes / 1e6:.1f}"
