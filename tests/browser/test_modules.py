"""Functions of the portal's modules that give the same as their counterparts in Python."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from apiserving import Site
from browsing import Watched
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from pipelines.catalog.downloads.csv_file import write_csv
from pipelines.portal.assets import own_assets

Call = Callable[..., Any]
_CALL = """async ([address, name, given]) => {
  const revived = given.map((one) => typeof one === "string" && /^-?\\d+n$/.test(one) ? BigInt(one.slice(0, -1)) : one);
  const result = (await import(address))[name](...revived);
  return typeof result === "object" && result !== null && "next" in result ? [...result] : result;
}"""
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["=1+1", "'=a", "+5", "-5", "-5.0", "@x", "\ta", "＝x", "''", "", 'a"b', "a\r\nb", "1,2"]
)


@pytest.fixture(scope="module")
def call(browser: Browser, site: Site) -> Iterator[Call]:
    """Calls a function of a module in a page; texts like ``12n`` are whole numbers of any size."""
    with browser.new_context() as context:
        watched = Watched(context.new_page(), site)
        watched.open("en/")

        def called(module: str, name: str, *given: Any) -> Any:
            address = f"{site.url}/{own_assets()[module].path}"
            return watched.page.evaluate(_CALL, [address, name, list(given)])

        yield called
        assert watched.faults == []


@given(unscaled=st.integers(-(10**37), 10**37), scale=st.integers(0, 18))
def test_decimals(call: Call, unscaled: int, scale: int) -> None:
    assert call("exact.js", "decimal", f"{unscaled}n", scale) == f"{Decimal(f'{unscaled}E-{scale}'):f}"


@given(moment=st.datetimes())
def test_days_and_times(call: Call, moment: dt.datetime) -> None:
    ticks = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    assert call("exact.js", "timestamp", f"{ticks}n", "1000000n") == moment.isoformat()
    assert call("exact.js", "day", (moment.date() - dt.date(1970, 1, 1)).days) == moment.date().isoformat()
    clock = moment.time()
    of_day = ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 10**6 + clock.microsecond
    assert call("exact.js", "time", f"{of_day}n", "1000000n") == clock.isoformat()


@given(rows=st.lists(st.tuples(TEXTS | st.none(), TEXTS | st.none()), max_size=5))
def test_csv_is_as_the_catalogs_own(call: Call, tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([row[at] for row in rows], pa.string()) for at in (0, 1)], ["a", "=b"])
    target = tmp_path_factory.mktemp("csv") / "own.csv"
    write_csv(["a", "=b"], [batch], target)
    made = "".join(call("csv.js", "csv", ["a", "=b"], [True, True], [list(row) for row in rows]))
    assert made.encode() == target.read_bytes()


@given(rows=st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=6))
def test_csv_is_read_as_python_writes_it(call: Call, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    assert [[cell or "" for cell in row] for row in call("csv.js", "parse", text.getvalue())] == rows


@pytest.mark.parametrize(
    ("statement", "datasets", "codelists"),
    [
        ("SELECT * FROM trees", [("trees", None)], []),
        ("SELECT * FROM 'trees' -- trees\n/* trees */", [], []),
        ('FROM "trees@1.0.0" JOIN parks.TREES USING (id)', [("trees", "1.0.0"), ("trees", None)], []),
        ("FROM parks.trees('1.2.0')", [("trees", "1.2.0")], []),
        ("FROM codelists.trees, codelists.\"Kinds\"", [], ["trees", "kinds"]),
        ("FROM labelled.trees", [("trees", None)], []),
        ('SELECT \'it\'\'s trees\', "a""b"', [], []),
        ("FROM other, \"other@1.0.0\"", [], []),
    ],
)  # fmt: skip
def test_names_in_statements(call: Call, statement: str, datasets: list[Any], codelists: list[str]) -> None:
    found = call("names.js", "named", statement, ["trees"])
    assert [(each["dataset"], each["version"]) for each in found["datasets"]] == datasets
    assert found["codelists"] == codelists


@given(values=st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=8))
def test_steps_of_a_chart_hold_all_values(call: Call, values: list[float]) -> None:
    steps = call("chart.js", "ticks", values)
    assert steps == sorted(set(steps))
    assert 2 <= len(steps) <= 12
    assert steps[0] <= min(0, *values) + abs(steps[1] - steps[0]) * 1e-9
    assert steps[-1] >= max(0, *values) - abs(steps[1] - steps[0]) * 1e-9
    assert 0 in steps
