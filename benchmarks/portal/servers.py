"""The two servers, each in processes of its own over the same rows, and where each has what is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.publish.files import DATASET, Deliveries
from benchmarks.publish.lake import Lake
from pipelines.catalog import open_catalog
from pipelines.core.paths import DATA_VARIABLE
from pipelines.core.sql import identifier

PAGE = 100
#: The condition of the filtered page, which two rows in a hundred meet.
_DISTRICT, _AMOUNT = "580105", 1500
_ROWS = f"/api/v1/datasets/{DATASET}/rows"
_TABLE = f"/rows/{DATASET}"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Running:
    """A server that runs.

    Attributes:
        port: where.
        process: its first process.
        paths: what is asked for → path; a path whose answer leads to another one is followed to the end.
    """

    port: int
    process: int
    paths: Mapping[str, str]

    def fetch(self, path: str) -> bytes:
        """One answer."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return bytes(answer.read())

    def cpu(self) -> float:
        """Seconds of processor time of all its processes, those that have ended included."""
        parents: dict[int, int] = {}
        used: dict[int, float] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (folder / "stat").read_text("ascii").rpartition(") ")[2].split()
                    parents[int(folder.name)] = int(fields[1])
                    used[int(folder.name)] = sum(map(int, fields[11:15])) / _TICKS
        below = {self.process}
        while more := {pid for pid, parent in parents.items() if parent in below} - below:
            below |= more
        return sum(used[pid] for pid in below if pid in used)


def publish(folder: Path, rows: int, periods: int) -> Lake:
    """A catalog with so many rows per department and period."""
    deliveries = Deliveries(folder / "deliveries", rows)
    lake = Lake.at(folder / "data", deliveries)
    for period in deliveries.periods(periods):
        deliveries.write(period)
    lake.timed(deliveries.periods(periods))
    return lake


def copy_to_sqlite(lake: Lake, target: Path) -> None:
    """The same rows in SQLite, in the order of their key, with an index on what is asked for by value."""
    with open_catalog(lake.store.root) as catalog, contextlib.closing(sqlite3.connect(target)) as database:
        fields = catalog.fields(DATASET).to_pylist()
        names = [field["field"] for field in fields]
        relation = catalog.dataset(DATASET).sort("payment_surrogate")
        kinds = dict(zip(relation.columns, map(str, relation.types), strict=True))
        columns = ", ".join(f"{identifier(name)} {_sqlite_type(kinds[name])}" for name in names)
        database.execute(f"CREATE TABLE {DATASET} ({columns}, PRIMARY KEY (payment_surrogate))")
        marks = ", ".join("?" * len(names))
        for batch in relation.to_arrow_reader(10_000):
            rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            database.executemany(f"INSERT INTO {DATASET} VALUES ({marks})", [tuple(map(_plain, row)) for row in rows])
        database.execute(f"CREATE INDEX by_district ON {DATASET} (beneficiary_district, awarded_amount)")
        database.execute("ANALYZE")
        database.commit()


@contextlib.contextmanager
def gongkai(lake: Lake) -> Iterator[Running]:
    """``gongkai serve`` with its usual limits."""
    environment = {**os.environ, DATA_VARIABLE: str(lake.workspace.data), "GONGKAI_LANG": "en"}
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", "0"]
    with _process(command, environment, subprocess.PIPE) as process:
        assert process.stdout is not None
        told = re.search(r"http://127\.0\.0\.1:([0-9]+)", process.stdout.readline())
        assert told
        bare = Running(int(told[1]), process.pid, {})
        condition = f"beneficiary_district={_DISTRICT}&awarded_amount%5Bgte%5D={_AMOUNT}"
        yield Running(bare.port, bare.process, {
            "first page": f"{_ROWS}?limit={PAGE}",
            "filtered page": f"{_ROWS}?{condition}&limit={PAGE}",
            "page deep in": _deep(bare),
            "all rows, CSV": f"{_ROWS}?limit=all&format=csv",
            "all rows, JSON": f"{_ROWS}?limit=all&format=json",
            "one dataset": f"/api/v1/datasets/{DATASET}",
        })  # fmt: skip


def _deep(server: Running) -> str:
    """The page that follows nine tenths of the rows."""
    total = int(json.loads(server.fetch(f"/api/v1/datasets/{DATASET}"))["rows"])
    step, path = total // 20, f"{_ROWS}?limit={total // 20}&columns=payment_surrogate"
    for _ in range(18):
        path = str(json.loads(server.fetch(path))["next"])
    return path.replace(f"limit={step}", f"limit={PAGE}").replace("columns=payment_surrogate&", "")


@contextlib.contextmanager
def datasette(program: Path, database: Path, after: str) -> Iterator[Running]:
    """Datasette over an immutable file, so that it knows the number of rows, and without suggestions of facets.

    Args:
        program: ``datasette``.
        database: the file ``rows.db``.
        after: the key after which the page deep in begins.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"max_returned_rows": 10_000, "max_csv_mb": 0, "sql_time_limit_ms": 60_000, "suggest_facets": 0}
    options = [part for name, value in settings.items() for part in ("--setting", name, str(value))]
    inspected = database.with_suffix(".json")
    subprocess.run([program, "inspect", database, "--inspect-file", inspected], check=True)
    command = [str(program), "serve", "-i", str(database), "--inspect-file", str(inspected), "-p", str(port), *options]
    # Its log would fill a pipe that nobody reads.
    with _process(command, os.environ, subprocess.DEVNULL) as process:
        running = Running(port, process.pid, {
            "first page": f"{_TABLE}.json?_shape=objects&_size={PAGE}",
            "filtered page": f"{_TABLE}.json?_shape=objects&_size={PAGE}&beneficiary_district__exact={_DISTRICT}"
                             f"&awarded_amount__gte={_AMOUNT}",
            "page deep in": f"{_TABLE}.json?_shape=objects&_size={PAGE}&_next={quote(after)}",
            "all rows, CSV": f"{_TABLE}.csv?_stream=on&_size=max",
            # It streams no JSON: all pages, as large as they may be.
            "all rows, JSON": f"{_TABLE}.json?_shape=objects&_size=max",
            "one dataset": f"{_TABLE}.json?_shape=objects&_size=0",
        })  # fmt: skip
        while True:
            try:
                running.fetch("/-/versions.json")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield running


@contextlib.contextmanager
def _process(command: Sequence[str], environment: Mapping[str, str], out: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def _sqlite_type(kind: str) -> str:
    return "REAL" if kind.startswith("DECIMAL") or kind == "DOUBLE" else "INTEGER" if kind == "BIGINT" else "TEXT"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else float(value)
