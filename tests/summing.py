"""A dataset about people and the table of sums over it; and an intruder who has the table and all published rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from granting import CELLS, GRANTS, PURPOSES, Grant, grants_registry, text_of
from scipy.optimize import linprog
from support import field, tree_descriptor

from pipelines.core.paths import Workspace
from pipelines.disclose.aggregates import Dimension
from pipelines.disclose.aggregates.table import Coordinates
from pipelines.registry.aggregates import TOTAL

SUMS, OFFICE = "grant_sums", "parks_office"
AGGREGATE: dict[str, Any] = {
    "dataset": GRANTS,
    "dimensions": {"place": "places", "purpose": "purposes"},
    "measure": "amount",
    "persons": "person_id",
    "applies_to": {"kind": ["person"]},
    "rules": {"k": 4},
}


def sums_schema() -> dict[str, Any]:
    needed: dict[str, Any] = {"constraints": {"required": True}}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [
            field("place", codelist="places", **needed),
            field("purpose", codelist="purposes", **needed),
            field("persons", "integer"),
            field("amount", "number", decimals=2),
            field("status", constraints={"required": True, "enum": ["F", "C", "D"]}),
        ],
        "primaryKey": ["place", "purpose"],
        "missingValues": [""],
    }


def sums_registry(folder: Path, *, attribute: str = "active", cells: Mapping[str, Any] | None = None,
                  said: Mapping[str, Any] | None = None, **descriptor: Any) -> Path:  # fmt: skip
    """A registry with both datasets. ``said`` and ``descriptor`` change what the table's descriptor has."""
    grants_registry(folder, {**CELLS, **(cells or {})})
    lists = folder / "codelists"
    names = "code,name_zh,name_en"
    rows = [names, *(f"{code},{code},{code}" for code in PURPOSES)]
    (lists / "purposes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    schema = {"fields": [{"name": name, "type": "string"} for name in names.split(",")], "primaryKey": ["code"]}
    (lists / "purposes.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    source = folder / "datasets" / "parks" / GRANTS
    document = json.loads((source / "schema.json").read_text(encoding="utf-8"))
    (amount,) = (entry for entry in document["fields"] if entry["name"] == "amount")
    amount["constraints"] = {"required": True, "minimum": 0}
    (source / "schema.json").write_text(json.dumps(document), encoding="utf-8")
    about = yaml.safe_load((source / "dataset.yaml").read_text(encoding="utf-8"))
    about["disclosure"]["attribute"] = attribute
    if attribute != "active":
        del about["small_cells"]
    (source / "dataset.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    target = folder / "datasets" / "parks" / SUMS
    (target / "examples").mkdir(parents=True)
    (target / "examples" / "valid.csv").write_text("place,purpose,persons,amount,status\n", encoding="utf-8")
    (target / "schema.json").write_text(json.dumps(sums_schema()), encoding="utf-8")
    made = {
        **tree_descriptor(), "id": SUMS, "row_constraints": [], "drift": [], "publishers": [OFFICE],
        "register_of": "aggregate", "aggregate": {**AGGREGATE, **(said or {})}, **descriptor,
    }  # fmt: skip
    (target / "dataset.yaml").write_text(yaml.safe_dump(made, allow_unicode=True), encoding="utf-8")
    return folder


def deliver(workspace: Workspace, rows: Iterable[Grant], office: str = OFFICE, period: str = "2025") -> None:
    path = workspace.inbox / office / GRANTS / period / "grants.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(rows), encoding="utf-8")


def table_of(workspace: Workspace, period: str = "2025") -> dict[Coordinates, dict[str, str]]:
    """The table as it is delivered, by its coordinates."""
    path = workspace.registers / OFFICE / SUMS / period / f"{SUMS}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {(row["place"], row["purpose"]): row for row in csv.DictReader(stream)}


def leaves(dimensions: Sequence[Dimension]) -> list[Coordinates]:
    """The cells of the lowest codes."""
    return list(
        product(*([code for code in (TOTAL, *each.parents) if code not in each.children] for each in dimensions))
    )


def is_below(dimensions: Sequence[Dimension], leaf: Coordinates, at: Coordinates) -> bool:
    return all(above in each.path(code) for each, code, above in zip(dimensions, leaf, at, strict=True))


def bounds(dimensions: Sequence[Dimension], rest: Mapping[Coordinates, Decimal],
           seen: Mapping[Coordinates, Decimal] | None, of: Collection[Coordinates]
           ) -> dict[Coordinates, tuple[float, float]]:  # fmt: skip
    """What cells may hold, as a linear program over who of the hidden rows is where.

    Args:
        dimensions: the table's.
        rest: what is left of each shown cell without the rows that are published with all dimensions.
        seen: sums of the other published rows, by what they show (a total for what they do not); ``None``: there are
            none, so that nothing is known about the rows.
        of: the cells that are asked for.
    """
    lowest = leaves(dimensions)
    known = {tuple(TOTAL for _ in dimensions): None} if seen is None else dict(seen)
    unknown = [(shown, leaf) for shown in known for leaf in lowest if is_below(dimensions, leaf, shown)]
    left, right = [], []
    for shown, value in known.items():
        if value is not None:
            left.append([float(each == shown) for each, _ in unknown])
            right.append(float(value))
    for at, value in rest.items():
        left.append([float(is_below(dimensions, leaf, at)) for _, leaf in unknown])
        right.append(float(value))
    found = {}
    for at in of:
        goal = np.array([float(is_below(dimensions, leaf, at)) for _, leaf in unknown])
        ends = []
        for sign in (1.0, -1.0):
            solved = linprog(sign * goal, A_eq=left or None, b_eq=right or None, bounds=(0, None), method="highs")
            assert solved.status in {0, 3}, solved.message
            ends.append(sign * solved.fun if solved.status == 0 else float("inf"))
        found[at] = (ends[0], ends[1])
    return found
