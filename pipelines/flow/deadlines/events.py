"""Events of deadlines that rows bring with them: the days (or moments) in a field of what was delivered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.records import DeliveryKey
from pipelines.disclose.clearance import DISCLOSED_FILE
from pipelines.flow.deadlines.learned import Learned, Span
from pipelines.flow.installation import Installation
from pipelines.registry import Dataset

FieldEvent = tuple[DeliveryKey, str, dt.datetime | None]
"""Department and period, a day or UTC time (ISO 8601), and when it was first released."""


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

    def all(self, span: Span) -> list[FieldEvent]:
        """Events in a span, with when each was first released, by department and period."""
        self._look_through()
        released = list(self.learned.released_events(self.dataset.id, self.field, span))
        known = {(key, event) for key, event, _ in released}
        waiting = [
            (key, event, None)
            for key, event in self._waiting()
            if span[0] <= event < span[1] and (key, event) not in known
        ]
        return sorted([*released, *waiting], key=lambda found: found[:2])

    def open(self) -> list[FieldEvent]:
        """Events that nothing has been released of, by department and period. It costs no more than those."""
        self._look_through()
        released: dict[DeliveryKey, set[str]] = {}
        found: list[FieldEvent] = []
        for key, event in self._waiting():
            if key not in released:
                released[key] = self.learned.released_events_of(key, self.field)
            if event not in released[key]:
                found.append((key, event, None))
        return sorted(found, key=lambda entry: entry[:2])

    def _waiting(self) -> Iterator[tuple[DeliveryKey, str]]:
        """Events of the accepted rows that stand for a department and period and have not been released."""
        folders: dict[DeliveryKey, str] = {}
        for landing in self.learned.open_landings(self.dataset.id):
            outcome = self.inst.ledger.outcome(landing.delivery, self.inst.processing_keys[self.dataset.id])
            if outcome is not None and outcome.accepted:
                folders[landing.key] = outcome.folder
        for key, folder in folders.items():
            for event in self._of(folder, self.inst.workspace.outcomes / folder):
                yield key, event

    def _look_through(self) -> None:
        """Read what deliveries hold that have been released since the last time."""
        unread, place = self.learned.unread(self.dataset.id, self.field)
        if not unread and place == self.learned.looked_through(self.dataset.id, self.field):
            return
        lost = []
        for delivery in unread:
            folder = self._folder(delivery)
            if folder is None:
                lost.append(delivery)
            else:
                self._of(delivery, folder)
        self.learned.look_on(self.dataset.id, self.field, place, lost)

    def _folder(self, delivery: str) -> Path | None:
        """The newest outcome of a released delivery that has rows."""
        files = (self.inst.workspace.outcomes / delivery).glob(f"*/{DISCLOSED_FILE}")
        return max((file.parent for file in files), key=lambda folder: folder.stat().st_mtime_ns, default=None)

    def _of(self, rows: str, folder: Path) -> tuple[str, ...]:
        events = self.learned.events(rows, self.field)
        if events is None:
            events = tuple(sorted(_read(folder / DISCLOSED_FILE, self.field, self.zone)))
            self.learned.keep_events(rows, self.field, events)
        return events


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
