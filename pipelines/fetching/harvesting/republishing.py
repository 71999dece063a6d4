"""From what a catalog says of a dataset to the file of it that is delivered here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from pipelines.catalog.harvested import HarvestedDataset, HarvestedDistribution, HarvestedSource
from pipelines.core.messages import Parameter
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.harvesting.coverage import covered_period
from pipelines.fetching.plan import ForeignFile, Wanted
from pipelines.ingest.provenance import FileOrigin
from pipelines.registry import Dataset
from pipelines.registry.harvests import FROM_TEMPORAL, HarvestDescriptor, Republication
from pipelines.registry.sources import WebSource


@dataclass(frozen=True)
class Republishing:
    """The files of one catalog that are delivered here."""

    source: HarvestedSource
    harvest: HarvestDescriptor
    found: Mapping[str, HarvestedDataset]
    """Those of its datasets that are re-published, by identifier."""

    def wanted(self, identifier: str, dataset: Dataset) -> Wanted:
        """What is to be fetched, or why it cannot be.

        Args:
            identifier: of the dataset elsewhere.
            dataset: ours.
        """
        entry = self.harvest.republish[identifier]
        problem: FetchFailed | None = None
        address, checksum = "", None
        period = None if entry.period == FROM_TEMPORAL else entry.period
        # They say whose delivery it is even where there is no address: the delivery's other files are held back then.
        source = self._source(entry)
        try:
            chosen = self._distribution(identifier, entry)
            address, checksum = chosen.address, chosen.checksum
            source = _at(source, address)
            period = period or self._covered(identifier, dataset)
        except FetchFailed as failed:
            problem = failed
        given = f"{checksum.algorithm}:{checksum.value}" if checksum is not None else ""
        origin = FileOrigin(self.source.source, self.source.url, identifier, address, given, self.source.checked)
        return Wanted(dataset, source, period, ForeignFile(origin, checksum, problem))

    def _source(self, entry: Republication) -> WebSource:
        """Where the file goes, still with the catalog's own address. Not validated: descriptors have been."""
        return WebSource.model_construct(
            name=self.source.source, organisation=entry.organisation, file=entry.file, period=None,
            max_megabytes=entry.max_megabytes, max_seconds=entry.max_seconds, url=self.harvest.url,
        )  # fmt: skip

    def _covered(self, identifier: str, dataset: Dataset) -> str:
        """The period that a dataset elsewhere is about, as its catalog says.

        Raises:
            FetchFailed: when it says no single one that has begun.
        """
        told, until = self.found[identifier], dt.date.fromisoformat(self.source.checked[:10])
        covered = covered_period(told.starts, told.ends, dataset.period_class, until)
        if covered is None:
            raise FetchFailed("harvest-temporal", source=self.source.source, dataset=identifier,
                              starts=told.starts or "-", ends=told.ends or "-",
                              period_class=dataset.period_class.value)  # fmt: skip
        return str(covered)

    def _distribution(self, identifier: str, entry: Republication) -> HarvestedDistribution:
        """The one distribution that the descriptor means.

        Raises:
            FetchFailed: when there is none, or several; or its licence does not allow it.
        """
        about: dict[str, Parameter] = {"source": self.source.source, "dataset": identifier}
        dataset = self.found.get(identifier)
        if dataset is None:
            raise FetchFailed("harvest-absent", **about)
        fitting = [each for each in dataset.distributions if _fits(each, entry)]
        if len(fitting) != 1:
            raise FetchFailed("harvest-distribution", **about, count=len(fitting),
                              known=", ".join(_described(dataset)) or "-")  # fmt: skip
        licence = fitting[0].licence
        if licence and licence not in self.harvest.licences:
            raise FetchFailed("harvest-licence", **about, licence=licence[:100])
        return fitting[0]


def _at(source: WebSource, address: str) -> WebSource:
    """A source at an address that somebody else has written.

    Raises:
        FetchFailed: when it is none.
    """
    try:
        return WebSource.model_validate({**source.model_dump(), "url": address})
    except ValidationError:
        raise FetchFailed("fetch-address") from None


def _fits(entry: HarvestedDistribution, wanted: Republication) -> bool:
    return (wanted.media_type is None or entry.media_type == wanted.media_type.lower()) and (
        wanted.title is None or wanted.title in entry.title.values()
    )


def _described(dataset: HarvestedDataset) -> Iterator[str]:
    """The first distributions, as a descriptor would name them."""
    for entry in dataset.distributions[:10]:
        title = next(iter(entry.title.values()), "")
        yield f"{title[:60]} ({entry.media_type or '-'})".strip()
