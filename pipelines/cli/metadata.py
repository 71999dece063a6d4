"""``gongkai check-metadata`` and ``score``: whether the published metadata keep the rules, and how good they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.catalog.metadata.checking import check_metadata as judge
from pipelines.catalog.metadata.contract import Contract
from pipelines.catalog.metadata.score import MOST, Score
from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.core.errors import UnknownDataset
from pipelines.core.identifiers import is_identifier
from pipelines.core.paths import Workspace
from pipelines.publish import Store
from pipelines.publish.stores import catalog_store

#: Thousands of documents that break one rule are as many lines.
_SHOWN_PROBLEMS = 50
_SCORES, _SCORE = "metadata/datasets", "score.json"


def check_metadata(
    shapes: Annotated[
        Path | None,
        typer.Option(
            "--shapes", metavar="DIR", exists=True, file_okay=False, help=described("cli-check-metadata-shapes-help")
        ),
    ] = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Judge the published metadata by the catalog's own rules and by others. Exit code 1 when one is not kept."""
    out = output(as_json, language)
    with readable_errors(out):
        workspace = Workspace.default()
        found = judge(catalog_store(workspace), Contract.load(workspace.schema), shapes)
    out.json(found.as_dict())
    for problem in () if as_json else found.problems[:_SHOWN_PROBLEMS]:
        out.console.print(out.of(problem.message), soft_wrap=True)
    if len(found.problems) > _SHOWN_PROBLEMS:
        out.say("cli-check-metadata-more", more=len(found.problems) - _SHOWN_PROBLEMS)
    for note in () if as_json else found.notes:
        out.console.print(out.of(note), soft_wrap=True)
    out.say("cli-check-metadata-done", documents=found.documents, problems=len(found.problems))
    if found.problems:
        raise typer.Exit(EXIT_PROBLEMS)


def score(
    dataset: Annotated[str | None, typer.Argument(help=described("cli-score-dataset-help"))] = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show how good metadata are by the rubric of the European data portal, and what would make them better."""
    out = output(as_json, language)
    with readable_errors(out):
        store = catalog_store(Workspace.default())
        scores = _scores(store) if dataset is None else [_score_of(store, dataset)]
    out.json({"scores": [{**each.as_dict(), "missing": [item.as_dict() for item in each.missing]} for each in scores]})
    _show(out, scores)


def _scores(store: Store) -> list[Score]:
    return [_score_of(store, dataset) for dataset in _scored(store)]


def _score_of(store: Store, dataset: str) -> Score:
    try:
        if is_identifier(dataset):
            return Score.from_dict(json.loads(store.read(f"{_SCORES}/{dataset}/{_SCORE}")))
    except FileNotFoundError:
        pass
    raise UnknownDataset(dataset, ", ".join(_scored(store)) or "-")


def _scored(store: Store) -> list[str]:
    """The datasets that have a score, without reading any."""
    paths = (entry.path.split("/") for entry in store.entries(_SCORES))
    return sorted(dataset for *_, dataset, name in paths if name == _SCORE)


def _show(out: Output, scores: list[Score]) -> None:
    rows = [(each.dataset, f"{each.points}/{MOST}", out.text(f"cli-score-{each.rating}")) for each in scores]
    out.table(["cli-dataset", "cli-score-points", "cli-score-rating"], rows, right=["cli-score-points"])
    for each in scores:
        for item in each.missing:
            out.say("cli-score-missing", dataset=each.dataset, points=item.worth, what=out.of(item.message))
    if not scores:
        out.say("cli-score-none")
