"""Composing a dataset's next version from its current one, the candidates and the registry."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.errors import CorruptStore
from pipelines.core.files import sha256_of
from pipelines.core.messages import Message
from pipelines.core.versions import FIRST_VERSION, VersionNumber, larger
from pipelines.publish.carrying import carry_over
from pipelines.publish.changes import Content, changes_between
from pipelines.publish.clearances import no_longer_public, without
from pipelines.publish.codelists import codelist_contents
from pipelines.publish.diff import PeriodChanges, count_changes
from pipelines.publish.errors import NothingToRestore
from pipelines.publish.manifests import Manifest, PreviousVersion, Superseded, load_deliveries
from pipelines.publish.notes import VersionNote
from pipelines.publish.records import Segment, canonical_json
from pipelines.publish.retyping import readable_schema
from pipelines.publish.schemas import current_schema
from pipelines.publish.store import object_path
from pipelines.publish.stores import Store
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
    """The version that a new one follows. ``shown``: the current release has it. ``withdrawn``: it has a tombstone."""

    sha256: str
    manifest: Manifest
    shown: bool
    withdrawn: bool = False


def compose(catalog: Catalog, dataset_id: str, base: Base | None, candidates: Sequence[Segment], store: Store,
            folder: Path, note: VersionNote | None = None) -> Next:  # fmt: skip
    """The version that follows ``base`` once ``candidates`` take the places of their periods.

    A candidate that an officer has rolled back is not taken.

    Args:
        catalog: the registry.
        dataset_id: a usable dataset of it.
        base: the dataset's newest version; ``None`` before the first.
        candidates: segments to be released, made under the registry as it is.
        store: the public store.
        folder: private work folder, for segments that have to be made anew.
        note: what is said about the version.
    """
    dataset = catalog.dataset(dataset_id)
    superseded = base.manifest.superseded if base else {}
    refused = [segment for segment in candidates if _is_given_up(superseded, segment, store)]
    taken = [segment for segment in candidates if segment not in refused]
    published = base.manifest.segments if base and base.shown else ()
    carried = carry_over(dataset, published, (segment.period for segment in taken), store, folder)
    segments = sorted((*carried.segments, *taken), key=lambda segment: segment.period)
    if not segments:
        empty = Message("publish-dataset-emptied", {"dataset": dataset_id})
        return Next(None, empty=True, replaced=carried.replaced, notices=(*carried.notices, empty))
    previous = base.manifest if base else None
    schema, kept = readable_schema(_schema(dataset, previous, taken), previous.schema if previous else None, segments)
    notices = [*carried.notices, *_kept_types(dataset_id, kept), *_refused(dataset_id, refused, superseded, store)]
    content = Content(describe(catalog, dataset), schema, tuple(segments))
    following = _Following(base, content, note, codelist_contents(catalog, dataset), store, folder)
    arrived = {segment.period for segment in taken}
    left = {period: entry for period, entry in superseded.items() if period not in arrived}
    return Next(following.manifest(dataset_id, superseded=left), replaced=carried.replaced, notices=tuple(notices))


def restore(catalog: Catalog, dataset_id: str, base: Base, target: Manifest, store: Store, folder: Path,
            note: VersionNote) -> Next:  # fmt: skip
    """The version that follows ``base`` and has the content of an earlier one, as far as it may still be public.

    What ``base`` shows instead, or showed until it was withdrawn, is not released again: neither the same segments,
    whatever makes them anew, nor others with rows of deliveries that only they had.

    Args:
        catalog: the registry.
        dataset_id: a usable dataset of it.
        base: the dataset's newest version.
        target: the version to bring back.
        store: the public store.
        folder: private work folder, for segments that have to be made anew.
        note: why.

    Raises:
        NothingToRestore: when nothing of that version may be public any more.
    """
    dataset = catalog.dataset(dataset_id)
    carried = carry_over(dataset, target.segments, (), store, folder)
    if not carried.segments:
        raise NothingToRestore(dataset_id, target.version)
    schema = without(target.schema, no_longer_public(target.schema, dataset))
    content = Content(describe(catalog, dataset), schema, carried.segments)
    following = _Following(base, content, note, codelist_contents(catalog, dataset), store, folder)
    superseded = _superseded(base, carried.segments, store)
    manifest = following.manifest(dataset_id, superseded=superseded, restores=target.version)
    return Next(manifest, notices=carried.notices)


def _superseded(base: Base, back: Sequence[Segment], store: Store) -> dict[str, Superseded]:
    """What is not to be released any more once ``back`` is shown instead of what ``base`` has."""
    restored = {segment.period: segment for segment in back}
    superseded = {
        period: entry
        for period, entry in base.manifest.superseded.items()
        if period not in restored or not entry.covers(restored[period].digest, _deliveries(restored[period], store))
    }
    for segment in base.manifest.segments if base.shown or base.withdrawn else ():
        instead = restored.get(segment.period)
        if instead is None or instead.digest != segment.digest:
            known = _deliveries(instead, store) if instead else ()
            given_up = [name for name in _deliveries(segment, store) if name not in known]
            superseded[segment.period] = Superseded(segment.digest, tuple(given_up))
    return superseded


def _deliveries(segment: Segment, store: Store) -> tuple[str, ...]:
    return tuple(entry.delivery for entry in load_deliveries(store, segment))


def _is_given_up(superseded: Mapping[str, Superseded], segment: Segment, store: Store) -> bool:
    entry = superseded.get(segment.period)
    return entry is not None and entry.covers(segment.digest, _deliveries(segment, store))


def _refused(
    dataset_id: str, segments: Sequence[Segment], superseded: Mapping[str, Superseded], store: Store
) -> list[Message]:
    """Tell of candidates that hold rolled back deliveries; one that is the very segment is nothing new."""
    other = [segment for segment in segments if superseded[segment.period].digest != segment.digest]
    if not other:
        return []
    given_up = {name for segment in other for name in superseded[segment.period].deliveries}
    deliveries = sorted(given_up.intersection(name for segment in other for name in _deliveries(segment, store)))
    return [Message("publish-rolled-back-again", {
        "dataset": dataset_id, "periods": ", ".join(segment.period for segment in other),
        "deliveries": ", ".join(deliveries),
    })]  # fmt: skip


@dataclass(frozen=True)
class _Following:
    """The content of a version, what it follows, and the code lists that it refers to."""

    base: Base | None
    content: Content
    note: VersionNote | None
    codelists: Mapping[str, bytes]
    store: Store
    folder: Path

    def manifest(
        self, dataset_id: str, *, superseded: Mapping[str, Superseded], restores: str | None = None
    ) -> Manifest | None:
        """The version's manifest; ``None`` when nothing that is published changes."""
        previous = self.base.manifest if self.base else None
        withdrawn = self.base is not None and self.base.withdrawn
        old = Content(previous.metadata, previous.schema, previous.segments) if previous else None
        changes = changes_between(old, self.content)
        if not changes.any and not withdrawn:
            return None
        if old and not withdrawn:
            changes = replace(changes, rows=self._counted(old, changes.rows))
        version = FIRST_VERSION
        if previous:
            size = larger(changes.size, self.note.at_least) if self.note else changes.size
            version = VersionNumber.parse(previous.version).bumped(size)
        return Manifest(
            dataset=dataset_id,
            version=str(version),
            previous=PreviousVersion(previous.version, self.base.sha256) if self.base and previous else None,
            metadata=self.content.metadata,
            schema=self.content.schema,
            segments=tuple(self.content.segments),
            changes=changes,
            tools=tool_versions(),
            note=self.note.text if self.note else None,
            restores=restores,
            superseded=superseded,
            codelist_contents=tuple(self.codelists.values()),
        )

    def _counted(self, old: Content, known: tuple[PeriodChanges, ...]) -> tuple[PeriodChanges, ...]:
        """Rows that differ from ``old``; what is ``known`` without reading them where a file of it is damaged.

        Raises:
            FileNotFoundError: when another release has taken up a candidate meanwhile.
            duckdb.Error: when they cannot be counted, for instance because the disk is full.
        """
        try:
            return count_changes(old, self.content, self._local, self.folder)
        except duckdb.ConversionException:
            return known  # An earlier version was published by a type that not all of its files can be read by.
        except (CorruptStore, duckdb.Error):
            for parquet in (part.parquet for segment in self.content.segments for part in segment.parts):
                if parquet is not None:
                    parquet.stat()
            # A damaged file of an earlier version is no reason not to release a sound one. A full disk is: what is
            # not counted now would never be.
            if self._is_sound(old.segments):
                raise
            return known

    def _is_sound(self, segments: Sequence[Segment]) -> bool:
        try:
            return all(sha256_of(self._local(part.sha256)) == part.sha256 for each in segments for part in each.parts)
        except (FileNotFoundError, CorruptStore):
            return False

    def _local(self, sha256: str) -> Path:
        made = (part.parquet for segment in self.content.segments for part in segment.parts if part.sha256 == sha256)
        return next(made, None) or self.store.local(object_path(sha256))


def _kept_types(dataset_id: str, fields: Sequence[str]) -> list[Message]:
    if not fields:
        return []
    return [Message("publish-types-kept", {"dataset": dataset_id, "fields": ", ".join(fields)})]


def _schema(dataset: Dataset, previous: Manifest | None, candidates: Sequence[Segment]) -> Mapping[str, Any]:
    """The schema to publish by: the previous version's only as far as it still may be."""
    schemas = [segment.schema for segment in sorted(candidates, key=lambda segment: segment.period)]
    if previous is not None:
        schemas.insert(0, without(previous.schema, no_longer_public(previous.schema, dataset)))
    return current_schema(dataset, schemas)


def tool_versions() -> dict[str, str]:
    """Versions of what a segment's bytes depend on, by package name, as manifests keep them."""
    return {name: _version_of(name) for name in _TOOLS}


@functools.cache
def _version_of(package: str) -> str:
    # Finding out takes milliseconds.
    return metadata.version(package)


def registry_state(catalog: Catalog) -> str:
    """Changes whenever something changes that a release takes from the registry rather than from candidates."""
    state = {key: registry_digest(catalog, key) for key in catalog.datasets}
    # Of broken datasets only the negative list says something.
    barring = [entry.model_dump(mode="json") for entry in catalog.listed if any(map(entry.names, catalog.broken))]
    return hashlib.sha256(canonical_json({"datasets": state, "broken": barring})).hexdigest()


def registry_digest(catalog: Catalog, dataset_id: str) -> str:
    """Changes whenever something changes that a release takes from the registry, or makes of it, for one dataset."""
    dataset = catalog.dataset(dataset_id)
    state = [dataset.digest, describe(catalog, dataset), _version_of("gongkai")]
    # Made for every dataset at every release, so without the indents of stored documents, which cost ten times as much.
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


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
        "codelists": {
            name: hashlib.sha256(content).hexdigest() for name, content in codelist_contents(catalog, dataset).items()
        },
    }


def _texts(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _publisher(catalog: Catalog, organisation_id: str) -> dict[str, Any]:
    organisation = catalog.organisations[organisation_id]
    return {"id": organisation_id, "name": {"zh": organisation.name_zh, "en": organisation.name_en}}
