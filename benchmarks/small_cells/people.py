"""Tables about people to be generalised: made from a seed, with hierarchies as both contestants take them."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.disclose.small_cells import Plan
from pipelines.disclose.small_cells.plan import Hierarchy, Step
from pipelines.registry import FieldSpec

K, SHARE = 5, 0.02
NAMES = ("key", "person", "place", "day", "age", "trade", "matter")
_PLACES = {f"{city}{street:02d}": city for city in "abcdef" for street in range(12)}
_TRADES = {f"{branch}{number}": branch for branch in ("craft", "office", "care", "farm") for number in range(9)}


def write(target: Path, rows: int, seed: int) -> None:
    """Rows of skewed values: large and small places, few of great age."""
    chance = random.Random(seed)
    places, trades = list(_PLACES), list(_TRADES)
    columns: dict[str, list[Any]] = {name: [] for name in NAMES}
    for number in range(rows):
        values = (
            number, f"p{chance.randrange(rows * 9 // 10)}", places[int(len(places) * chance.random() ** 2)],
            dt.date(2026, 1, 1) + dt.timedelta(days=int(chance.random() ** 1.5 * 90)),
            18 + int(min(abs(chance.gauss(0, 22)), 80)), trades[int(len(trades) * chance.random() ** 3)],
            chance.choice("mnopq"),
        )  # fmt: skip
        for name, value in zip(NAMES, values, strict=True):
            columns[name].append(value)
    pq.write_table(pa.table(columns), target)


def _spec(name: str, kind: str) -> FieldSpec:
    texts = {"zh": name, "en": name}
    return FieldSpec.model_validate(
        {"name": name, "type": kind, "titles": texts, "descriptions": texts, "disclosure": {"attribute": "active"}}
    )


def _codes(name: str, above: dict[str, str]) -> Hierarchy:
    codes = {**above, **{code: code for code in above.values()}}
    return Hierarchy(name, "VARCHAR", _spec(name, "string"), (Step("exact"), Step("codelist", 1, codes), Step("all")))


def plan(share: float = SHARE) -> Plan:
    return Plan(
        K,
        (
            _codes("place", _PLACES),
            Hierarchy("day", "DATE", _spec("day", "date"), (
                Step("exact"), Step("month"), Step("quarter"), Step("all"),
            )),
            Hierarchy("age", "BIGINT", _spec("age", "integer"), (
                Step("exact"), Step("band", 5), Step("band", 10), Step("band", 20), Step("all"),
            )),
            _codes("trade", _TRADES),
        ),
        "person", {}, share, {}, ("key",),
    )  # fmt: skip
