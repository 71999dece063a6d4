"""What is drawn of a version: figures that are exact, in their order, with what is left out told."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from charting import amounts, chart, chart_of, charts, drawing, table, texts, version
from jinja2 import Environment, PackageLoader, StrictUndefined
from publishing import registry
from s3_serving import s3_server

from pipelines.core.errors import CorruptStore
from pipelines.core.messages import translate
from pipelines.core.paths import Workspace
from pipelines.portal.charts import charts_digest, charts_of, svg
from pipelines.publish import FolderStore, Manifest
from pipelines.publish.stores import open_store

East, West = "999901", "999902"
Made = tuple[Workspace, Manifest]


def row(number: int, place: str | None = East, state: str | None = "open", amount: str | None = "1.00",
        ratio: float | None = 10.0, count: int | None = 1) -> tuple[Any, ...]:  # fmt: skip
    return (f"R{number:05d}", place, state, None if amount is None else Decimal(amount), ratio, count)


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two years; of the newer one an amount is not known."""
    return version(
        tmp_path_factory.mktemp("readings"),
        {
            "2024": [row(1, amount="100.25"), row(2, West, "shut", "0.10", 20.0)],
            "2025": [
                row(3, amount="1000000.01", ratio=30.0),
                row(4, West, "open", "2500000.02", 50.0),
                row(5, West, "shut", None, 90.0),
                row(6, None, "lost", "0.03", None),
            ],
        },
    )


def test_codes_are_ordered_by_amount_and_what_is_missing_is_told(readings: Made) -> None:
    made = chart(readings, kind="codes", by="place", value="amount")
    assert list(amounts(made).items()) == [
        ("West", Decimal("2500000.02")), ("East", Decimal("1000000.01")), ("Not stated", Decimal("0.03")),
    ]  # fmt: skip
    assert made.subtitle == {"zh": "2025 · 单位：万元", "en": "2025 · in million yuan"}
    assert texts(drawing(made))[:4] == ["West", "2.500 · 71.4%", "East", "1.000 · 28.6%"]
    assert texts(drawing(made, "zh"))[:2] == ["西区", "250.0 · 71.4%"]
    assert [note["en"] for note in made.notes] == [
        "Rows whose value is withheld or missing, which do not count as zero: 1."
    ]
    assert table(made) == [
        ["place", "amount (yuan)", "Share", "Number of rows", "Rows without a value"],
        ["All", "3,500,000.06", "100.00%", "4", "1"],
        ["West", "2,500,000.02", "71.43%", "2", "1"],
        ["East", "1,000,000.01", "28.57%", "1", "0"],
        ["Not stated", "0.03", "<0.01%", "1", "0"],
    ]
    assert made.description["en"].startswith(
        "Bars: West 2.500 million yuan; East 1.000 million yuan; Not stated <0.001"
    )


def test_rows_of_all_periods_and_only_some(readings: Made) -> None:
    made = chart(readings, kind="codes", by="state", periods="all", where={"place": [East, West]})
    assert amounts(made) == {"open": Decimal(3), "shut": Decimal(2)}
    assert made.subtitle["en"] == "2024 to 2025 · place: East, West"
    assert made.title == {"zh": "按state字段统计的数据行数", "en": "Number of rows by state"}


def test_categories_have_gaps_where_nothing_is_known(readings: Made) -> None:
    made = chart(readings, kind="categories", rows="place", by="state", value="amount")
    assert [series["en"] for series in made.figure.series] == ["open", "lost", "shut"]  # type: ignore[union-attr]
    assert amounts(made) == {
        "West": (Decimal("2500000.02"), None, None), "East": (Decimal("1000000.01"), None, None),
        "Not stated": (None, Decimal("0.03"), None),
    }  # fmt: skip
    drawn = texts(drawing(made))
    assert "2.500*" in drawn and "1.000" in drawn
    assert made.notes[-1]["en"].startswith("*")
    assert ["West", "shut", "no figure", "1", "1"] in table(made)


def test_status_by_period(readings: Made) -> None:
    made = chart(readings, kind="status", by="state", title={"zh": "状态", "en": "States"})
    assert made.title["en"] == "States"
    assert amounts(made) == {
        "2024": (Decimal(1), Decimal(1), None), "2025": (Decimal(2), Decimal(1), Decimal(1)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("sum", ("30", "170")), ("mean", ("15", "56.6667")), ("median", ("15", "50"))],
)
def test_measures(readings: Made, measure: str, expected: tuple[str, str]) -> None:
    made = chart(readings, kind="progress", values=["ratio"], measure=measure)
    assert amounts(made) == dict(zip(("2024", "2025"), map(Decimal, expected), strict=True))


def test_lines_break_where_a_period_has_no_value(tmp_path: Path) -> None:
    years = {"2024": 40.0, "2025": 60.0, "2026": None, "2027": 80.0}
    made = version(tmp_path, {year: [row(1, ratio=ratio)] for year, ratio in years.items()})
    lines = chart(made, kind="progress", values=["ratio", "amount"], measure="mean")
    assert amounts(lines)["ratio"] == (Decimal(40), Decimal(60), None, Decimal(80))
    drawn = drawing(lines)
    assert len(list(drawn.iter("polyline"))) == 2 and len(list(drawn.iter("circle"))) == 7
    assert table(lines)[3] == ["2026", "no figure", "1"]
    assert "ratio: 2024 40%, 2027 80%" in lines.description["en"]


def test_what_is_said_of_one_thing_in_several_rows_counts_once(tmp_path: Path) -> None:
    rows = [row(number, count=number % 3, amount=f"{number % 3}.50") for number in range(1, 10)]
    made = version(tmp_path, {"2025": rows})
    assert amounts(chart(made, kind="codes", by="place", value="amount", once_per="count")) == {"East": Decimal("4.50")}
    once = chart(made, kind="codes", by="place", once_per="count")
    assert amounts(once) == {"East": Decimal(3)} and table(once)[0][-1] == "count (number)"


def test_trees_climb_the_parents_of_a_list(tmp_path: Path) -> None:
    made = version(tmp_path, {"2025": [row(1, "999901", amount="3.00"), row(2, "999902", amount="1.00"), row(3, "x")]})
    (tmp_path / "schema" / "codelists" / "district.csv").write_text(
        "code,name_zh,name_en,parent\n999900,市,City,\n999901,东区,East,999900\n999902,西区,West,999900\nc,环,Circle,c\n"
    )
    schema = tmp_path / "schema" / "codelists" / "district.schema.json"
    listed = json.loads(schema.read_text())
    listed["fields"].append({"name": "parent", "type": "string"})
    schema.write_text(json.dumps(listed))
    tree = chart(made, kind="tree", by="place", value="amount", codelists={"place": "district"})
    assert amounts(tree) == {"City": Decimal(4), "East": Decimal(3), "West": Decimal(1), "x": Decimal(1)}
    assert [line[0] for line in table(tree)[1:]] == ["All", "City", "City › East", "City › West", "x"]
    flat = chart(made, kind="tree", by="place", value="amount", levels=1, codelists={"place": "district"})
    assert amounts(flat) == {"City": Decimal(4), "x": Decimal(1)}


def test_the_smallest_codes_are_others(tmp_path: Path) -> None:
    rows = [row(number, f"p{number:03d}", f"s{number % 9}", str(number)) for number in range(1, 301)]
    made = version(tmp_path, {"2025": rows}, state={"constraints": {}, "codelist": "district"})
    codes = chart(made, kind="codes", by="place", value="amount")
    assert len(amounts(codes)) == 13 and sum(amounts(codes).values()) == sum(range(301))
    assert list(amounts(codes))[-1] == "All others"
    assert len(table(codes)) == 201 and "first 200 lines" in codes.notes[-1]["en"]
    crossed = chart(made, kind="categories", rows="place", by="state", value="amount")
    found = amounts(crossed)
    assert len(found) == 8 and sum(part for parts in found.values() for part in parts if part) == sum(range(301))


def test_one_that_is_left_is_no_other(tmp_path: Path) -> None:
    rows = [row(number, f"p{number}", f"s{number % 6}", "1.00") for number in range(1, 14)]
    made = version(tmp_path, {"2025": rows}, state={"constraints": {}, "codelist": "district"})
    assert "All others" not in amounts(chart(made, kind="codes", by="place"))
    crossed = chart(made, kind="categories", rows="state", by="place")
    assert len(crossed.figure.stacks) == 6  # type: ignore[union-attr]
    by_state = chart(made, kind="categories", rows="place", by="state")
    assert "All others" not in {series["en"] for series in by_state.figure.series}  # type: ignore[union-attr]


def test_a_distribution_has_round_bounds_and_every_value(tmp_path: Path) -> None:
    values = [1, 2, 3, 60, 250, 999, 1000, 40_000, 5_000_000]
    made = version(tmp_path, {"2025": [row(number, amount=f"{value}.00") for number, value in enumerate(values)]})
    found = chart(made, kind="distribution", value="amount")
    assert sum(amounts(found).values()) == len(values)
    assert amounts(found)["100 to under 1,000 yuan"] == 2 and "1 to under 10 yuan" in amounts(found)
    even = chart(made, kind="distribution", value="ratio")
    assert list(amounts(even).values()) == [9]


def test_without_a_declaration_the_schema_suggests(readings: Made) -> None:
    found = charts(readings)
    assert [(made.id, made.kind) for made in found] == [
        ("chart-1", "progress"), ("chart-2", "codes"), ("chart-3", "distribution"),
    ]  # fmt: skip
    assert found[0].title["en"] == "amount, total by period" and found[1].title["en"] == "Number of rows by place"


def test_where_the_schema_says_little_the_values_suggest(tmp_path: Path) -> None:
    unit = {"unit": None}
    bare = {"place": {"codelist": None}, "state": {"constraints": {}}, "amount": unit, "ratio": unit}
    rows = [row(n, f"place {n}", "shut" if n % 3 else "open", f"{n}.00", None) for n in range(30)]
    found = charts(version(tmp_path / "many", {"2025": rows}, **bare))
    assert [(made.kind, made.title["en"]) for made in found] == [
        ("codes", "Number of rows by state"), ("distribution", "Distribution of amount"),
    ]  # fmt: skip
    assert amounts(found[0]) == {"shut": 20, "open": 10}
    few = charts(version(tmp_path / "few", {"2025": rows[:4]}, **bare))
    assert [made.kind for made in few] == ["distribution"]


def test_what_the_version_does_not_have_is_passed_over(readings: Made) -> None:
    gone = charts(readings, {"kind": "codes", "by": "gone"}, {"kind": "distribution", "value": "place"})
    assert [made.kind for made in gone] == ["progress", "codes", "distribution"]
    kept = charts(readings, {"kind": "codes", "by": "gone"}, {"kind": "rows"})
    assert [made.kind for made in kept] == ["rows"]


def test_charts_of_a_bucket_are_the_same(readings: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, manifest = readings
    folder = FolderStore(workspace.catalog)
    with s3_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        bucket = open_store(server.fresh_bucket(), tmp_path / "cache")
        for entry in folder.entries(""):
            bucket.create(entry.path, folder.read(entry.path))
        found = charts_of(bucket, manifest, (), registry(workspace).tables, workspace.work)
    assert found == charts(readings)


def test_a_damaged_object_is_told_and_nothing_is_left(readings: Made, tmp_path: Path) -> None:
    workspace, manifest = readings
    with pytest.raises(CorruptStore):
        charts_of(FolderStore(tmp_path), manifest, (), {}, workspace.work)
    assert not [path for path in workspace.work.iterdir() if path.is_dir()]


def test_pages_show_the_drawing_and_its_table(readings: Made) -> None:
    made = chart(readings, kind="codes", by="place", value="amount", title={"zh": "<甲>", "en": "<A>"})
    pages = Environment(loader=PackageLoader("pipelines.portal"), autoescape=True, undefined=StrictUndefined)
    shown = pages.get_template("charts.html.j2").module.chart_figure(  # type: ignore[attr-defined]
        made, svg(made, "en"), "en", lambda name, **params: translate(name, "en", **params)
    )
    assert "&lt;A&gt;" in shown and "<A>" not in shown and "style=" not in shown
    assert shown.count("<tr>") == 5 and '<th scope="row">West</th>' in shown and shown.count("<svg") == 1


def test_the_digest_follows_what_is_declared(readings: Made) -> None:
    workspace, _ = readings
    lists = registry(workspace).tables
    one, other = (chart_of(kind="codes", by=name, codelists={"place": "district"}) for name in ("place", "state"))
    digests = {charts_digest(wanted, lists) for wanted in ((), (one,), (other,), (one, other))}
    assert len(digests) == 4 and charts_digest((one,), lists) == charts_digest((one,), lists)
    changed = {**lists, "district": replace(lists["district"], digest="0")}
    assert charts_digest((one,), changed) not in digests
