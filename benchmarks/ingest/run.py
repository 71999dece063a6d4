"""What reading a delivery costs: ``read`` against pandas, DuckDB and openpyxl on a large CSV file and a large workbook.

``python -m benchmarks.ingest.run`` writes the files to a temporary folder and prints a Markdown table for each. Every
measurement runs in a process of its own; the contestants take turns, and the tables give medians with the least and
the most. CPU time is without imports and a first small file.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.ingest.contestants import CONTESTANTS, run
from benchmarks.ingest.files import write_csv, write_workbook
from benchmarks.process import Failed, cpu, limit_memory, peak, read_through, run_child

#: Rows: about 100 MB of CSV, and half of what a sheet holds.
_ROWS = {"csv": 900_000, "xlsx": 500_000}
_WRITERS: Mapping[str, Callable[[Path, int], None]] = {"csv": write_csv, "xlsx": write_workbook}
_SMALL, _MEMORY = 100, 16 << 30


def _measure(kind: str, name: str, path: Path, small: Path) -> None:
    limit_memory(_MEMORY)
    run(kind, name, small)
    start, begun = cpu(), time.perf_counter()
    rows = run(kind, name, path)
    print(json.dumps({"rows": rows, "cpu": cpu() - start, "wall": time.perf_counter() - begun, "peak": peak()}))


def _compare(kind: str, rows: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, small = (Path(folder) / f"{size}.{kind}" for size in ("large", "small"))
        _WRITERS[kind](path, rows)
        _WRITERS[kind](small, _SMALL)
        names = list(CONTESTANTS[kind])
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in names}
        for number in range(rounds):
            for name in [*names[number % len(names) :], *names[: number % len(names)]]:
                read_through(path)
                try:
                    result = run_child("benchmarks.ingest.run", "--one", kind, name, str(path), str(small))
                except Failed as failed:
                    print(f"{kind}, {name} gave no result: {failed}", file=sys.stderr)
                    continue
                taken[name].append(result)
                print(f"{kind}, round {number + 1} of {rounds}: {name} {result['cpu']:.2f} CPU s", file=sys.stderr)
        print(f"### {kind}: {rows:,} rows × 10 columns, {path.stat().st_size / 1e6:.0f} MB\n")
        print("| | rows | CPU s | wall s | peak MB |\n| --- | ---: | ---: | ---: | ---: |")
        for name in names:
            if taken[name]:
                spread = [_spread([one[key] for one in taken[name]]) for key in ("cpu", "wall")]
                print(f"| {name} | {taken[name][0]['rows']:,} | {' | '.join(spread)} | {taken[name][0]['peak']:.0f} |")
        print()


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="%(default)s")
    parser.add_argument("--rows", type=int, help="rows of each file, instead of 100 MB and half a sheet")
    parser.add_argument("--one", nargs=4, metavar=("KIND", "CONTESTANT", "FILE", "SMALL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        kind, name, *paths = given.one
        _measure(kind, name, *map(Path, paths))
        return
    for kind, rows in _ROWS.items():
        _compare(kind, given.rows or rows, given.rounds)


if __name__ == "__main__":
    main()
