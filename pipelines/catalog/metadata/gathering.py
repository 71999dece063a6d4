"""Gathering facts: from the registry, from manifests, and from the list of files that were made for download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from pipelines.catalog.downloads import DownloadFile, load_files
from pipelines.catalog.metadata.addresses import Addresses
from pipelines.catalog.metadata.facts import (
    MOST_FILES,
    MOST_VERSIONS,
    MOST_YEARS,
    AgentFacts,
    CatalogFacts,
    CodeListFacts,
    DatasetFacts,
    FileFacts,
    LicenceFacts,
    Span,
    SpatialFacts,
    ThemeFacts,
    VersionFacts,
    YearFacts,
)
from pipelines.catalog.metadata.texts import LANGUAGES, Texts, long, longs, short, shorts
from pipelines.catalog.metadata.vocabularies import FILE_TYPES, PARQUET
from pipelines.core.periods import Period, PeriodClass
from pipelines.publish import Manifest, Part, Segment, Snapshot, SnapshotEntry, Store, object_path, versions_of
from pipelines.publish.download_files import FILES, downloads_folder
from pipelines.publish.release_notes import summary
from pipelines.publish.store import codelist_path
from pipelines.registry import Catalog, Organisation
from pipelines.registry.base import Bilingual
from pipelines.registry.coverage import Coverage, Spatial
from pipelines.registry.licences import Licence


def files_path(dataset: str, version: str) -> str:
    """Where the files of a version are listed, relative to the store's root."""
    return f"{downloads_folder(dataset, version)}/{FILES}"


def facts_depend(catalog: Catalog, snapshot: Snapshot, dataset: str, files: Mapping[str, str]) -> list[object]:
    """What :func:`dataset_facts` are made of, but for withdrawals: it changes whenever they may be other ones.

    Args:
        catalog: the registry.
        snapshot: shows the dataset.
        dataset: its identifier.
        files: of all datasets, see :func:`pipelines.catalog.downloads.files_digests`: files of a version are made
            after it, and may be made anew.
    """
    known = catalog.datasets.get(dataset)
    coverage = known.descriptor.coverage if known else None
    said = coverage.model_dump(mode="json") if coverage else None
    return [snapshot.datasets[dataset].manifest, said, files.get(dataset)]


def catalog_facts(catalog: Catalog, base: str) -> CatalogFacts:
    """What the registry says of the catalog; ``base`` is its address on the web."""
    said = catalog.descriptor
    publisher = _agent(catalog.organisations[said.publisher])
    name = _texts(said.contact_name, short) if said.contact_name else publisher.name
    return CatalogFacts(
        id=said.id,
        addresses=Addresses(base),
        title=_texts(said.title, short),
        description=_texts(said.description, long),
        publisher=publisher,
        contact=AgentFacts(publisher.id, name, said.contact),
        licence=_licence(catalog, said.licence),
        rights=_texts(said.rights, long) if said.rights else None,
        spatial=_spatial(said.spatial) if said.spatial else None,
        themes=tuple(ThemeFacts(theme.id, _texts(theme.title, short), theme.uri) for theme in said.themes),
    )


def dataset_facts(
    store: Store, catalog: Catalog, about: CatalogFacts, snapshot: Snapshot, dataset: str, released: Mapping[str, str]
) -> DatasetFacts:
    """What is known of a dataset that a snapshot shows.

    Args:
        store: the catalog.
        catalog: the registry, which need not have the dataset any more.
        about: :func:`catalog_facts`.
        snapshot: the newest release.
        dataset: one of its datasets.
        released: version → when it was released first.

    Raises:
        CorruptStore: when a manifest cannot be read.
        CorruptStore: when the list of files that were made is not one.
    """
    gathering = _Gathering(store, catalog, about, snapshot, released)
    return gathering.facts(dataset, snapshot.datasets[dataset])


@dataclass(frozen=True)
class _Gathering:
    store: Store
    catalog: Catalog
    about: CatalogFacts
    snapshot: Snapshot
    released: Mapping[str, str]

    def facts(self, dataset: str, entry: SnapshotEntry) -> DatasetFacts:
        shown = list(islice(self._shown(dataset, entry), MOST_VERSIONS + 1))
        manifest, said = shown[0], shown[0].metadata
        period = PeriodClass(said["period"])
        coverage = self._coverage(dataset)
        unit = self._organisation(said["disclosure"]["unit"], said)
        creators = tuple(self._organisation(each["id"], said) for each in said["publishers"])
        versions = [self._version(each, before) for each, before in zip(shown, [*shown[1:], None], strict=True)]
        periods = [Period.parse(text, period) for text in manifest.periods]
        return DatasetFacts(
            id=dataset,
            title=shorts(said["title"]),
            description=longs(said["description"]),
            keywords={language: tuple(map(short, said["keywords"][language])) for language in LANGUAGES},
            theme=self._theme(said),
            licence=_licence(self.catalog, said["licence"]),
            publisher=creators[0] if len(creators) == 1 else unit,
            creators=creators,
            contact=AgentFacts(unit.id, unit.name, unit.email) if unit.email else self.about.contact,
            basis=longs(said["disclosure"]["basis"]),
            period=period,
            span=_span(periods) or _declared(coverage, versions[0].released),
            spatial=_spatial(coverage.spatial) if coverage.spatial else self.about.spatial,
            issued=min((*self.released.values(), versions[0].released)),
            versions=tuple(versions[:MOST_VERSIONS]),
            years=tuple(_years(manifest, periods)),
            schema=manifest.schema,
            codelists=tuple(
                CodeListFacts(name, codelist_path(sha256), sha256) for name, sha256 in manifest.codelists.items()
            ),
        )

    def _shown(self, dataset: str, entry: SnapshotEntry) -> Iterator[Manifest]:
        """A dataset's versions that have not been withdrawn, newest first."""
        for _, manifest in versions_of(self.store, entry):
            if self.snapshot.tombstone_of(dataset, manifest.version) is None:
                yield manifest

    def _version(self, manifest: Manifest, before: Manifest | None) -> VersionFacts:
        notes = {language: summary(manifest, language) for language in LANGUAGES}
        if manifest.note:
            notes = {language: f"{notes[language]} {manifest.note[language]}" for language in LANGUAGES}
        files = listed_files(self.store, manifest.dataset, manifest.version)
        return VersionFacts(
            version=manifest.version,
            released=self.released.get(manifest.version, self.snapshot.released),
            notes=longs(notes),
            files=files or tuple(_parts(manifest)),
            previous=before.version if before else None,
        )

    def _coverage(self, dataset: str) -> Coverage:
        known = self.catalog.datasets.get(dataset)
        return (known.descriptor.coverage if known else None) or Coverage()

    def _organisation(self, organisation: str, said: Mapping[str, Any]) -> AgentFacts:
        """An organisation as the registry has it today, else as the manifest names it."""
        known = self.catalog.organisations.get(organisation)
        if known is not None:
            return _agent(known)
        names = {each["id"]: each["name"] for each in said["publishers"]}
        return AgentFacts(organisation, shorts(names.get(organisation, dict.fromkeys(LANGUAGES, organisation))), "")

    def _theme(self, said: Mapping[str, Any]) -> ThemeFacts:
        known = next((theme for theme in self.about.themes if theme.id == said["theme"]), None)
        return known or ThemeFacts(said["theme"], shorts(said["theme_title"]), None)


def listed_files(store: Store, dataset: str, version: str) -> tuple[FileFacts, ...] | None:
    """The files of a version that were made for download, of kinds that are known; ``None`` where none were.

    Raises:
        CorruptStore: when the list is not one.
    """
    made = load_files(store, dataset, version)
    if made is None:
        return None
    folder = downloads_folder(dataset, version)
    typed = [(file, FILE_TYPES.get(_media_type(file))) for file in made.files]
    return tuple(FileFacts(file.name, f"{folder}/{file.name}", kind, file.bytes, file.sha256)
                 for file, kind in typed if kind is not None)  # fmt: skip


def _media_type(file: DownloadFile) -> str:
    """A media type without its parameters."""
    return file.media_type.partition(";")[0].strip().lower()


def segment_files(manifest: Manifest, segment: Segment) -> Iterator[tuple[Part, FileFacts]]:
    """The objects of a version's period as files that can be downloaded, which are named for what is in them."""
    for number, part in enumerate(segment.parts, 1):
        yield part, _object(f"{manifest.dataset}-{manifest.version}-{segment.period}-{number}.parquet", part)


def _parts(manifest: Manifest) -> Iterator[FileFacts]:
    """The newest files of rows themselves, where nothing else was made of them."""
    files = [file for segment in manifest.segments for _, file in segment_files(manifest, segment)]
    yield from files[-MOST_FILES:]


def _object(name: str, part: Part) -> FileFacts:
    return FileFacts(name, object_path(part.sha256), PARQUET, part.bytes, part.sha256)


def _years(manifest: Manifest, periods: list[Period]) -> Iterator[YearFacts]:
    by_year: dict[int, list[tuple[Period, Segment]]] = {}
    for period, segment in zip(periods, manifest.segments, strict=True):
        if period.start is not None:
            by_year.setdefault(period.year, []).append((period, segment))
    for year in sorted(by_year)[-MOST_YEARS:]:
        span = _span([period for period, _ in by_year[year]])
        parts = [part for _, segment in by_year[year] for part in segment.parts]
        file = _object(f"{manifest.dataset}-{manifest.version}-{year}.parquet", parts[0]) if len(parts) == 1 else None
        if span is not None:
            yield YearFacts(year, span, file)


def _span(periods: list[Period]) -> Span | None:
    starts = [period.start for period in periods if period.start is not None]
    ends = [period.end for period in periods if period.end is not None]
    return Span(min(starts).isoformat(), max(ends).isoformat()) if starts and ends else None


def _declared(coverage: Coverage, released: str) -> Span | None:
    """What the descriptor says of data without periods; open ends are where the newest version came."""
    if coverage.temporal is None:
        return None
    start = coverage.temporal.start.isoformat()
    end = coverage.temporal.end.isoformat() if coverage.temporal.end else released[:10]
    return Span(start, max(start, end))


def _agent(organisation: Organisation) -> AgentFacts:
    name = {"zh": organisation.name_zh, "en": organisation.name_en}
    return AgentFacts(organisation.id, shorts(name), organisation.email)


def _licence(catalog: Catalog, name: str) -> LicenceFacts:
    """A licence; of one that the registry does not know any more, the address that its SPDX identifier has."""
    address = f"https://spdx.org/licenses/{quote(name, safe='')}"
    known = catalog.descriptor.known_licence(name) or Licence(uri=address, title=name, page=address)
    return LicenceFacts(short(name), known.uri, short(known.title), known.page, known.type)


def _spatial(area: Spatial) -> SpatialFacts:
    return SpatialFacts(area.uri, _texts(area.title, short), area.bbox)


def _texts(text: Bilingual, bounded: Any) -> Texts:
    return {language: bounded(text.in_language(language)) for language in LANGUAGES}
