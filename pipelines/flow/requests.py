"""Requests for disclosure: which are overdue, and what is asked for so often that it should be disclosed actively."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from pipelines.core.messages import LANGUAGES
from pipelines.core.time_limits import TimeLimit, due, local_day
from pipelines.disclose.clearance import DISCLOSED_FILE
from pipelines.flow.installation import Installation
from pipelines.registry import Catalog, Dataset
from pipelines.registry.calendars import working_calendar
from pipelines.registry.requests import RequestRegister

_MONTH = dt.timedelta(days=30.4375)
_KEY = "key"


@dataclass(frozen=True)
class Request:
    """A request without a reply. ``key`` is the register's; ``is_certain``: the due date is known.

    Names are by language; those of no code list are the text itself.
    """

    dataset: str
    key: str
    topic: str
    topic_names: Mapping[str, str]
    organisation: str
    organisation_names: Mapping[str, str]
    received: dt.date
    due: dt.date
    is_certain: bool
    is_overdue: bool


@dataclass(frozen=True)
class Topic:
    """How often a topic was asked for. ``proposed``: often enough to be put forward for active disclosure."""

    dataset: str
    topic: str
    topic_names: Mapping[str, str]
    requests: int
    proposed: bool


@dataclass(frozen=True)
class Requests:
    """What registers of requests say at a time: what is open, most urgent first; topics, most frequent first."""

    open: tuple[Request, ...]
    topics: tuple[Topic, ...]


def requests(inst: Installation, at: dt.datetime) -> Requests:
    """Read the accepted rows of every register of requests.

    Args:
        inst: the installation.
        at: the time, with its zone; what was received later does not count.
    """
    waiting: list[Request] = []
    topics: list[Topic] = []
    for dataset in inst.catalog.datasets.values():
        register = dataset.descriptor.requests
        if register is None:
            continue
        zone = ZoneInfo(inst.catalog.descriptor.time_zone)
        calendar = inst.catalog.calendars[register.calendar] if register.calendar is not None else None
        limit = TimeLimit(register.within.unit, register.within.count, zone,
                          None if calendar is None else working_calendar(calendar))  # fmt: skip
        today = local_day(at, zone)
        topics_named = _Names.of(inst.catalog, dataset, register.topic)
        organisations_named = _Names.of(inst.catalog, dataset, register.organisation)
        counts: dict[str, int] = {}
        for row in _rows(inst, dataset, register):
            received, replied = row[register.received], row[register.replied]
            if received is None or received > today:
                continue
            if received > today - _MONTH * register.propose_after.months and row[register.topic] is not None:
                counts[row[register.topic]] = counts.get(row[register.topic], 0) + 1
            if replied is None or replied > today:
                end = due(received, limit)
                extended = row.get(register.extended_to or "")
                last = max(end.last_day, extended) if extended is not None else end.last_day
                topic, organisation = row[register.topic] or "", row[register.organisation] or ""
                waiting.append(Request(
                    dataset.id, row[_KEY], topic, topics_named.by_language(topic), organisation,
                    organisations_named.by_language(organisation), received, last, not end.is_uncertain, today > last,
                ))  # fmt: skip
        least = register.propose_after.requests
        topics += [
            Topic(dataset.id, topic, topics_named.by_language(topic), count, count >= least)
            for topic, count in counts.items()
        ]
    return Requests(
        tuple(sorted(waiting, key=lambda entry: (entry.due, entry.key))),
        tuple(sorted(topics, key=lambda entry: (-entry.requests, entry.dataset, entry.topic))),
    )


@dataclass(frozen=True)
class _Names:
    """What codes of a field are called: ``rows`` of the code list that it refers to, by code."""

    rows: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, catalog: Catalog, dataset: Dataset, field: str) -> _Names:
        keys = (key.reference.resource for key in dataset.foreign_keys if key.fields == (field,))
        table = catalog.table(dataset.field(field).codelist or next(keys, ""))
        return cls({} if table is None else table.by_key)

    def by_language(self, code: str) -> Mapping[str, str]:
        row = self.rows.get(code, {})
        return {language: row.get(f"name_{language}") or code for language in LANGUAGES}


def _rows(inst: Installation, dataset: Dataset, register: RequestRegister) -> Iterator[dict[str, Any]]:
    """The rows that stand, with their keys as a text; a batch at a time."""
    names = [*register.dates.values(), register.topic, register.organisation]
    for _, outcome in sorted(inst.ledger.current(dataset.id, inst.processing_keys[dataset.id]).items()):
        with pq.ParquetFile(inst.workspace.outcomes / outcome.folder / DISCLOSED_FILE) as file:
            keys = [name for name in dataset.primary_key if name in file.schema_arrow.names]
            for batch in file.iter_batches(columns=list(dict.fromkeys([*keys, *names]))):
                for row in batch.to_pylist():
                    yield {**row, _KEY: " ".join(str(row[name]) for name in keys)}
