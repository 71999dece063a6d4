"""Drafting from files that tests write, into the registry of ``support``."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import write_registry

from pipelines.drafting import Answers, Drafted, draft_dataset
from pipelines.registry import Catalog, Dataset, load_catalog
from pipelines.registry.layouts import Layout
from pipelines.validate.examples import example_problems

NAME = "new_table"


@dataclass(frozen=True)
class Result:
    """A draft and the dataset that it became."""

    drafted: Drafted
    dataset: Dataset
    catalog: Catalog

    @property
    def layout(self) -> Layout:
        return self.dataset.descriptor.layouts[0]

    @property
    def types(self) -> dict[str, str]:
        return {spec.name: spec.type for spec in self.dataset.fields}

    @property
    def remarks(self) -> set[str]:
        return {message.id.removeprefix("draft-") for message in self.drafted.assumed}

    def example(self) -> list[str]:
        """The lines of the valid example."""
        return (self.dataset.folder / "examples" / "valid.csv").read_text(encoding="utf-8").splitlines()


def registry(folder: Path) -> Path:
    """The registry to draft into; written once per folder."""
    folder.mkdir(exist_ok=True)
    schema = folder / "schema"
    return schema if schema.exists() else write_registry(schema)


def draft(folder: Path, file: str, content: bytes, **answers: Any) -> Result:
    """Draft a dataset from a file with this content, and see to it that the catalog takes it as it is."""
    schema = registry(folder)
    path = folder / file
    path.write_bytes(content)
    with tempfile.TemporaryDirectory() as work:
        drafted = draft_dataset(schema, NAME, path, Answers(**answers), Path(work))
    catalog = load_catalog(schema)
    assert not catalog.problems
    dataset = catalog.dataset(NAME)
    assert dataset.folder == drafted.folder
    with tempfile.TemporaryDirectory() as work:
        assert example_problems(dataset, catalog, schema, Path(work) / "examples") == []
    assert drafted.rows + sum(drafted.excluded.values()) == drafted.rows_in_file
    for message in drafted.assumed:
        assert message.text("en") and message.text("zh")
    return Result(drafted, dataset, catalog)
