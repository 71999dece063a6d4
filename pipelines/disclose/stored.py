"""Disclosed tables between runs: ``disclosed.json`` beside ``disclosed.parquet``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.core.errors import CorruptStore
from pipelines.core.files import PRIVATE_FILE_MODE, replace_file, sha256_of
from pipelines.core.records import Delivery, DisclosedTable, FieldReceipt
from pipelines.disclose.clearance import DISCLOSED_FILE

RECORD_FILE = "disclosed.json"


def save_disclosed(table: DisclosedTable, folder: Path) -> Path:
    """Write the record of a table whose ``disclosed.parquet`` lies in ``folder``; returns the record's path.

    The same table gives the same bytes.

    Raises:
        CorruptStore: when the table's file is not the one in ``folder``.
    """
    if table.parquet.resolve() != (folder / DISCLOSED_FILE).resolve():
        raise CorruptStore(str(folder / DISCLOSED_FILE), "the table's file lies elsewhere")
    record = {
        "delivery": table.delivery.id,
        "digest": table.delivery.digest,
        "sha256": sha256_of(table.parquet),
        "rows": table.rows,
        "schema": table.schema,
        "receipt": [entry.as_dict() for entry in table.receipt],
    }
    path = folder / RECORD_FILE
    replace_file(path, json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n", PRIVATE_FILE_MODE)
    return path


def load_disclosed(folder: Path, delivery: Delivery) -> DisclosedTable:
    """Read back the disclosed table that was saved in ``folder`` for ``delivery``.

    Raises:
        CorruptStore: when record or table are missing, altered, or another delivery's.
    """
    path, parquet = folder / RECORD_FILE, folder / DISCLOSED_FILE
    record = _read(path)
    try:
        if (record["delivery"], record["digest"]) != (delivery.id, delivery.digest):
            raise CorruptStore(str(path), f"it is of {record['delivery']}, expected {delivery.id}")
        if not parquet.is_file() or sha256_of(parquet) != record["sha256"]:
            raise CorruptStore(str(parquet), "it is not the file that was saved")
        receipt = tuple(FieldReceipt(**entry) for entry in record["receipt"])
        return DisclosedTable(delivery, parquet, record["rows"], record["schema"], receipt)
    except (KeyError, TypeError) as problem:
        raise CorruptStore(str(path), "it is not a record of a disclosed table") from problem


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise CorruptStore(str(path), "it cannot be read") from problem
    if not isinstance(record, dict):
        raise CorruptStore(str(path), "it is not a record of a disclosed table")
    return record
