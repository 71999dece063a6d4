"""The difference of two versions against a model in Python, and applied to the one it must give the other."""

from __future__ import annotations

import datetime as dt
import json
import math
import struct
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from diffing import diff_of, table_schema, version_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.publish.diff import PeriodChanges, VersionDiff
from pipelines.publish.diff.forms import Form

Row = tuple[Any, ...]
#: NaN as it is and with its sign; texts that look equal; both zeros.
DOUBLES = st.sampled_from([0.0, -0.0, 1.5, math.nan, -math.nan, struct.unpack(">d", b"\xff\xf0\0\0\0\0\0\1")[0],
                           math.inf, -math.inf])  # fmt: skip
TEXTS = st.sampled_from(["", "é", "e\u0301", "Ａ", "A", "a", " a", "=1+1", "-5", "1", "01", '"\n', "null", "NaN", "\0"])
FIELDS: dict[str, tuple[dict[str, Any], st.SearchStrategy[Any]]] = {
    "period": ({"type": "string"}, TEXTS),
    "code": ({"type": "integer"}, st.integers(0, 3) | st.just(-(2**63))),
    "text": ({"type": "string"}, TEXTS),
    "amount": ({"type": "number", "decimals": 2}, st.sampled_from(
        [Decimal("0.00"), Decimal("0.01"), Decimal("9999999999999999.99"), Decimal("9999999999999999.98")])),
    "ratio": ({"type": "number"}, DOUBLES),
    "flag": ({"type": "boolean"}, st.booleans()),
    "day": ({"type": "date"}, st.sampled_from([dt.date(1, 1, 1), dt.date(2024, 2, 29)])),
    "instant": ({"type": "datetime"}, st.sampled_from(
        [dt.datetime(2024, 2, 29, 1, 2, 3, 4), dt.datetime(2024, 2, 29)])),
}  # fmt: skip
KEYS = [(), ("code",), ("period", "code"), ("ratio", "period")]
ROWS = st.lists(st.tuples(*(st.none() | strategy for _, strategy in FIELDS.values())), max_size=20)


def same(value: Any) -> Any:
    """Equal exactly where the values are."""
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def by_key(rows: Sequence[Row], key: Sequence[str]) -> dict[Row, Row]:
    """One row per key: keys are unique within a period."""
    places = [list(FIELDS).index(name) for name in key]
    return {tuple(same(row[place]) for place in places): tuple(map(same, row)) for row in rows}


def unique(rows: Sequence[Row], key: Sequence[str]) -> list[Row]:
    places = [list(FIELDS).index(name) for name in key]
    return list({tuple(same(row[place]) for place in places): row for row in rows}.values()) if key else list(rows)


@contextmanager
def difference(old: dict[str, list[Row]], new: dict[str, list[Row]], key: Sequence[str]) -> Iterator[VersionDiff]:
    schema = table_schema({name: entry for name, (entry, _) in FIELDS.items()}, key)
    with tempfile.TemporaryDirectory() as name:
        yield diff_of(Path(name), *(version_of(Path(name), schema, side) for side in (old, new)))


def applied(rows: Counter[Row], changes: list[dict[str, Any]], key: Sequence[str]) -> Counter[Row]:
    """Rows after the changes of the wide form; the key's column ``period`` stands as ``key_period``."""
    result = Counter(rows)
    for change in changes:
        for side, sign in (("old", -1), ("new", 1)):
            if change["change"] != ("added" if side == "old" else "removed"):
                names = dict(zip(key, change_key(key), strict=True))
                row = tuple(same(change[names.get(name, f"{side}_{name}")]) for name in FIELDS)
                result[row] += sign * change.get("rows", 1)
    assert min(result.values(), default=0) >= 0
    return +result


@settings(max_examples=10)
@given(
    key=st.sampled_from(KEYS), kept=ROWS, old=ROWS, new=ROWS, touched=st.lists(st.integers(0, 40), max_size=4),
    flip=st.booleans(), form=st.sampled_from([Form.LONG, Form.JSON]),
)  # fmt: skip
def test_applied_to_one_version_it_gives_the_other(
    key: tuple[str, ...], kept: list[Row], old: list[Row], new: list[Row], touched: list[int], flip: bool, form: Form
) -> None:
    before, after = unique([*kept, *old], key), unique([*kept, *new], key)
    for place in touched:
        if place < len(after):  # A row with the same key and other values.
            row = list(after[place])
            row[list(FIELDS).index("text")], row[list(FIELDS).index("flag")] = "other", flip
            after[place] = tuple(row)
    with difference({"2023": old, "2024": before}, {"2023": old, "2024": after}, key) as diff:
        counts = [entry for entry in diff.counts() if entry.any]
        changes = diff.to_arrow_table().to_pylist()
        told = diff.to_arrow_table(form).to_pylist()
    expected = model(before, after, key)
    assert {period.period for period in diff.periods} <= {"2024"}
    assert counts == ([expected] if expected.any else [])
    assert applied(counted(before), changes, key) == counted(after)
    assert changes == sorted(changes, key=lambda change: [ordered(change[name]) for name in change_key(key)])
    for change in changes if key else ():
        differing = [
            name for name in FIELDS if name not in key and same(change[f"old_{name}"]) != same(change[f"new_{name}"])
        ]
        assert change["change"] != "changed" or change["fields"] == differing
    if form is Form.LONG:
        assert len(told) == sum(len(change["fields"] or [None]) for change in changes)
        assert not any((entry[side] or "").startswith(("=", "+", "@")) for entry in told for side in ("old", "new"))
    else:
        lines = [json.loads(entry["line"]) for entry in told]
        assert [line["change"] for line in lines] == [change["change"] for change in changes]
        for line, change in zip(lines, changes, strict=True):
            sides = [line[side] for side in ("old", "new") if side in line]
            assert all(list(side) == (change["fields"] or [n for n in FIELDS if n not in key]) for side in sides)


def model(before: Sequence[Row], after: Sequence[Row], key: Sequence[str]) -> PeriodChanges:
    if not key:
        left, right = counted(before), counted(after)
        return PeriodChanges("2024", (right - left).total(), (left - right).total(), 0)
    old, new = by_key(before, key), by_key(after, key)
    changed = sum(old[name] != new[name] for name in old.keys() & new.keys())
    return PeriodChanges("2024", len(new.keys() - old.keys()), len(old.keys() - new.keys()), changed)


def counted(rows: Sequence[Row]) -> Counter[Row]:
    return Counter(tuple(map(same, row)) for row in rows)


def change_key(key: Sequence[str]) -> list[str]:
    return ["key_period" if name == "period" else name for name in key]


def ordered(value: Any) -> tuple[Any, ...]:
    """Ascending; texts by their bytes, NaN after all numbers, nulls last."""
    if value is None:
        return (2, 0)
    if isinstance(value, float) and math.isnan(value):
        return (1, 0)
    return (0, value.encode() if isinstance(value, str) else value)
