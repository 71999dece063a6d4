"""Rows over HTTP: ``gongkai serve`` beside Datasette, over the same table, as a Markdown table.

``python -m benchmarks.portal.api [--rows 417] [--periods 4] [--seconds 4] [--rounds 3]``. Both servers run all the
time and take turns; CPU is the processor time of all processes of a server, per answer.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.portal.load import Measured, measure
from benchmarks.portal.servers import Running, copy_to_sqlite, datasette, gongkai, publish
from pipelines.api.rows.cursors import read_position

CASES = ("one dataset", "first page", "filtered page", "page deep in", "all rows, CSV", "all rows, JSON")
_CLIENTS = (1, 8)
_KEY = "payment_surrogate"

Results = Mapping[tuple[str, int], Mapping[str, Measured]]


def run(servers: Mapping[str, Running], seconds: float, rounds: int) -> Results:
    """Measure all cases; the servers take turns, in another order each round."""
    results: dict[tuple[str, int], dict[str, Measured]] = {}
    for what in CASES:
        for clients in _CLIENTS:
            taken: dict[str, list[Measured]] = {name: [] for name in servers}
            for number in range(rounds):
                for name in sorted(servers, reverse=number % 2 == 1):
                    taken[name].append(measure(servers[name], what, clients, seconds))
            results[what, clients] = {name: Measured.together(parts) for name, parts in taken.items()}
            print(what, clients, file=sys.stderr)
    return results


def table(results: Results) -> str:
    """As Markdown."""
    header = ["", "clients", "", "answers/s", "median, ms", "p99, ms", "CPU, ms", "kB", "refused"]
    rows = [
        [
            what, str(clients), name, f"{one.rate:,.1f}", _ms(one.slowest(0.5)), _ms(one.slowest(0.99)),
            _ms(one.cpu / one.answers), f"{one.size / one.answers / 1000:,.0f}", str(one.refused),
        ]
        for (what, clients), of_servers in results.items() for name, one in of_servers.items()
    ]  # fmt: skip
    lines = [header, ["---", "---:", "---", *["---:"] * 6], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


def same_rows(servers: Sequence[Running]) -> int:
    """Check that both answer with the same rows; how many there are.

    Raises:
        AssertionError: when they do not.
    """
    for what in ("first page", "filtered page", "page deep in"):
        keys = [[row[_KEY] for row in _rows(server, what)] for server in servers]
        assert keys[0] and all(keys[0] == others for others in keys), what
    counts = {sum(1 for _ in csv.reader(io.StringIO(server.fetch(server.paths["all rows, CSV"]).decode()))) - 1
              for server in servers}  # fmt: skip
    assert len(counts) == 1, counts
    return counts.pop()


def _rows(server: Running, what: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(server.fetch(server.paths[what]))["rows"]
    return rows


def _before(path: str) -> str:
    """The key of the row that a page follows."""
    position = read_position(parse_qs(urlsplit(path).query)["cursor"][0])
    assert position.values[0] is not None
    return position.values[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=417, help="of each of 60 departments in a quarter: %(default)s")
    parser.add_argument("--periods", type=int, default=4, help="%(default)s")
    parser.add_argument("--seconds", type=float, default=4, help="of a round: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="%(default)s")
    parser.add_argument("--datasette", type=Path, default=Path(sys.executable).with_name("datasette"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        lake = publish(work, given.rows, given.periods)
        copy_to_sqlite(lake, work / "rows.db")
        with (
            gongkai(lake) as ours,
            datasette(given.datasette, work / "rows.db", _before(ours.paths["page deep in"])) as theirs,
        ):
            servers = {"gongkai": ours, "Datasette": theirs}
            print(f"{same_rows(list(servers.values())):,} rows\n")
            print(table(run(servers, given.seconds, given.rounds)))


if __name__ == "__main__":
    main()
