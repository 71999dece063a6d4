"""The overdue list: what should have been published and was not."""

from __future__ import annotations

import datetime as dt

from pipelines.flow.deadlines import overdue_rows
from pipelines.flow.installation import Installation
from pipelines.flow.registers.telling import Told
from pipelines.registry import Dataset


def overdue(inst: Installation, dataset: Dataset, at: dt.datetime) -> Told:
    """One row per overdue obligation. Without the number of days, which would make a version a day."""
    del dataset
    rows: list[dict[str, object]] = []
    for entry in overdue_rows(inst, at):
        owed = inst.catalog.datasets[str(entry["dataset"])].descriptor
        rows.append({**entry, "title_zh": owed.title.zh, "title_en": owed.title.en})
    return Told({"all": rows})
