"""What adjusting the negative list does to what is published, before it takes effect."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from pipelines.disclose.negative_list import Unlisted, barred, unlisted
from pipelines.flow.installation import Installation
from pipelines.publish import Manifest, latest_snapshot, load_manifest
from pipelines.publish.schemas import primary_key


class Consequence(StrEnum):
    """What becomes of a field, or of a dataset as a whole."""

    WITHDRAWN = "withdrawn"
    """It leaves the catalog with the next release."""
    PERIODS_WITHDRAWN = "periods_withdrawn"
    """It is part of the key: all periods leave the catalog."""
    REFUSED = "refused"
    """It is not published yet; deliveries are refused until the descriptor withholds it."""
    ADMITTED = "admitted"
    """Nothing bars it any more: the next run decides its deliveries again."""


@dataclass(frozen=True)
class Impact:
    """One consequence. ``field`` is ``None`` for a dataset as a whole; ``rows`` and ``version`` are those published."""

    dataset: str
    field: str | None
    entry: str
    consequence: Consequence
    version: str | None = None
    rows: int = 0
    periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """What the registry's negative list would do on ``day``, against the list in force today.

    ``unlisted`` is what would be withheld without being on it.
    """

    day: dt.date
    is_adjusted: bool
    impacts: tuple[Impact, ...]
    unlisted: tuple[Unlisted, ...]


def assess(inst: Installation, day: dt.date, today: dt.date) -> Assessment:
    """Compare what the list in force bars today with what the registry's list would bar on a day."""
    current, proposed = inst.negative_list, inst.catalog.negative_list
    impacts: list[Impact] = []
    for dataset_id, dataset in sorted(inst.catalog.datasets.items()):
        before, after = barred(dataset, current.in_force(today)), barred(dataset, proposed.in_force(day))
        if before == after:
            continue
        manifest = _published(inst, dataset_id)
        for field, entry in after.items():
            if field not in before:
                impacts.append(_withheld(dataset_id, field, entry, manifest))
        for field, entry in before.items():
            if field not in after:
                impacts.append(Impact(dataset_id, field, entry, Consequence.ADMITTED))
    return Assessment(day, current != proposed, tuple(impacts), unlisted(inst.catalog, proposed, day))


def _published(inst: Installation, dataset_id: str) -> Manifest | None:
    snapshot = latest_snapshot(inst.store)
    entry = snapshot.datasets.get(dataset_id) if snapshot else None
    return load_manifest(inst.store, entry.manifest) if entry else None


def _withheld(dataset: str, field: str | None, entry: str, manifest: Manifest | None) -> Impact:
    if manifest is None:
        return Impact(dataset, field, entry, Consequence.REFUSED)
    names = {column["name"] for column in manifest.schema["fields"]
             if field is None or column.get("disclosure", {}).get("field") == field}  # fmt: skip
    if not names:
        return Impact(dataset, field, entry, Consequence.REFUSED)
    is_key = field is not None and bool(names & set(primary_key(manifest.schema)))
    consequence = Consequence.PERIODS_WITHDRAWN if is_key else Consequence.WITHDRAWN
    periods = tuple(segment.period for segment in manifest.segments)
    return Impact(dataset, field, entry, consequence, manifest.version, manifest.rows, periods)
