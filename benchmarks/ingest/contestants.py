"""Ways to bring a delivered file into Parquet, all cells as text; each returns the number of rows."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path


def gongkai(path: Path, folder: Path) -> int:
    """The stage ``read``: with encoding proved, layout checked, coordinates of every row kept."""
    from benchmarks.ingest.files import registry
    from benchmarks.orchestration.synthetic import ORGANISATION, PERIOD
    from pipelines.core.files import sha256_of
    from pipelines.core.records import Delivery, DeliveryKey, LandedFile
    from pipelines.ingest import read

    catalog, dataset = registry()
    landed = LandedFile(path.name, sha256_of(path), path.stat().st_size, path)
    delivery = Delivery(DeliveryKey(dataset.id, PERIOD, ORGANISATION), 1, landed.sha256, (landed,))
    return read(delivery, dataset, catalog, folder).rows


def pandas_csv(path: Path, folder: Path) -> int:
    """``read_csv`` with all columns text, which holds the whole table."""
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.to_parquet(folder / "table.parquet")
    return len(frame)


def duckdb_csv(path: Path, folder: Path) -> int:
    """``read_csv`` with ``all_varchar``, copied to Parquet."""
    return _copied(f"read_csv('{path}', all_varchar = true, header = true)", folder)


def openpyxl_rows(path: Path, folder: Path) -> int:
    """openpyxl in its read-only mode, into a CSV file."""
    from openpyxl import load_workbook

    rows = -1
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        for cells in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True):
            writer.writerow(cells)
            rows += 1
    return rows


def pandas_excel(path: Path, folder: Path) -> int:
    """``read_excel`` with calamine, which holds the whole table."""
    import pandas as pd

    frame = pd.read_excel(path, dtype=str, engine="calamine")
    frame.to_parquet(folder / "table.parquet")
    return len(frame)


def duckdb_excel(path: Path, folder: Path) -> int:
    """DuckDB's extension ``excel``, if it is installed: it is never fetched here."""
    return _copied(f"read_xlsx('{path}', all_varchar = true)", folder)


def _copied(source: str, folder: Path) -> int:
    import duckdb

    target = folder / "table.parquet"
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        connection.execute(f"COPY (FROM {source}) TO '{target}'")
        rows = connection.execute(f"SELECT count(*) FROM '{target}'").fetchone()
    return int(rows[0]) if rows else 0


Contestant = Callable[[Path, Path], int]
CONTESTANTS: Mapping[str, Mapping[str, Contestant]] = {
    "csv": {"gongkai": gongkai, "pandas": pandas_csv, "duckdb": duckdb_csv},
    "xlsx": {"gongkai": gongkai, "pandas, calamine": pandas_excel, "openpyxl": openpyxl_rows, "duckdb": duckdb_excel},
}


def run(kind: str, name: str, path: Path) -> int:
    """Let a contestant read a file."""
    with tempfile.TemporaryDirectory() as folder:
        return CONTESTANTS[kind][name](path, Path(folder))
