"""Small tables about people, and the plain way to look at them: everything counted in Python, group by group."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.sql import literal
from pipelines.disclose.small_cells import Decision, Earlier, apply, decide, require_hidden
from pipelines.disclose.small_cells.plan import Hierarchy, Plan, Step
from pipelines.disclose.small_cells.tally import Rows
from pipelines.registry import FieldSpec

#: key, person, kind, place, day (a number), matter
Row = tuple[int, str | None, str, str | None, int | None, str | None]
NAMES = ("key", "person", "kind", "place", "day", "matter")
QUASI = ("place", "day")
SCHEMA: dict[str, Any] = {"fields": [{"name": name} for name in NAMES]}
KIND, PLACE, DAY, MATTER = 2, 3, 4, 5
REGIONS = {"a1": "a", "a2": "a", "b1": "b", "b2": "b", "a": "a", "b": "b", "r": "r"}
TOP = dict.fromkeys(REGIONS, "r")

_TEXTS = {"zh": "字段", "en": "Field"}


def spec(name: str, kind: str) -> FieldSpec:
    return FieldSpec.model_validate({
        "name": name, "type": kind, "titles": _TEXTS, "descriptions": _TEXTS, "disclosure": {"attribute": "active"},
    })  # fmt: skip


PLACES = Hierarchy("place", "VARCHAR", spec("place", "string"), (
    Step("exact"), Step("codelist", 1, REGIONS), Step("codelist", 2, TOP), Step("all"),
))  # fmt: skip
DAYS = Hierarchy("day", "BIGINT", spec("day", "integer"), (Step("exact"), Step("band", 5), Step("band", 10)))


def plan(k: int, diverse: int = 0, share: float = 0.1) -> Plan:
    return Plan(k, (PLACES, DAYS), "person", {"matter": diverse} if diverse else {}, share,
                {"kind": frozenset({"body"})}, ("key",))  # fmt: skip


def moved(row: Row, place: str) -> Row:
    """The row at another place."""
    key, person, kind, _, day, matter = row
    return key, person, kind, place, day, matter


def corrected(row: Row, matter: str) -> Row:
    """The row with another matter."""
    key, person, kind, place, day, _ = row
    return key, person, kind, place, day, matter


def select(connection: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> Rows:
    """The rows as a table of the database."""
    kinds = (pa.int64(), pa.string(), pa.string(), pa.string(), pa.int64(), pa.string())
    listed = list(rows)
    columns = {name: pa.array([row[place] for row in listed], kinds[place]) for place, name in enumerate(NAMES)}
    table = pa.table(columns)
    connection.register("given_rows", table)
    connection.execute("CREATE OR REPLACE TABLE given AS SELECT * FROM given_rows")
    connection.unregister("given_rows")
    return Rows("SELECT * FROM given", NAMES)


def fetched(connection: duckdb.DuckDBPyConnection, rows: Rows) -> list[Row]:
    return connection.execute(f"SELECT * FROM ({rows.select}) ORDER BY key").fetchall()


def written(connection: duckdb.DuckDBPyConnection, rows: Rows, target: Path) -> Path:
    connection.execute(f"COPY ({rows.select}) TO {literal(str(target))} (FORMAT parquet)")
    return target


def decided(connection: duckdb.DuckDBPyConnection, rows: Iterable[Row], folder: Path, number: int, *,
            earlier: Sequence[Earlier] = (), made: Plan | None = None, lasting: bool = False, **said: Any,
            ) -> tuple[Decision, list[Row], Earlier]:  # fmt: skip
    """What a version shows, and that version as an earlier one of the next. ``said``: as of :func:`plan`."""
    made = made or plan(**said)
    keys, file = folder / f"keys{number}.parquet", folder / f"version{number}.parquet"
    given_rows = select(connection, rows)
    decision = decide(connection, made, given_rows, earlier, keys, lasting=lasting)
    require_hidden(connection, made, decision, given_rows, keys)
    shown = apply(made, decision, given_rows, keys)
    return decision, fetched(connection, shown), Earlier((written(connection, shown, file),), SCHEMA, decision.known)


def keys_in(path: Path) -> list[int]:
    return [int(key) for key in pq.read_table(path)["key"].to_pylist()]


def up(hierarchy: Hierarchy, level: int, value: Any) -> Any:
    """A value at a level, worked out apart from the SQL."""
    step = hierarchy.steps[level]
    if value is None or step.kind == "all":
        return None
    if step.kind == "codelist":
        return step.codes.get(value)
    return value if step.kind == "exact" else math.floor(value / step.size) * step.size


def at(rows: Iterable[Row], node: Sequence[int]) -> list[Row]:
    return [
        row if row[KIND] == "body"
        else (*row[:PLACE], up(PLACES, node[0], row[PLACE]), up(DAYS, node[1], row[DAY]), row[MATTER])
        for row in rows
    ]  # fmt: skip


def groups(rows: Iterable[Row]) -> Mapping[tuple[Any, ...], list[Row]]:
    """Rows about people by what of their quasi-identifiers is shown; not those that show none."""
    found = defaultdict(list)
    for row in rows:
        if row[KIND] != "body" and (row[PLACE], row[DAY]) != (None, None):
            found[row[PLACE], row[DAY]].append(row)
    return found


def persons(rows: Iterable[Row]) -> int:
    return len({row[1] or "" for row in rows})


def too_small(rows: Iterable[Row], k: int, diverse: int = 0) -> list[list[Row]]:
    return [
        group for group in groups(rows).values()
        if persons(group) < k or (diverse and len({row[MATTER] for row in group}) < diverse)
    ]  # fmt: skip


def losses(rows: Sequence[Row]) -> list[list[float]]:
    """Non-uniform entropy per quasi-identifier and level, row by row."""
    about = [row for row in rows if row[KIND] != "body"]
    found = []
    for place, hierarchy in ((PLACE, PLACES), (DAY, DAYS)):
        exact = Counter(row[place] for row in about)
        most = sum(math.log2(len(about) / exact[row[place]]) for row in about)
        levels = []
        for level in range(len(hierarchy.steps)):
            general = Counter(up(hierarchy, level, row[place]) for row in about)
            loss = sum(math.log2(general[up(hierarchy, level, row[place])] / exact[row[place]]) for row in about)
            levels.append(loss / most if most else 0.0)
        found.append(levels)
    return found


def nodes(floor: Sequence[int] = (0, 0)) -> Iterator[tuple[int, ...]]:
    yield from itertools.product(range(floor[0], len(PLACES.steps)), range(floor[1], len(DAYS.steps)))


@dataclass(frozen=True)
class Difference:
    """What of two versions of the same table is gone or changed from one, and new or changed in the other."""

    gone: list[Row]
    come: list[Row]


def difference(old: Iterable[Row], new: Iterable[Row]) -> Difference:
    before, after = set(old), set(new)
    return Difference(sorted(before - after, key=lambda row: row[0]), sorted(after - before, key=lambda row: row[0]))


def apart(old: Iterable[Row], new: Iterable[Row], node: Sequence[int]) -> list[list[Row]]:
    """Rows of the new version that keys set apart, by what they showed in the old one: those whose keys are new, and
    those that showed something else than what they show now at less exact levels."""
    before = {row[0]: row for row in old}
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in new:
        was = before.get(row[0])
        if was is None:
            found["new",].append(row)
            continue
        (general,) = at([was], node)
        origin = was[KIND] == "body", general[PLACE], general[DAY]
        if row != was and origin != (False, row[PLACE], row[DAY]):
            found[origin].append(row)
    return [*found.values()]
