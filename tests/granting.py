"""A dataset about people with small cells, its deliveries, and what an intruder makes of its versions."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from reviewing import approving
from support import WITHHELD, field, tree_descriptor, write_registry

from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation, pending, process, release
from pipelines.ingest import scan_inbox
from pipelines.publish import (
    FolderStore,
    Manifest,
    Segment,
    latest_snapshot,
    newest_entries,
    object_path,
    versions_of,
)

GRANTS = "grants"
WEST, EAST = "parks_office", "east_district_office"
HEADER = "grant_id,person,kind,place,day,age,purpose,amount"
PLACES = {"n1": "n", "n2": "n", "s1": "s", "s2": "s", "n": "", "s": ""}
PURPOSES = ("food", "rent", "care")
CELLS: dict[str, Any] = {
    "k": 4,
    "applies_to": {"kind": ["person"]},
    "person": "person_id",
    "quasi_identifiers": {"place": ["codelist"], "day": ["month", "quarter", "year"]},
    "max_suppressed_share": 0.05,
}

#: A delivered row: key, person, kind, place, day, age, purpose, amount.
Grant = tuple[str, ...]


def grants_schema() -> dict[str, Any]:
    needed: dict[str, Any] = {"constraints": {"required": True}}
    surrogate = {"type": "surrogate", "published_as": "person_id", "domain": "person"}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [
            field("grant_id", **needed),
            field("person", disclosure={**WITHHELD, "treatment": surrogate}),
            field("kind", constraints={"required": True, "enum": ["person", "body"]}),
            field("place", codelist="places", **needed),
            field("day", "date", constraints={"required": True, "minimum": "2024-02-01", "maximum": "2027-12-31"}),
            field("age", "integer"),
            field("purpose", **needed),
            field("amount", "number", decimals=2),
        ],
        "primaryKey": ["grant_id"],
        "foreignKeys": [{"fields": ["place"], "reference": {"resource": "places", "fields": ["code"]}}],
        "missingValues": [""],
    }


def grants_registry(folder: Path, cells: Mapping[str, Any] | None = None) -> Path:
    descriptor = {
        **tree_descriptor(), "id": GRANTS, "row_constraints": [], "drift": [], "small_cells": dict(cells or CELLS),
    }  # fmt: skip
    write_registry(folder, grants=(descriptor, grants_schema()))
    write_places(folder, PLACES)
    return folder


def write_places(folder: Path, places: Mapping[str, str]) -> None:
    """The code list of places, each with the one above it."""
    lists = folder / "codelists"
    rows = ["code,name_zh,name_en,parent", *(f"{code},{code},{code},{parent}" for code, parent in places.items())]
    (lists / "places.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    schema = {"fields": [{"name": name, "type": "string"} for name in rows[0].split(",")], "primaryKey": ["code"]}
    (lists / "places.schema.json").write_text(json.dumps(schema), encoding="utf-8")


def declare(workspace: Workspace, **said: Any) -> None:
    """Change what the descriptor says about small cells."""
    path = workspace.schema / "datasets" / "parks" / GRANTS / "dataset.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["small_cells"] = {**document["small_cells"], **said}
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def grants(office: str, count: int, year: int, seed: int) -> dict[str, Grant]:
    """Rows by their keys; some people get several grants, some rows are not about people."""
    chance = random.Random(seed)
    rows: dict[str, Grant] = {}
    for number in range(count):
        key = f"{office}{year % 100}{number:04d}"
        who = "" if chance.random() < 0.1 else f"p{chance.randrange(count * 2 // 3):03d}"
        day = f"{year}-{chance.choice((1, 1, 1, 2, 2, 7)):02d}-{chance.randrange(1, 29):02d}"
        place = chance.choice(("n1", "n1", "n2", "s1", "s2", "s2", "s2"))
        rows[key] = (
            key, who, "person" if who else "body", place, day, str(chance.randrange(18, 90)),
            chance.choice(PURPOSES), f"{chance.randrange(100, 900)}.00",
        )  # fmt: skip
    return rows


def alike(count: int) -> dict[str, Grant]:
    """Rows of as many persons, all at the same place on the same day."""
    return {
        key: (key, f"p{key}", "person", "n1", "2025-01-05", "44", PURPOSES[number % 3], "100.00")
        for number in range(count)
        for key in [f"{number + 1:03d}"]
    }


def text_of(rows: Iterable[Grant]) -> str:
    return "\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n"


def deliver(workspace: Workspace, organisation: str, period: str, rows: Mapping[str, Grant]) -> None:
    path = workspace.inbox / organisation / GRANTS / period / "grants.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(rows.values()), encoding="utf-8")


def run(workspace: Workspace) -> None:
    with open_installation(workspace) as inst:
        publish(inst)


def publish(inst: Installation) -> None:
    """Process and release whatever is new."""
    for work in pending(inst, scan_inbox(inst.workspace, inst.catalog)):
        process(inst, work)
    approving(inst.workspace.reviews, inst.catalog)
    release(inst)


@dataclass(frozen=True)
class Shown:
    """A period of a version, as anybody can read it."""

    version: str
    segment: Segment
    rows: Mapping[str, Mapping[str, Any]]

    @property
    def said(self) -> Mapping[str, Any]:
        """What the schema says of small cells; quasi-identifiers may have been taken out altogether."""
        found = [entry["disclosure"].get("small_cells") for entry in self.segment.schema["fields"]]
        return next(filter(None, found), {"k": 2, "with": [], "sensitive": {}})

    def combinations(self, keys: Iterable[str]) -> Mapping[tuple[Any, ...], list[Mapping[str, Any]]]:
        """These rows by what they show of people, where they show anything."""
        found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
        for key in keys:
            row = self.rows[key]
            shown = tuple(row[name] for name in self.said["with"])
            if row["kind"] == "person" and any(value is not None for value in shown):
                found[shown].append(row)
        return found

    def few(self, keys: Iterable[str], k: int | None = None) -> list[tuple[Any, ...]]:
        """Combinations of too few persons among these rows."""
        least = k or self.said["k"]
        groups = self.combinations(keys).items()
        return [shown for shown, rows in groups if len({row["person_id"] for row in rows}) < least]

    def uniform(self) -> list[tuple[Any, ...]]:
        """Combinations with too few values of what is not to be learnt."""
        return [
            shown
            for shown, rows in self.combinations(self.rows).items()
            for name, least in self.said["sensitive"].items()
            if len({row[name] for row in rows}) < least
        ]


def manifests(workspace: Workspace) -> list[Manifest]:
    """All versions, oldest first."""
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    entry = newest_entries(store, snapshot, {GRANTS})[GRANTS]
    return [manifest for _, manifest in versions_of(store, entry)][::-1]


def published(workspace: Workspace, period: str) -> list[Shown]:
    """A period in all versions that have it, oldest first."""
    found = []
    for manifest in manifests(workspace):
        for segment in manifest.segments:
            if segment.period == period:
                tables = [pq.read_table(workspace.catalog / object_path(part.sha256)) for part in segment.parts]
                rows = {row["grant_id"]: row for table in tables for row in table.to_pylist()}
                found.append(Shown(manifest.version, segment, rows))
    return found


def general(value: Any, level: str | None) -> Any:
    """A published value at a level that is as coarse, or coarser."""
    match (level or "exact").split():
        case ["exact"]:
            return value
        case ["all"]:
            return None
        case ["codelist", _]:
            return PLACES.get(value) or value
        case ["band", size] if value is not None:
            return value // int(size) * int(size)
        case [unit] if value is not None:
            return value.replace(
                day=1, month={"month": value.month, "quarter": (value.month - 1) // 3 * 3 + 1}.get(unit, 1)
            )
    return value


def set_apart(old: Shown, new: Shown) -> list[list[str]]:
    """Keys of rows that are alike by what their keys tell: that they are new, or showed something else before."""
    levels = {entry.published_as: entry.level for entry in new.segment.receipt if entry.level is not None}
    found: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for key, row in new.rows.items():
        was = old.rows.get(key)
        if was is None:
            found["new",].append(key)
            continue
        names = [name for name in new.said["with"] if name in was]
        origin = [was["kind"], *(was[n] if was["kind"] == "body" else general(was[n], levels[n]) for n in names)]
        if was != row and origin != [row["kind"], *(row[name] for name in names)]:
            found[tuple(origin)].append(key)
    return [*found.values()]


def given_away(old: Shown, new: Shown) -> list[tuple[Any, ...]]:
    """Combinations of too few persons among what differs between two versions, on either side, and among what keys
    set apart of it in the later one."""
    gone = [key for key, row in old.rows.items() if new.rows.get(key) != row]
    come = [key for key, row in new.rows.items() if old.rows.get(key) != row]
    least = min(old.said["k"], new.said["k"])
    apart = [shown for keys in set_apart(old, new) for shown in new.few(keys, new.said["k"])]
    return old.few(gone, least) + new.few(come, least) + apart
