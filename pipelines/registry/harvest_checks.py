"""Whether a catalog elsewhere, as it is described, agrees with the rest of the registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.core.errors import InvalidPeriod
from pipelines.core.inbox_names import is_ignored, is_unfinished
from pipelines.core.messages import Message, Parameter
from pipelines.core.paths import is_plain_name
from pipelines.core.periods import PeriodClass
from pipelines.core.web_addresses import is_listed, taken_apart
from pipelines.registry.catalog import Dataset
from pipelines.registry.catalog_descriptor import CatalogDescriptor
from pipelines.registry.harvests import FROM_TEMPORAL, HarvestDescriptor, Republication
from pipelines.registry.problems import Key, Problem, line_of, written


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
            elif not self._is_alone(entry):
                yield self._problem((*key, "period"), "check-harvest-period-alone", dataset=entry.dataset)
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
        if entry.period == FROM_TEMPORAL and dataset.period_class is not PeriodClass.NONE:
            if self.harvest.kind != "dcat":
                yield self._problem((*key, "period"), "check-harvest-temporal-kind", kind=self.harvest.kind)
            return
        try:
            period = dataset.period(entry.period)
        except InvalidPeriod:
            yield self._problem((*key, "period"), "check-source-period", period=entry.period,
                                period_class=dataset.period_class.value)  # fmt: skip
            return
        if period.start is not None and period.year < self.catalog.first_year:
            yield self._problem((*key, "period"), "check-source-too-early", period=entry.period,
                                first_year=self.catalog.first_year)  # fmt: skip

    def _is_alone(self, entry: Republication) -> bool:
        """Whether nothing else brings files of deliveries whose period is known only when they come: a part of the
        files of a delivery could be taken for the whole."""
        others = {period for organisation, dataset, period, _ in self.places
                  if (organisation, dataset) == (entry.organisation, entry.dataset)}  # fmt: skip
        if entry.period != FROM_TEMPORAL:
            return FROM_TEMPORAL not in others
        known = self.datasets.get(entry.dataset)
        sources = known.descriptor.sources if known is not None else ()
        return not others and all(source.organisation != entry.organisation for source in sources)

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
