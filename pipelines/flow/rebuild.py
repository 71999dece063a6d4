"""Rebuild a lost ledger from what is stored: landing records and outcome folders."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.core.paths import Workspace
from pipelines.core.records import Delivery, DeliveryKey
from pipelines.flow.ledger import Ledger
from pipelines.ingest import landings


def rebuild_ledger(workspace: Workspace, ledger: Ledger, dataset: str | None = None) -> int:
    """Record every landed delivery again, or a dataset's; outcomes are decided anew when they are needed.

    Returns:
        The number of deliveries found.
    """
    found = 0
    for folder in sorted(workspace.landing.glob(f"deliveries/{dataset or '*'}/*/*")):
        key = DeliveryKey(folder.parent.parent.name, folder.parent.name, folder.name)
        for delivery in landings(workspace, key):
            ledger.record_landing(delivery, None, _landed(folder, delivery))
            found += 1
    return found


def _landed(folder: Path, delivery: Delivery) -> str:
    record = folder / f"{delivery.sequence:06d}.json"
    return dt.datetime.fromtimestamp(record.stat().st_mtime, dt.UTC).isoformat(timespec="microseconds")
