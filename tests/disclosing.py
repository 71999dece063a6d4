"""A dataset of allotments, who leases which plot, and its validated rows: what disclosure tests start from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from support import WITHHELD, delivery, field, tree_descriptor

from pipelines.core.records import ValidatedTable
from pipelines.disclose import Disclosure, SurrogateKey, disclose
from pipelines.registry import Dataset
from pipelines.registry.dataset import DatasetDescriptor
from pipelines.registry.fields import SchemaDescriptor
from pipelines.registry.types import arrow_type

KEY = SurrogateKey.of(bytes(range(32)))

Row = dict[str, Any]

#: A field that conditions can be about: its values are known.
KIND = field("kind", constraints={"required": True, "enum": ["person", "firm"]})


def treated(kind: str, when: dict[str, list[str]] | None = None, **more: Any) -> dict[str, Any]:
    """A disclosure property that withholds, with a treatment."""
    return {**WITHHELD, "treatment": {"type": kind, **more}, **({"when": when} if when else {})}


def allotments(*fields: dict[str, Any], attribute: str = "active", **schema: Any) -> Dataset:
    """The dataset: ``plot``, its primary key, and the given fields."""
    descriptor = tree_descriptor() | {"row_constraints": [], "drift": []}
    descriptor["disclosure"] = {**descriptor["disclosure"], "attribute": attribute}
    document = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [field("plot", constraints={"required": True}), *fields],
        "primaryKey": ["plot"],
        **schema,
    }
    checked = SchemaDescriptor.model_validate(document)
    return Dataset(DatasetDescriptor.model_validate(descriptor), checked, None, Path(), "")


def validated_table(folder: Path, dataset: Dataset, rows: Sequence[Row]) -> ValidatedTable:
    """Rows as validation leaves them; plots are numbered, other fields that a row does not name are absent."""
    columns: dict[str, Any] = {
        "_file": pa.array(["plots.xlsx"] * len(rows), pa.string()),
        "_sheet": pa.array(["2025"] * len(rows), pa.string()),
        "_row": pa.array(range(2, len(rows) + 2), pa.int64()),
    }
    for spec in dataset.fields:
        values = [row.get(spec.name, f"P{i}" if spec.name == "plot" else None) for i, row in enumerate(rows)]
        columns[spec.name] = pa.array(values, arrow_type(spec))
    path = folder / "validated.parquet"
    pq.write_table(pa.table(columns), path)
    return ValidatedTable(delivery(), path, len(rows), folder / "quarantine.parquet", 0, False)


def clear(folder: Path, dataset: Dataset, rows: Sequence[Row]) -> Disclosure:
    """Disclose the rows into ``folder/out``."""
    return disclose(validated_table(folder, dataset, rows), dataset, {}, KEY, folder / "out")
