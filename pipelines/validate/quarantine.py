"""Faulty rows: kept as delivered, with the rules they break, and kept out of the accepted rows."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.databases import private_database
from pipelines.core.records import FILE_COLUMN, ROW_COLUMN, SHEET_COLUMN, RawTable
from pipelines.core.sql import identifier, literal
from pipelines.validate.typed import ORDINAL_COLUMN

_BATCH = 8_192
_SCHEMA = pa.schema([("ordinal", pa.int64()), ("rule", pa.string())])


class Quarantine:
    """Collects (row, rule) pairs on disk; ``rows`` counts distinct rows once :meth:`close` was called."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "faulty.parquet"
        self.rows = 0
        self._ordinals: list[int] = []
        self._rules: list[str] = []
        self._writer: pq.ParquetWriter | None = pq.ParquetWriter(self.path, _SCHEMA)

    def add(self, ordinal: int, rules: set[str]) -> None:
        """Keep the raw table's row ``ordinal`` (from 0) out, for these rules."""
        for rule in sorted(rules):
            self._ordinals.append(ordinal)
            self._rules.append(rule)
        if len(self._ordinals) >= _BATCH:
            self._flush()

    def close(self) -> None:
        """Finish collecting."""
        if self._writer is not None:
            self._flush()
            self._writer.close()
            self._writer = None

    def _flush(self) -> None:
        if self._writer is not None and self._ordinals:
            self._writer.write_table(pa.table([self._ordinals, self._rules], schema=_SCHEMA))
            self._ordinals, self._rules = [], []

    def write(self, raw: RawTable, target: Path, work: Path) -> None:
        """Write the faulty rows as delivered: coordinates, rules, then one text column per delivered label."""
        self.close()
        cells = ", ".join(
            f"r.c{position} AS {identifier(name)}" for position, name in enumerate(_column_names(raw.labels))
        )
        query = f"""
            SELECT r.{FILE_COLUMN}, r.{SHEET_COLUMN}, r.{ROW_COLUMN}, f.rules{", " if cells else ""}{cells}
            FROM read_parquet({literal(str(raw.parquet))}, file_row_number = true) r
            JOIN (SELECT ordinal, list(DISTINCT rule ORDER BY rule) AS rules
                  FROM read_parquet({literal(str(self.path))}) GROUP BY ordinal) f ON f.ordinal = r.file_row_number
            ORDER BY f.ordinal"""
        _copy(query, target, work)
        self.rows = pq.read_metadata(target).num_rows
        self.path.unlink()


def without_rows(typed: Path, quarantine: Quarantine, target: Path, work: Path) -> int:
    """Copy typed rows that are not in quarantine to ``target``, without the ordinal; return how many."""
    quarantine.close()
    query = f"""
        SELECT * EXCLUDE ({ORDINAL_COLUMN}) FROM read_parquet({literal(str(typed))}) t
        WHERE NOT EXISTS (FROM read_parquet({literal(str(quarantine.path))}) q WHERE q.ordinal = t.{ORDINAL_COLUMN})
        ORDER BY {ORDINAL_COLUMN}"""
    _copy(query, target, work)
    return int(pq.read_metadata(target).num_rows)


def _copy(query: str, target: Path, work: Path) -> None:
    with private_database(work) as connection:
        connection.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")
    target.chmod(0o600)


def _column_names(labels: tuple[str, ...]) -> list[str]:
    """Labels as unique column names: repeated, empty and reserved ones get their position."""
    taken = {FILE_COLUMN, SHEET_COLUMN, ROW_COLUMN, "rules"}
    names = []
    for position, label in enumerate(labels):
        name = label if label and label.casefold() not in taken else f"{label}_{position + 1}"
        taken.add(name.casefold())
        names.append(name)
    return names
