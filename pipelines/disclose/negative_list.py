"""What the negative list bars from publication on a day, and what is withheld without being on it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipelines.core.errors import GongkaiError
from pipelines.registry import Catalog, Dataset
from pipelines.registry.disclosures import Attribute
from pipelines.registry.negative_list import NegativeEntry, NegativeList


@dataclass(frozen=True, order=True)
class Unlisted:
    """A field (``None``: the dataset) that is withheld, and that no entry in force is about."""

    dataset: str
    field: str | None


@dataclass(frozen=True, order=True)
class Missing:
    """What an entry in force is about and the registry lacks: a field, or with ``None`` the dataset."""

    entry: str
    dataset: str
    field: str | None


class ListedDatasetMissing(GongkaiError):
    """The negative list in force is about a dataset that there is not: what it is called now, if anything, is unknown,
    and nothing would bar it."""

    message_id = "disclose-error-listed-dataset-missing"

    def __init__(self, entry: str, dataset: str) -> None:
        super().__init__(entry=entry, dataset=dataset)


def barred(dataset: Dataset, entries: tuple[NegativeEntry, ...]) -> dict[str | None, str]:
    """What of a dataset may not be published though its descriptor would: field (``None``: all of it) → entry.

    An entry about a field that the dataset does not have bars all of it: the field may be there by another name.

    Args:
        dataset: the dataset.
        entries: those in force.
    """
    found: dict[str | None, str] = {}
    if dataset.descriptor.disclosure.attribute is not Attribute.ACTIVE:
        return found
    for entry in entries:
        if entry.covers(dataset.id, None) or any(_missing_fields(dataset, entry)):
            found.setdefault(None, entry.id)
        for spec in dataset.fields:
            said = spec.disclosure
            if not entry.permits(dataset.id, spec.name, said.treatment, said.when):
                found.setdefault(spec.name, entry.id)
    return found


def under(catalog: Catalog, listed: NegativeList, day: dt.date) -> Catalog:
    """The catalog with what a negative list bars on a day; datasets that nothing is barred of stay as they are."""
    entries = listed.in_force(day)
    overlaid = {dataset_id: _overlaid(dataset, entries) for dataset_id, dataset in catalog.datasets.items()}
    return replace(catalog, datasets=overlaid, listed=entries)


def missing(catalog: Catalog, entries: tuple[NegativeEntry, ...]) -> tuple[Missing, ...]:
    """What entries are about that is not there. Of datasets with a broken descriptor fields are not looked for."""
    found = set[Missing]()
    for entry in entries:
        for scope in entry.scope:
            dataset = catalog.datasets.get(scope.dataset)
            if dataset is not None:
                found |= {Missing(entry.id, dataset.id, field) for field in _missing_fields(dataset, entry)}
            elif scope.dataset not in catalog.broken:
                found.add(Missing(entry.id, scope.dataset, None))
    return tuple(sorted(found, key=lambda each: (each.entry, each.dataset, each.field or "")))


def require_datasets(catalog: Catalog) -> None:
    """Make sure that every dataset that the list in force is about is there.

    Raises:
        ListedDatasetMissing: one is not, usable or broken.
    """
    for each in missing(catalog, catalog.listed):
        if each.field is None:
            raise ListedDatasetMissing(each.entry, each.dataset)


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


def _missing_fields(dataset: Dataset, entry: NegativeEntry) -> Iterator[str]:
    for scope in entry.scope:
        if scope.dataset == dataset.id:
            yield from (field for field in scope.fields if not dataset.has_field(field))


def _overlaid(dataset: Dataset, entries: tuple[NegativeEntry, ...]) -> Dataset:
    found = barred(dataset, entries)
    if not found:
        return dataset
    said = json.dumps([dataset.digest, sorted((field or "", entry) for field, entry in found.items())])
    return replace(dataset, barred=found, digest=hashlib.sha256(said.encode()).hexdigest())
