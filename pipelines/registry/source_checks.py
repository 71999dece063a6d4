"""Whether the sources of a dataset agree with it: publishers, periods, and names that the inbox takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.core.errors import InvalidPeriod
from pipelines.core.inbox_names import is_ignored, is_unfinished
from pipelines.core.messages import Parameter
from pipelines.core.paths import is_plain_name
from pipelines.core.periods import Period, PeriodClass
from pipelines.registry.sources import AnySource, S3Source, SftpSource

if TYPE_CHECKING:
    from pipelines.registry.dataset import DatasetDescriptor


@dataclass(frozen=True)
class UnusableSource:
    """What is wrong with a source: ``key`` leads to it from the list of sources."""

    key: tuple[str | int, ...]
    kind: str
    params: Mapping[str, Parameter] = field(default_factory=dict)


def unusable_sources(dataset: DatasetDescriptor, first_year: int) -> Iterator[UnusableSource]:
    """Everything that is wrong with the sources of a dataset, in their order."""
    names: set[str] = set()
    files: dict[tuple[str, str], list[str | None]] = {}
    for position, source in enumerate(dataset.sources):
        if source.name in names:
            yield UnusableSource((position, "name"), "check-source-name-twice", {"name": source.name})
        names.add(source.name)
        if source.organisation not in dataset.publishers:
            yield UnusableSource((position, "organisation"), "check-source-publisher",
                                 {"organisation": source.organisation})  # fmt: skip
        if not is_plain_name(source.file) or is_ignored(source.file) or is_unfinished(source.file):
            yield UnusableSource((position, "file"), "check-source-file", {"name": ascii(source.file)})
        others = files.setdefault((source.organisation, source.file), [])
        if any(other == source.period or None in (other, source.period) for other in others):
            yield UnusableSource((position, "file"), "check-source-file-twice", {"name": source.file})
        others.append(source.period)
        if isinstance(source, SftpSource) and not source.has_login:
            yield UnusableSource((position,), "check-source-sftp-login", {"name": source.name})
        if isinstance(source, S3Source) and not source.has_login:
            yield UnusableSource((position,), "check-source-s3-login", {"name": source.name})
        yield from _period(position, source, dataset.period, first_year)


def _period(position: int, source: AnySource, kind: PeriodClass,
            first_year: int) -> Iterator[UnusableSource]:  # fmt: skip
    if source.period is None:
        if kind is not PeriodClass.NONE and not source.asks_for_period:
            yield UnusableSource((position,), "check-source-no-period", {"name": source.name})
        return
    try:
        period = Period.parse(source.period, kind)
    except InvalidPeriod:
        yield UnusableSource((position, "period"), "check-source-period",
                             {"period": source.period, "period_class": kind.value})  # fmt: skip
        return
    if period.start is not None and period.year < first_year:
        yield UnusableSource((position, "period"), "check-source-too-early",
                             {"period": source.period, "first_year": first_year})  # fmt: skip
