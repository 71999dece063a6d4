"""The register of corrections and withdrawals: every version that changed or took back what had been published.

Read off the snapshots that came since the last time; what was found before stands in the register's own files, of which
only those of years with something new are read.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from pipelines.flow.installation import Installation
from pipelines.flow.registers.telling import Told, register_file, remembered
from pipelines.publish import Snapshot, latest_number, load_manifest, load_snapshot
from pipelines.publish.tombstones import load_tombstone
from pipelines.registry import Dataset

Row = dict[str, object]


def corrections(inst: Installation, dataset: Dataset, at: dt.datetime) -> Told:
    """Rows of the years that have new ones, and of this year where it has not been told of yet.

    Args:
        inst: the installation.
        dataset: the register.
        at: the time, for this year.

    Raises:
        CorruptStore: a snapshot, a version or a tombstone cannot be read.
    """
    zone = ZoneInfo(inst.catalog.descriptor.time_zone)
    newest, followed = latest_number(inst.store), _followed(inst, dataset)
    # Where the files are of other fields, all of them are written anew.
    written = (path.parent.name for path in register_file(inst, dataset, "*").parents[1].glob(f"*/{dataset.id}.csv"))
    years = {year: _known(inst, dataset, year) for year in (written if followed == 0 else ())}
    this = str(at.astimezone(zone).year)
    if not register_file(inst, dataset, this).is_file():
        years.setdefault(this, {})
    before = load_snapshot(inst.store, followed) if 0 < followed < newest else None
    for number in range(followed + 1, newest + 1):
        snapshot = load_snapshot(inst.store, number)
        year = str(dt.datetime.fromisoformat(snapshot.released).astimezone(zone).year)
        for row in _of_snapshot(inst, before, snapshot):
            if year not in years:
                years[year] = _known(inst, dataset, year)
            years[year][str(row["entry_id"])] = row
        before = snapshot
    rows = {year: [rows[key] for key in sorted(rows)] for year, rows in sorted(years.items())}
    return Told(rows, {"snapshot": newest, "store": inst.store.address, "fields": _fields(dataset)})


def _of_snapshot(inst: Installation, before: Snapshot | None, snapshot: Snapshot) -> Iterator[Row]:
    earlier = before.datasets if before else {}
    for dataset_id, entry in sorted(snapshot.datasets.items()):
        if _is_register(inst, dataset_id) or (dataset_id in earlier and earlier[dataset_id] == entry):
            continue
        manifest = load_manifest(inst.store, entry.manifest)
        kind = manifest.correction
        if manifest.previous is not None and kind is not None:
            changes = manifest.changes
            yield {
                **_about(snapshot, dataset_id, manifest.version, kind, manifest.metadata["title"]),
                "previous_version": manifest.previous.version,
                "periods": " ".join([*changes.periods_changed, *changes.periods_removed]),
                "rows_added": changes.rows_added,
                "rows_removed": changes.rows_removed,
                "rows_changed": changes.rows_changed,
                "fields_removed": " ".join(changes.fields_removed),
                **_reasons(manifest.note or {}),
            }
    for stone in sorted(snapshot.stones - (before.stones if before else frozenset())):
        tombstone = load_tombstone(inst.store, stone)
        if _is_register(inst, tombstone.dataset):
            continue
        for version, sha256 in sorted(tombstone.manifests.items()):
            title = load_manifest(inst.store, sha256).metadata["title"]
            yield {
                **_about(snapshot, tombstone.dataset, version, "withdrawal", title),
                **_reasons(tombstone.reason),
                "basis": tombstone.basis,
            }


def _about(snapshot: Snapshot, dataset: str, version: str, kind: str, title: Mapping[str, str]) -> Row:
    return {
        "entry_id": f"{dataset}/{version}/{kind}",
        "dataset": dataset,
        "title_zh": title["zh"],
        "title_en": title["en"],
        "version": version,
        "kind": kind,
        "snapshot": snapshot.number,
        "released_on": snapshot.released[:10],
    }


def _reasons(reason: Mapping[str, str]) -> Row:
    return {"reason_zh": reason.get("zh", ""), "reason_en": reason.get("en", "")}


def _is_register(inst: Installation, dataset_id: str) -> bool:
    dataset = inst.catalog.datasets.get(dataset_id)
    return dataset is not None and dataset.descriptor.register_of is not None


def _followed(inst: Installation, dataset: Dataset) -> int:
    """The newest snapshot that the files are made of; 0 where they are of another catalog, or lack a field."""
    state = remembered(inst, dataset)
    is_same = (state.get("store"), state.get("fields")) == (inst.store.address, _fields(dataset))
    return int(state["snapshot"]) if is_same else 0


def _fields(dataset: Dataset) -> list[str]:
    return [spec.name for spec in dataset.fields]


def _known(inst: Installation, dataset: Dataset, year: str) -> dict[str, Row]:
    """The rows that the file of a year has."""
    path = register_file(inst, dataset, year)
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["entry_id"]: dict(row) for row in csv.DictReader(stream)}
