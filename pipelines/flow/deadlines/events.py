"""Events of deadlines that rows bring with them: the days (or moments) in a field of what was delivered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.records import DeliveryKey
from pipelines.disclose.clearance import DISCLOSED_FILE
from pipelines.flow.deadlines.learned import Learned
from pipelines.flow.installation import Installation
from pipelines.registry import Dataset


@dataclass(frozen=True)
class FieldEvents:
    """Events in a field of a dataset's deliveries: those that were ever released, and those that stand now.

    A delivery's rows are read once. What a rejected or replaced delivery said counts for nothing: nobody has seen it.
    """

    inst: Installation
    learned: Learned
    dataset: Dataset
    field: str
    zone: ZoneInfo

    def by_key(self, *, open_only: bool) -> Iterator[tuple[DeliveryKey, dict[str, dt.datetime | None]]]:
        """Per department and period, its events and when each was first released.

        Args:
            open_only: whether only departments and periods with something that is not released yet are wanted.
        """
        shown = self.learned.shown(self.dataset.id)
        current = self.inst.ledger.current(self.dataset.id, self.inst.processing_keys[self.dataset.id])
        waiting = {key: outcome.folder for key, outcome in current.items() if outcome.delivery not in shown}
        released: defaultdict[DeliveryKey, dict[str, dt.datetime]] = defaultdict(dict)
        for delivery, moment in shown.items():
            released[_key_of(delivery)][delivery] = moment
        for key in sorted({*waiting} if open_only else {*waiting, *released}):
            yield key, self._events(released.get(key, {}), waiting.get(key))

    def _events(self, released: Mapping[str, dt.datetime], waiting: str | None) -> dict[str, dt.datetime | None]:
        found: dict[str, dt.datetime | None] = {}
        for delivery, moment in sorted(released.items(), key=lambda entry: entry[1]):
            for event in self._of(delivery, self._folder(delivery)):
                found.setdefault(event, moment)
        if waiting is not None:
            for event in self._of(waiting, self.inst.workspace.outcomes / waiting):
                found.setdefault(event, None)
        return found

    def _folder(self, delivery: str) -> Path | None:
        """The newest outcome of a released delivery that has rows."""
        files = (self.inst.workspace.outcomes / delivery).glob(f"*/{DISCLOSED_FILE}")
        return max((file.parent for file in files), key=lambda folder: folder.stat().st_mtime_ns, default=None)

    def _of(self, rows: str, folder: Path | None) -> tuple[str, ...]:
        events = self.learned.events(rows, self.field)
        if events is None and folder is not None:
            events = tuple(sorted(_read(folder / DISCLOSED_FILE, self.field, self.zone)))
            self.learned.keep_events(rows, self.field, events)
        return events or ()


def _key_of(delivery: str) -> DeliveryKey:
    """A delivery's identifier is its key and its sequence; none of the parts has a dot."""
    dataset, period, organisation, _ = delivery.split(".")
    return DeliveryKey(dataset, period, organisation)


def _read(parquet: Path, field: str, zone: ZoneInfo) -> set[str]:
    """Different values of a column, as days or UTC times; read in batches. Times have no zone in files: ``zone``."""
    found: set[str] = set()
    if not parquet.is_file():
        return found
    with pq.ParquetFile(parquet) as file:
        if field not in file.schema_arrow.names:
            return found
        for batch in file.iter_batches(columns=[field]):
            column: pa.Array = pc.unique(batch.column(0).drop_null())
            found |= {_text(value, zone) for value in column.to_pylist()}
    return found


def _text(value: dt.date, zone: ZoneInfo) -> str:
    if isinstance(value, dt.datetime):
        try:
            return value.replace(tzinfo=value.tzinfo or zone).astimezone(dt.UTC).isoformat()
        except OverflowError:  # in the first or last year that there is
            return value.date().isoformat()
    return value.isoformat()
