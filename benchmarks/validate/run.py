"""What a verdict costs: the engine against frictionless and against merely reading the file.

``python benchmarks/validate/run.py [ROWS] [--reference-rows N] [--rounds N]`` generates files from a seed in a
temporary folder and prints a Markdown table. Every measurement runs in a process of its own; the contestants take
turns, and the table gives medians. CPU seconds count all threads. Start-up is what the same process takes for a file
of a hundred rows first: imports, mostly; it is given apart because it does not grow with the file.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.validate.data import SCHEMA, write_file

HERE = Path(__file__).resolve()


def scan_arrow(path: Path) -> int:
    import pyarrow as pa
    import pyarrow.csv

    names = [str(field["name"]) for field in SCHEMA["fields"]]
    kinds = dict.fromkeys(names, pa.string())
    reader = pyarrow.csv.open_csv(
        path,
        pyarrow.csv.ReadOptions(use_threads=False, block_size=8 << 20),
        pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
    )
    return sum(batch.num_rows for batch in reader)


def scan_duckdb(path: Path) -> int:
    import duckdb

    columns = ", ".join(f"max({field['name']})" for field in SCHEMA["fields"])
    query = f"SELECT count(*), {columns} FROM read_csv(?, all_varchar = true, header = true)"
    row = duckdb.execute(query, [str(path)]).fetchone()
    return int(row[0]) if row else 0


def engine(path: Path) -> int:
    from pipelines.validate.engine import validate_file

    with tempfile.TemporaryDirectory() as work:
        report = validate_file(path, SCHEMA, encoding="utf-8", work=Path(work))
        if report.engine != "fast":
            raise SystemExit(f"not the fast engine: {report.reason}")
        return sum(1 for _ in report.errors)


def reference(path: Path) -> int:
    from frictionless import Resource, Schema

    schema = Schema.from_descriptor(SCHEMA)
    table = Resource(path=path.name, basepath=str(path.parent), schema=schema, encoding="utf-8")
    return len(table.validate(limit_errors=10**9).tasks[0].errors)


CONTESTANTS: dict[str, Callable[[Path], int]] = {
    "pyarrow.csv, all text": scan_arrow,
    "DuckDB, all text": scan_duckdb,
    "engine": engine,
    "frictionless": reference,
}


def measure(name: str, path: Path, small: Path) -> None:
    """Run one contestant on a small file and then on the file, and print what it took, as JSON."""
    CONTESTANTS[name](small)
    start, begun = _cpu(), time.perf_counter()
    result = CONTESTANTS[name](path)
    wall, cpu = time.perf_counter() - begun, _cpu() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"result": result, "wall": wall, "cpu": cpu, "start": start, "peak": peak}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(name: str, path: Path, small: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, str(HERE), "--measure", name, str(path), str(small)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def compare(rows: int, reference_rows: int, rounds: int) -> None:
    """Measure all contestants and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        small = write_file(Path(folder) / "small.csv", 100, 0.0)
        files = {share: write_file(Path(folder) / f"{share}.csv", rows, share) for share in (0.0, 0.001, 0.05)}
        part = write_file(Path(folder) / "part.csv", reference_rows, 0.0)
        plan = [
            ("pyarrow.csv, all text", "pyarrow.csv, all text", files[0.0], 1.0),
            ("DuckDB, all text", "DuckDB, all text", files[0.0], 1.0),
            ("engine, valid file", "engine", files[0.0], 1.0),
            ("engine, 0.1 % bad rows", "engine", files[0.001], 1.0),
            ("engine, 5 % bad rows", "engine", files[0.05], 1.0),
            (f"frictionless, valid, scaled from {reference_rows:,} rows", "frictionless", part, rows / reference_rows),
        ]
        taken: dict[str, list[dict[str, float]]] = {label: [] for label, *_ in plan}
        for _ in range(rounds):
            for label, name, path, _ in plan:
                taken[label].append(run(name, path, small))
        size = files[0.0].stat().st_size / 1e6
    print(f"{rows:,} rows × {len(SCHEMA['fields'])} columns, {size:.0f} MB; medians of {rounds}\n")
    print("| | CPU s | × pyarrow | wall s | start-up CPU s | peak MB | errors |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    base = statistics.median(one["cpu"] for one in taken[plan[0][0]])
    for label, _, _, scale in plan:
        cpu, wall, start, peak = (
            statistics.median(one[key] for one in taken[label]) for key in ("cpu", "wall", "start", "peak")
        )
        errors = "" if "text" in label else f"{taken[label][0]['result']:,.0f}"
        cells = (label, f"{cpu * scale:.2f}", f"{cpu * scale / base:.2f}", f"{wall * scale:.2f}", f"{start:.2f}",
                 f"{peak:.0f}", errors)  # fmt: skip
        print(f"| {' | '.join(cells)} |")


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--reference-rows", type=int, default=50_000, help="rows that frictionless gets")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    compare(given.rows, min(given.reference_rows, given.rows), given.rounds)


if __name__ == "__main__":
    main()
