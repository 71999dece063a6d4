"""Composing a dataset's next version from its current one, the candidates and the registry."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

from pipelines.core.versions import FIRST_VERSION, VersionNumber
from pipelines.publish.changes import Content, changes_between
from pipelines.publish.manifests import Manifest, PreviousVersion
from pipelines.publish.records import Segment
from pipelines.publish.schemas import current_schema
from pipelines.registry import Catalog, Dataset
from pipelines.registry.base import Bilingual

#: What a version's bytes depend on.
_TOOLS = ("duckdb", "gongkai", "pyarrow")


def compose(
    catalog: Catalog, dataset_id: str, current: tuple[str, Manifest] | None, candidates: Sequence[Segment]
) -> Manifest | None:
    """The version that follows the current one once ``candidates`` take the places of their periods.

    Args:
        catalog: the registry.
        dataset_id: a usable dataset of it.
        current: SHA-256 of the current version's manifest, and the manifest; ``None`` before the first.
        candidates: segments to be released.

    Returns:
        The manifest, or ``None`` when nothing that is published changes.
    """
    dataset = catalog.dataset(dataset_id)
    sha256, previous = current or ("", None)
    segments = {segment.period: segment for segment in previous.segments} if previous else {}
    segments |= {segment.period: segment for segment in candidates}
    schemas = [previous.schema] if previous else []
    schemas += [segment.schema for segment in sorted(candidates, key=lambda entry: entry.period)]
    new = Content(
        describe(catalog, dataset),
        current_schema(dataset, schemas),
        tuple(segments[period] for period in sorted(segments)),
    )
    old = Content(previous.metadata, previous.schema, previous.segments) if previous else None
    changes = changes_between(old, new)
    if not changes.any:
        return None
    version = VersionNumber.parse(previous.version).bumped(changes.size) if previous else FIRST_VERSION
    return Manifest(
        dataset=dataset_id,
        version=str(version),
        previous=PreviousVersion(previous.version, sha256) if previous else None,
        metadata=new.metadata,
        schema=new.schema,
        segments=tuple(new.segments),
        changes=changes,
        tools={name: metadata.version(name) for name in _TOOLS},
    )


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
