"""What all profiles are made of: one frozen record for the catalog, one per dataset.

Profiles are functions of these records and read nothing else, so that all documents say the same. Texts are plain
(:mod:`pipelines.catalog.metadata.texts`), times are UTC as snapshots have them, days are ISO 8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata.addresses import Addresses
from pipelines.catalog.metadata.texts import Texts
from pipelines.catalog.metadata.vocabularies import FileType
from pipelines.core.periods import PeriodClass

#: Of a dataset's versions the newest so many are described, of its years and files (where no downloads were made).
MOST_VERSIONS, MOST_YEARS, MOST_FILES = 3, 10, 12


@dataclass(frozen=True)
class AgentFacts:
    """An organisation, or whom to ask there, and how it is reached; ``email`` may be empty."""

    id: str
    name: Texts
    email: str


@dataclass(frozen=True)
class LicenceFacts:
    """A licence: identifier, term of a vocabulary, name, address of its text, and its type (ADMS)."""

    id: str
    uri: str
    title: str
    page: str
    type: str


@dataclass(frozen=True)
class SpatialFacts:
    """An area; ``bbox`` is west, south, east, north in degrees (WGS 84)."""

    uri: str
    title: Texts
    bbox: tuple[float, float, float, float]


@dataclass(frozen=True)
class ThemeFacts:
    """A theme of the catalog; ``uri`` is its term in a published vocabulary, if it has one."""

    id: str
    title: Texts
    uri: str | None


@dataclass(frozen=True)
class Span:
    """The days that data are about, the last one included."""

    start: str
    end: str


@dataclass(frozen=True)
class FileFacts:
    """A file that can be downloaded. ``path`` is relative to the store's root."""

    name: str
    path: str
    type: FileType
    bytes: int
    sha256: str


@dataclass(frozen=True)
class VersionFacts:
    """A version: when it was released, what it changed, its files, and which version before it is shown."""

    version: str
    released: str
    notes: Texts
    files: tuple[FileFacts, ...]
    previous: str | None


@dataclass(frozen=True)
class YearFacts:
    """What a dataset has of a year. ``file``: where it is one."""

    year: int
    span: Span
    file: FileFacts | None


@dataclass(frozen=True)
class CodeListFacts:
    """A code list that fields refer to: identifier, and the stored file."""

    id: str
    path: str
    sha256: str


@dataclass(frozen=True)
class CatalogFacts:
    """The catalog."""

    id: str
    addresses: Addresses
    title: Texts
    description: Texts
    publisher: AgentFacts
    contact: AgentFacts
    licence: LicenceFacts
    rights: Texts | None
    spatial: SpatialFacts | None
    themes: tuple[ThemeFacts, ...]


@dataclass(frozen=True)
class DatasetFacts:
    """A dataset as the newest snapshot shows it. ``versions`` are newest first, ``schema`` the public Table Schema."""

    id: str
    title: Texts
    description: Texts
    keywords: Mapping[str, tuple[str, ...]]
    theme: ThemeFacts
    licence: LicenceFacts
    publisher: AgentFacts
    creators: tuple[AgentFacts, ...]
    contact: AgentFacts
    basis: Texts
    period: PeriodClass
    span: Span | None
    spatial: SpatialFacts | None
    issued: str
    versions: tuple[VersionFacts, ...]
    years: tuple[YearFacts, ...]
    schema: Mapping[str, Any]
    codelists: tuple[CodeListFacts, ...]

    @property
    def current(self) -> VersionFacts:
        """The version that is shown."""
        return self.versions[0]

    @property
    def is_series(self) -> bool:
        """Whether it has reporting periods."""
        return bool(self.years)

    @property
    def table(self) -> FileFacts | None:
        """The file to take where only one can be named: CSV before others."""
        tables = [entry for entry in self.current.files if entry.type.tabular]
        return min(tables, key=lambda entry: entry.type.code != "CSV", default=None)
