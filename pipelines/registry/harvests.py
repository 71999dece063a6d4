"""``harvest/<source>.yaml``: a catalog elsewhere whose datasets appear in this one, listed or re-published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from pipelines.core.errors import InvalidPeriod
from pipelines.core.inbox_names import is_ignored, is_unfinished
from pipelines.core.messages import Message, Parameter
from pipelines.core.paths import is_plain_name
from pipelines.core.web_addresses import is_listed, taken_apart
from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text
from pipelines.registry.problems import Key, Problem, line_of, written
from pipelines.registry.sources import WebAddress

if TYPE_CHECKING:
    from pipelines.registry.catalog import Dataset
    from pipelines.registry.catalog_descriptor import CatalogDescriptor

#: Folder of the descriptors.
HARVEST = "harvest"


class Selection(Descriptor):
    """Which datasets of a catalog appear: patterns of their identifiers, with ``*``, ``?`` and ``[…]``."""

    include: Annotated[tuple[Text, ...], Field(min_length=1, max_length=1000)] = ("*",)
    exclude: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()

    def has(self, identifier: str) -> bool:
        """Tell whether a dataset appears."""
        named = any(fnmatchcase(identifier, pattern) for pattern in self.include)
        return named and not any(fnmatchcase(identifier, pattern) for pattern in self.exclude)


class Republication(Descriptor):
    """A dataset elsewhere that is delivered as one of ours: which of its files, and where in the inbox it goes."""

    dataset: Identifier
    """Ours."""
    organisation: Identifier
    """The publisher in whose name it is delivered."""
    file: Text
    """The name it gets in the inbox."""
    period: Text
    """The period it is about; ``all`` for datasets without periods."""
    media_type: Text | None = None
    title: Text | None = None
    """Of its distribution, in any language; with ``media_type`` both have to fit."""
    max_megabytes: Annotated[int, Field(ge=1, le=10_000)] = 200
    max_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600

    @model_validator(mode="after")
    def _names_a_distribution(self) -> Self:
        if self.media_type is None and self.title is None:
            raise ValueError("say which distribution it is, by media_type, title or both")
        return self


class HarvestDescriptor(Descriptor):
    """A catalog elsewhere."""

    title: Bilingual
    publisher: Bilingual
    """The name that its datasets appear under where they name no publisher of their own."""
    kind: Literal["dcat", "datapackage", "ckan"]
    """``dcat``: DCAT in JSON-LD, DCAT-US ``data.json`` among them; ``ckan``: a portal with CKAN's action API."""
    url: WebAddress
    """The document, or the portal."""
    licence: Text | None = None
    """The licence of datasets that name none."""
    licences: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Datasets under other licences do not appear; none named: all do. Needed for what is re-published."""
    datasets: Selection = Selection()
    republish: dict[Text, Republication] = Field(default_factory=dict, max_length=1000)
    """By identifier of the dataset elsewhere."""
    max_megabytes: Annotated[int, Field(ge=1, le=2_000)] = 50
    """Of all documents of the catalog together."""
    max_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    """Of each of its documents."""
    max_datasets: Annotated[int, Field(ge=1, le=1_000_000)] = 20_000
    """Of those that appear."""

    @model_validator(mode="after")
    def _is_a_portal(self) -> Self:
        if self.kind == "ckan" and "?" in self.url:
            raise ValueError("url is the portal's address, without a query")
        return self

    @model_validator(mode="after")
    def _licences_for_republication(self) -> Self:
        if self.republish and not self.licences:
            raise ValueError("licences names those under which datasets may be re-published")
        if self.licence is not None and self.licences and self.licence not in self.licences:
            raise ValueError("licence is not among licences")
        return self


@dataclass(frozen=True)
class HarvestChecker:
    """One descriptor, and what it has to agree with."""

    file: str
    harvest: HarvestDescriptor
    catalog: CatalogDescriptor
    datasets: Mapping[str, Dataset]
    """Usable ones."""
    broken: frozenset[str]
    lines: Mapping[Key, int]
    places: set[tuple[str, str, str, str]]
    """Where files go that descriptors looked at before bring: organisation, dataset, period, file."""

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong, in the order of the keys."""
        target = taken_apart(self.harvest.url)
        if not is_listed(self.catalog.fetch_hosts, target.host, target.port, is_default_port=target.is_default_port):
            yield self._problem(("url",), "check-harvest-host", host=target.host_header)
        if self.harvest.licence is not None:
            yield from self._licence(("licence",), self.harvest.licence)
        for position, name in enumerate(self.harvest.licences):
            yield from self._licence(("licences", position), name)
        for identifier, entry in self.harvest.republish.items():
            key = ("republish", identifier)
            yield from self._republication(key, entry)
            place = entry.organisation, entry.dataset, entry.period, entry.file
            if place in self.places or self._is_a_source(entry):
                yield self._problem((*key, "file"), "check-harvest-file-twice", name=entry.file)
            self.places.add(place)

    def _licence(self, key: Key, name: str) -> Iterator[Problem]:
        if self.catalog.known_licence(name) is None:
            yield self._problem(key, "check-harvest-licence", licence=name)

    def _republication(self, key: Key, entry: Republication) -> Iterator[Problem]:
        if not is_plain_name(entry.file) or is_ignored(entry.file) or is_unfinished(entry.file):
            yield self._problem((*key, "file"), "check-source-file", name=ascii(entry.file))
        dataset = self.datasets.get(entry.dataset)
        if dataset is None:
            if entry.dataset not in self.broken:  # what is broken has problems of its own
                yield self._problem((*key, "dataset"), "check-harvest-dataset", dataset=entry.dataset)
            return
        if dataset.descriptor.register_of is not None:
            yield self._problem((*key, "dataset"), "check-harvest-register", dataset=entry.dataset)
        if entry.organisation not in dataset.descriptor.publishers:
            yield self._problem((*key, "organisation"), "check-source-publisher", organisation=entry.organisation)
        try:
            period = dataset.period(entry.period)
        except InvalidPeriod:
            yield self._problem((*key, "period"), "check-source-period", period=entry.period,
                                period_class=dataset.period_class.value)  # fmt: skip
            return
        if period.start is not None and period.year < self.catalog.first_year:
            yield self._problem((*key, "period"), "check-source-too-early", period=entry.period,
                                first_year=self.catalog.first_year)  # fmt: skip

    def _is_a_source(self, entry: Republication) -> bool:
        """Whether ``sources:`` of the dataset brings a file to the same place."""
        dataset = self.datasets.get(entry.dataset)
        return dataset is not None and any(
            (source.organisation, source.file) == (entry.organisation, entry.file)
            and source.period in (None, entry.period)
            for source in dataset.descriptor.sources
        )

    def _problem(self, key: Key, kind: str, /, **params: Parameter) -> Problem:
        message, remedy = Message(kind, params), Message(f"{kind}-remedy", params)
        return Problem(self.file, message, remedy, written(key), line_of(key, self.lines))
