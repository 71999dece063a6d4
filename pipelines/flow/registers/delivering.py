"""Writing registers as deliveries: one CSV file per dataset and period, where its content has changed."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, replace_file
from pipelines.flow.installation import Installation
from pipelines.flow.registers.active_disclosure import active_disclosure
from pipelines.flow.registers.aggregate import aggregate
from pipelines.flow.registers.corrections import corrections
from pipelines.flow.registers.overdue import overdue
from pipelines.flow.registers.scoreboard import scoreboard
from pipelines.flow.registers.telling import Row, Told, register_file, remember
from pipelines.flow.results import Work
from pipelines.registry import Dataset
from pipelines.registry.dataset import RegisterKind

#: Per kind, what it tells at a time.
_MAKERS: Mapping[RegisterKind, Callable[[Installation, Dataset, dt.datetime], Told]] = {
    RegisterKind.ACTIVE_DISCLOSURE: active_disclosure,
    RegisterKind.SCOREBOARD: scoreboard,
    RegisterKind.CORRECTIONS: corrections,
    RegisterKind.OVERDUE: overdue,
    RegisterKind.AGGREGATE: aggregate,
}


def update_registers(inst: Installation, at: dt.datetime) -> tuple[Work, ...]:
    """Deliver what registers say after the newest release, to :attr:`Workspace.registers`.

    Args:
        inst: the installation.
        at: the time to tell deadlines at, with its zone.

    Returns:
        The datasets and periods whose files are new or have changed; they are to be processed.
    """
    changed = []
    for dataset in inst.catalog.datasets.values():
        kind = dataset.descriptor.register_of
        if kind is None:
            continue
        told = _MAKERS[kind](inst, dataset, at)
        for period, rows in told.rows.items():
            if _deliver(register_file(inst, dataset, period), dataset, rows):
                changed.append(Work(dataset.id, period))
        remember(inst, dataset, told)
    return tuple(changed)


def _deliver(path: Path, dataset: Dataset, rows: Iterable[Row]) -> bool:
    text = io.StringIO(newline="")
    # What a maker knows and the schema has not is left out: the folder decides what is published.
    writer = csv.DictWriter(text, [spec.name for spec in dataset.fields], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER_MODE)
    replace_file(path, content, PRIVATE_FILE_MODE)
    return True
