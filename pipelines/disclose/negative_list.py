"""What the negative list bars from publication on a day, and what is withheld without being on it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.registry import Catalog, Dataset
from pipelines.registry.disclosures import Attribute
from pipelines.registry.negative_list import NegativeEntry, NegativeList


@dataclass(frozen=True, order=True)
class Unlisted:
    """A field (``None``: the dataset) that is withheld, and that no entry in force is about."""

    dataset: str
    field: str | None


def barred(dataset: Dataset, entries: tuple[NegativeEntry, ...]) -> dict[str | None, str]:
    """What of a dataset may not be published though its descriptor would: field (``None``: all of it) → entry.

    Args:
        dataset: the dataset.
        entries: those in force.
    """
    found: dict[str | None, str] = {}
    if dataset.descriptor.disclosure.attribute is not Attribute.ACTIVE:
        return found
    for entry in entries:
        if entry.covers(dataset.id, None):
            found.setdefault(None, entry.id)
        for spec in dataset.fields:
            treatment = spec.disclosure.treatment
            is_treated = treatment is not None and treatment.type in entry.treatments
            if not is_treated and any(s.dataset == dataset.id and spec.name in s.fields for s in entry.scope):
                found.setdefault(spec.name, entry.id)
    return found


def under(catalog: Catalog, listed: NegativeList, day: dt.date) -> Catalog:
    """The catalog with what a negative list bars on a day; datasets that nothing is barred of stay as they are."""
    entries = listed.in_force(day)
    overlaid = {dataset_id: _overlaid(dataset, entries) for dataset_id, dataset in catalog.datasets.items()}
    return replace(catalog, datasets=overlaid)


def unlisted(catalog: Catalog, listed: NegativeList, day: dt.date) -> tuple[Unlisted, ...]:
    """What is withheld and not on the list: in principle it is to be disclosed."""
    entries = listed.in_force(day)
    found = []
    for dataset_id, dataset in sorted(catalog.datasets.items()):
        attributes: Mapping[str | None, Attribute] = {
            None: dataset.descriptor.disclosure.attribute,
            **{spec.name: spec.disclosure.attribute for spec in dataset.fields},
        }
        for field, attribute in attributes.items():
            if attribute is Attribute.WITHHELD and not any(entry.covers(dataset_id, field) for entry in entries):
                found.append(Unlisted(dataset_id, field))
    return tuple(found)


def _overlaid(dataset: Dataset, entries: tuple[NegativeEntry, ...]) -> Dataset:
    found = barred(dataset, entries)
    if not found:
        return dataset
    said = json.dumps([dataset.digest, sorted((field or "", entry) for field, entry in found.items())])
    return replace(dataset, barred=found, digest=hashlib.sha256(said.encode()).hexdigest())
