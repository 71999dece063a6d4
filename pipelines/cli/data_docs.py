"""``gongkai data-docs``: the pages of Great Expectations about a version of a dataset."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.progress import delivery_progress
from pipelines.core.paths import Workspace
from pipelines.flow import open_installation
from pipelines.flow.data_docs import data_docs as make_data_docs


def data_docs(
    dataset: Annotated[str, typer.Argument(help=described("cli-dataset-help"))],
    version: Annotated[str | None, typer.Option("--version", help=described("cli-data-docs-version-help"))] = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Print where the pages begin; they are made when they are not there yet."""
    out = output(as_json, language)
    with (
        readable_errors(out),
        open_installation(Workspace.default()) as inst,
        delivery_progress(out, dataset) as progress,
    ):
        docs = make_data_docs(inst, dataset, version, out.language, progress)
        out.json({"dataset": docs.dataset, "version": docs.version, "index": str(docs.index),
                  "deliveries": docs.deliveries, "made": docs.made})  # fmt: skip
        out.say("cli-data-docs-path", path=str(docs.index))
