"""The rows that expectation frames read besides the delivery: other datasets', and earlier periods' of its own.

Other datasets are read as they stand now, over all periods and departments; of its own dataset a frame reads the same
department's earlier periods. Both go one way only (the registry refuses circles), so judging again comes to an end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.core.records import DeliveryKey
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import StoredOutcome
from pipelines.flow.lookups import current_outcomes, identity, rows_of, standing_outcomes
from pipelines.registry import Dataset


@dataclass(frozen=True)
class FrameReading:
    """What the frames of a dataset read, as things stand when it is first asked for. Other datasets are the same for
    all its deliveries and looked up once."""

    inst: Installation
    dataset: Dataset

    @cached_property
    def _others(self) -> dict[str, list[StoredOutcome]]:
        names = sorted(self.dataset.reads - {self.dataset.id})
        return {name: current_outcomes(self.inst, name) for name in names if name in self.inst.catalog.datasets}

    @cached_property
    def _others_digest(self) -> str:
        text = "\1".join(f"{name} {identity(outcomes)}" for name, outcomes in self._others.items())
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _own(self) -> dict[DeliveryKey, StoredOutcome]:
        return standing_outcomes(self.inst, self.dataset.id) if self.dataset.id in self.dataset.reads else {}

    def _earlier(self, key: DeliveryKey) -> list[StoredOutcome]:
        period = self.dataset.period(key.period)
        return [
            outcome
            for other, outcome in self._own.items()
            if other.organisation == key.organisation and self.dataset.period(other.period) < period
        ]

    def identity(self, key: DeliveryKey) -> str:
        """Changes when any of the rows that the frames of a delivery with that key read may have."""
        return hashlib.sha256(f"{self._others_digest}\1{identity(self._earlier(key))}".encode()).hexdigest()

    def files(self, key: DeliveryKey) -> dict[str, list[Path]]:
        """Files of these rows, by dataset."""
        files = {name: rows_of(self.inst, outcomes) for name, outcomes in self._others.items()}
        if self.dataset.id in self.dataset.reads:
            files[self.dataset.id] = rows_of(self.inst, self._earlier(key))
        return files
