"""Which sources are to be fetched, and for which period."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.core.checksums import Checksum
from pipelines.core.periods import PeriodClass, is_period
from pipelines.core.records import DeliveryKey
from pipelines.fetching.errors import FetchFailed
from pipelines.ingest.provenance import FileOrigin
from pipelines.registry import Catalog, Dataset
from pipelines.registry.sources import AnySource


@dataclass(frozen=True)
class ForeignFile:
    """A file of a dataset of another catalog; with ``problem`` it is known already that it cannot be had."""

    origin: FileOrigin
    """``fetched`` is when the catalog was read."""
    checksum: Checksum | None = None
    problem: FetchFailed | None = None

    @property
    def state(self) -> str:
        """The name under which its state is kept."""
        return f"{self.origin.catalog}.{hashlib.sha256(self.origin.dataset.encode()).hexdigest()[:32]}"

    def mismatch(self, file: str, kept: str) -> FetchFailed:
        """Why bytes are not taken that do not come to the checksum; ``kept``: where they lie."""
        rule = self.checksum.algorithm if self.checksum is not None else ""
        return FetchFailed("harvest-checksum", source=self.origin.catalog, dataset=self.origin.dataset, file=file,
                           rule=rule, kept=kept)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """One source for one period; ``period`` is ``None`` where it needs one and none was given."""

    dataset: Dataset
    source: AnySource
    period: str | None
    foreign: ForeignFile | None = None
    """What the catalog says of the file that it is harvested from; ``None`` for ``sources:``."""

    @property
    def name(self) -> str:
        """How it is called: ``<dataset>.<source>``."""
        return f"{self.dataset.id}.{self.source.name}"

    def key(self, first_year: int) -> DeliveryKey:
        """The delivery that the file belongs to.

        Raises:
            FetchFailed: when no period was given, or one before the catalog begins, or there is no such file elsewhere.
        """
        if self.foreign is not None and self.foreign.problem is not None:
            raise self.foreign.problem
        if self.period is None:
            raise FetchFailed("fetch-no-period", name=self.name)
        period = self.dataset.period(self.period)
        if period.start is not None and period.year < first_year:
            raise FetchFailed("inbox-too-early", period=self.period, first_year=first_year)
        return DeliveryKey(self.dataset.id, self.period, self.source.organisation)

    @property
    def state(self) -> str:
        """The name under which its state is kept; those of sources are identifiers, without a full stop."""
        return self.source.name if self.foreign is None else self.foreign.state


def wanted_sources(catalog: Catalog, datasets: Sequence[str], period: str | None) -> list[Wanted]:
    """The sources of the datasets (none named: of all), those for ``period`` if one is given.

    Raises:
        UnknownDataset: when one is not usable.
    """
    chosen = [catalog.dataset(name) for name in datasets] or [
        catalog.datasets[name] for name in sorted(catalog.datasets)
    ]
    wanted = [
        Wanted(dataset, source, _period(dataset, source, period))
        for dataset in chosen
        for source in dataset.descriptor.sources
    ]
    return [entry for entry in wanted if period is None or entry.period == period]


def _period(dataset: Dataset, source: AnySource, asked: str | None) -> str | None:
    if source.period is not None:
        return source.period
    if dataset.period_class is PeriodClass.NONE:
        return "all"
    return asked if asked is not None and is_period(asked, dataset.period_class) else None
