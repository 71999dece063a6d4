"""Composing a dataset's next version from its current one, the candidates and the registry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from pipelines.core.messages import Message
from pipelines.core.versions import FIRST_VERSION, VersionNumber
from pipelines.publish.changes import Content, changes_between
from pipelines.publish.clearances import no_longer_public, without
from pipelines.publish.manifests import Manifest, PreviousVersion
from pipelines.publish.records import Segment, canonical_json
from pipelines.publish.schemas import current_schema
from pipelines.publish.stores import Store
from pipelines.publish.withdrawal import carry_over
from pipelines.registry import Catalog, Dataset
from pipelines.registry.base import Bilingual

#: What a version's bytes depend on.
_TOOLS = ("duckdb", "gongkai", "pyarrow")


@dataclass(frozen=True)
class Next:
    """What a release makes of one dataset.

    ``manifest`` is the new version, ``None`` when nothing that is published changes; with ``empty`` nothing of the
    dataset may be shown any more. ``replaced`` are published segments that do not go on as they are.
    """

    manifest: Manifest | None
    empty: bool = False
    replaced: tuple[Segment, ...] = ()
    notices: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Base:
    """The version that a new one follows. ``shown``: the current release has it; else it was withdrawn since."""

    sha256: str
    manifest: Manifest
    shown: bool


def compose(catalog: Catalog, dataset_id: str, base: Base | None, candidates: Sequence[Segment], store: Store,
            folder: Path) -> Next:  # fmt: skip
    """The version that follows ``base`` once ``candidates`` take the places of their periods.

    Args:
        catalog: the registry.
        dataset_id: a usable dataset of it.
        base: the dataset's newest version; ``None`` before the first.
        candidates: segments to be released, made under the registry as it is.
        store: the public store.
        folder: private work folder, for segments that have to be made anew.
    """
    dataset = catalog.dataset(dataset_id)
    previous = base.manifest if base else None
    published = base.manifest.segments if base and base.shown else ()
    carried = carry_over(dataset, published, (segment.period for segment in candidates), store, folder)
    segments = sorted((*carried.segments, *candidates), key=lambda segment: segment.period)
    if not segments:
        empty = Message("publish-dataset-emptied", {"dataset": dataset_id})
        return Next(None, empty=True, replaced=carried.replaced, notices=(*carried.notices, empty))
    new = Content(describe(catalog, dataset), _schema(dataset, previous, candidates), tuple(segments))
    old = Content(previous.metadata, previous.schema, previous.segments) if previous else None
    changes = changes_between(old, new)
    if not changes.any:
        return Next(None)
    version = VersionNumber.parse(previous.version).bumped(changes.size) if previous else FIRST_VERSION
    manifest = Manifest(
        dataset=dataset_id,
        version=str(version),
        previous=PreviousVersion(previous.version, base.sha256) if base and previous else None,
        metadata=new.metadata,
        schema=new.schema,
        segments=tuple(new.segments),
        changes=changes,
        tools={name: metadata.version(name) for name in _TOOLS},
    )
    return Next(manifest, replaced=carried.replaced, notices=carried.notices)


def _schema(dataset: Dataset, previous: Manifest | None, candidates: Sequence[Segment]) -> Mapping[str, Any]:
    """The schema to publish by: the previous version's only as far as it still may be."""
    schemas = [segment.schema for segment in sorted(candidates, key=lambda segment: segment.period)]
    if previous is not None:
        schemas.insert(0, without(previous.schema, no_longer_public(previous.schema, dataset)))
    return current_schema(dataset, schemas)


def registry_state(catalog: Catalog) -> str:
    """Changes whenever something changes that a release takes from the registry rather than from candidates."""
    state = {
        dataset_id: {"digest": dataset.digest, "described": describe(catalog, dataset)}
        for dataset_id, dataset in catalog.datasets.items()
    }
    return hashlib.sha256(canonical_json(state)).hexdigest()


def describe(catalog: Catalog, dataset: Dataset) -> dict[str, Any]:
    """What the registry says about a dataset, as its manifests keep it."""
    descriptor = dataset.descriptor
    theme = next(theme for theme in catalog.descriptor.themes if theme.id == descriptor.theme)
    return {
        "theme": theme.id,
        "theme_title": _texts(theme.title),
        "title": _texts(descriptor.title),
        "description": _texts(descriptor.description),
        "keywords": {"zh": list(descriptor.keywords.zh), "en": list(descriptor.keywords.en)},
        "licence": descriptor.licence or catalog.descriptor.licence,
        "period": descriptor.period.value,
        "disclosure_class": descriptor.disclosure_class.value,
        "disclosure": {
            "attribute": descriptor.disclosure.attribute.value,
            "basis": _texts(descriptor.disclosure.basis),
            "unit": descriptor.disclosure.unit,
        },
        "publishers": [_publisher(catalog, organisation) for organisation in descriptor.publishers],
    }


def _texts(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _publisher(catalog: Catalog, organisation_id: str) -> dict[str, Any]:
    organisation = catalog.organisations[organisation_id]
    return {"id": organisation_id, "name": {"zh": organisation.name_zh, "en": organisation.name_en}}
