"""What generalising costs and loses, beside anjana, and how long a million rows take.

``python -m benchmarks.small_cells.run [--anjana PYTHON] [--rows N] [--large N]``. ``PYTHON`` is an interpreter that has
anjana, pycanon and pyarrow (anjana 1.2.3 needs an older pandas than gongkai has); without it only ours is measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.process import Timer
from benchmarks.small_cells import people
from pipelines.core.databases import private_database
from pipelines.core.sql import literal
from pipelines.disclose.small_cells import Earlier, apply, decide
from pipelines.disclose.small_cells.plan import Node
from pipelines.disclose.small_cells.tally import Rows, Tally, looked_up


def rows_of(file: Path) -> Rows:
    return Rows(f"SELECT * FROM read_parquet({literal(str(file))})", people.NAMES)


def ours(file: Path, folder: Path, earlier: list[Earlier]) -> dict[str, Any]:
    made, keys = people.plan(), folder / "keys.parquet"
    with private_database(folder, memory_limit="1GB") as connection, Timer() as timer:
        decision = decide(connection, made, rows_of(file), earlier, keys)
    return {"decision": decision, "wall": timer.wall, "cpu": timer.cpu, "keys": keys}


def hierarchies(file: Path) -> dict[str, dict[int, list[str]]]:
    """Values and what they become, level by level, as anjana takes them."""
    found = {}
    with private_database(None) as connection:
        for each in people.plan().hierarchies:
            values = f"SELECT DISTINCT {each.name} AS v FROM ({rows_of(file).select}) ORDER BY 1"
            levels = {}
            for level in range(len(each.steps)):
                codes = each.codes(level)
                join, value = (looked_up(codes, "v", "g"), "g.above") if codes else ("", each.sql(level, "v"))
                fetched = connection.execute(
                    f"SELECT coalesce(CAST({value} AS VARCHAR), '*') FROM ({values}) {join} ORDER BY v"
                ).fetchall()
                levels[level] = [text for (text,) in fetched]
            found[each.name] = levels
    return found


def anjana(python: str, file: Path, folder: Path) -> dict[str, Any]:
    described = folder / "hierarchies.json"
    described.write_text(json.dumps(hierarchies(file)), encoding="utf-8")
    script = Path(__file__).with_name("anjana_contestant.py")
    command = [python, str(script), str(file), str(people.K), str(people.SHARE), str(described)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def losses(file: Path, node: Node, suppressed: int | None) -> dict[str, float]:
    """What a node loses, by the same measures for everybody; suppressed rows lose everything.

    Prec (L. Sweeney, 2002); non-uniform entropy, as a share; discernibility (R. Bayardo and R. Agrawal, ICDE 2005), in
    rows that a row is like on average.
    """
    made = people.plan()
    with private_database(None, memory_limit="2GB") as connection:
        tally = Tally(connection, made, rows_of(file))
        small = tally.small(node) if suppressed is None else suppressed
        entropy = sum(of[level] for of, level in zip(tally.losses(), node, strict=True)) / len(node)
        levels = ", ".join(f"q{place}_{level}" for place, level in enumerate(node))
        squares = _number(connection, (
            f"SELECT sum(n * n) FROM (SELECT sum(rows) AS n FROM small_combos GROUP BY {levels}) WHERE n >= {people.K}"
        ))  # fmt: skip
        total = tally.rows
        tally.close()
    share = small / total
    precision = sum(level / top for level, top in zip(node, made.tops, strict=True)) / len(node)
    return {
        "suppressed": share, "prec": 1 - ((1 - share) * precision + share),
        "entropy": (1 - share) * entropy + share, "discernibility": squares / total + small,
    }  # fmt: skip


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    ((number,),) = connection.execute(query).fetchall()
    return float(number)


def row(name: str, levels: Mapping[str, str], lost: Mapping[str, float], cpu: float) -> str:
    shown = ", ".join(f"{field} {level}" for field, level in levels.items())
    return (f"| {name} | {shown} | {lost['suppressed']:.1%} | {lost['prec']:.3f} | {lost['entropy']:.3f} | "
            f"{lost['discernibility']:,.0f} | {cpu:.1f} |")  # fmt: skip


def compare(folder: Path, rows: int, python: str | None) -> None:
    made = people.plan()
    print("| | levels | suppressed | Prec | entropy lost | discernibility | CPU s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for seed in (1, 2, 3):
        file = folder / f"people{seed}.parquet"
        people.write(file, rows, seed)
        mine = ours(file, folder, [])
        _, node = mine["decision"].node(made)
        print(row(f"gongkai, table {seed}", mine["decision"].levels, losses(file, node, None), mine["cpu"]))
        if python is None:
            continue
        theirs = anjana(python, file, folder)
        node = tuple(theirs["levels"][each.name] for each in made.hierarchies)
        names = {each.name: each.steps[level].name for each, level in zip(made.hierarchies, node, strict=True)}
        reached = f"anjana, table {seed} (k reached: {theirs['k']})"
        print(row(reached, names, losses(file, node, theirs["suppressed"]), theirs["cpu"]))


def large(folder: Path, rows: int) -> None:
    """A period of so many rows, then again with a thousand of them corrected."""
    first, second, shown = (folder / f"{name}.parquet" for name in ("first", "second", "shown"))
    people.write(first, rows, 4)
    one = ours(first, folder, [])
    with private_database(folder, memory_limit="1GB") as connection:
        published = apply(people.plan(), one["decision"], rows_of(first), one["keys"]).select
        connection.execute(f"COPY ({published}) TO {literal(str(shown))} (FORMAT parquet)")
        changed = f"SELECT * REPLACE (CASE WHEN key % {rows // 1000} = 0 THEN 'z' ELSE matter END AS matter) "
        connection.execute(f"COPY ({changed} FROM read_parquet({literal(str(first))})) TO {literal(str(second))}")
    schema = {"fields": [{"name": name} for name in people.NAMES]}
    two = ours(second, folder, [Earlier((shown,), schema, one["decision"].known)])
    print("\n| rows | | wall s | CPU s | suppressed |\n| ---: | --- | ---: | ---: | ---: |")
    for name, done in (("first version", one), ("1,000 rows corrected", two)):
        print(f"| {rows:,} | {name} | {done['wall']:.1f} | {done['cpu']:.1f} | {done['decision'].hidden:,} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--anjana", help="an interpreter that has anjana")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), given.rows, given.anjana)
        large(Path(folder), given.large)


if __name__ == "__main__":
    main()
