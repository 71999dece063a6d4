"""Rows of versions: conditions, order, pages by key, formats."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apiserving import SMALL, Site, site_of
from publishing import NOW, add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.core.paths import Workspace

ROWS = "/api/v1/datasets/tree_inventory/rows"


def rows(site: Site, /, **parameters: Any) -> list[dict[str, Any]]:
    return pages(site, f"{ROWS}?{urlencode(parameters)}")


def pages(site: Site, path: str) -> list[dict[str, Any]]:
    """All rows of all pages."""
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        answer = site.ask(following)
        assert answer.status == 200, answer.body
        page = answer.json
        assert page["complete"] == (page["next"] is None) == (answer.headers["gongkai-complete"] == "true")
        assert int(answer.headers["gongkai-rows"]) == len(page["rows"])
        assert answer.headers.get("link") == (f'<{page["next"]}>; rel="next"' if page["next"] else None)
        found += page["rows"]
        following = page["next"]
    return found


@pytest.mark.parametrize(
    ("limit", "sort"),
    [(1, ""), (1, "height"), (3, "-species"), (5, "felled,-planted"), (12, ""), (13, "district,species")],
)
def test_pages_have_every_row_once(site: Site, limit: int, sort: str) -> None:
    found = rows(site, limit=limit, sort=sort)
    assert len(found) == 12
    everything = rows(site, limit=50)
    assert sorted(map(str, found)) == sorted(map(str, everything))
    if sort == "-species":
        assert [row["species"] for row in found] == sorted((row["species"] for row in found), reverse=True)
    if not sort:
        assert [row["tree_id"] for row in found] == sorted(row["tree_id"] for row in found)
    if "-planted" in sort:
        assert found[-1]["planted"] is None  # What is missing comes last, whatever the order.


@pytest.mark.parametrize(
    ("parameters", "trees"),
    [
        ({"tree_id": "T00001"}, ["T00001", "T00001"]), ({"tree_id[eq]": "T00002", "species": "pine"}, ["T00002"]),
        ({"tree_id[in]": 'T00008,"T00009",none'}, ["T00008", "T00009"]), ({"planted[null]": "true"}, ["T00008"]),
        ({"tree_id[gt]": "T00006"}, ["T00007", "T00008", "T00009"]), ({"tree_id[gte]": "T00009"}, ["T00009"]),
        ({"tree_id[lt]": "T00002"}, ["T00001", "T00001"]), ({"species[ne]": "ginkgo"}, ["T00002"]),
        ({"planted[lte]": "2001-03-12", "tree_id[gte]": "T00006"}, ["T00006", "T00007", "T00009"]),
        ({"note[contains]": "释 9"}, ["T00009"]), ({"height": "3.5", "tree_id": "T00007"}, ["T00007"]),
        ({"height[gt]": "1e2"}, []), ({"tree_id": "'; DROP TABLE x --"}, []), ({"tree_id": ""}, []),
        ({"planted[null]": "false", "tree_id[gte]": "T00008"}, ["T00009"]),
    ],
)  # fmt: skip
def test_conditions(site: Site, parameters: dict[str, str], trees: list[str]) -> None:
    assert [row["tree_id"] for row in rows(site, **parameters)] == trees


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("nothing=1", "no-field"), ("height=tall", "value"), ("height=1.005", "value"), ("height=NaN", "value"),
        ("height=1e99", "value"), ("height=" + "9" * 500, "value"), ("planted=2001-13-01", "value"),
        ("planted=2001-3-1", "value"), ("planted[gt]=20010312", "value"), ("tree_id=%00", "value"),
        ("planted[null]=maybe", "value"), ("tree_id[like]=x", "no-operator"), ("tree_id[gt=x", "no-operator"),
        ("tree_id[]=x", "no-operator"), ("tree_id[in]=" + ",".join("x" * 501), "too-many-values"),
        ("&".join(["tree_id=x"] * 51), "too-many-filters"), ("columns=tree_id,keeper_phone", "no-field"),
        ("sort=keeper_phone", "no-field"), ("keeper_phone=1", "no-field"), ("limit=0", "number"),
        ("limit=51", "number"),
        ("limit=-1", "number"), ("limit=1&limit=2", "parameter"), ("format=xlsx", "no-format"), ("cursor=x", "cursor"),
        ("cursor=", "cursor"), ("cursor=W10", "cursor"), ("limit=all&sort=species", "all-unsorted"),
        ("as_of=yesterday", "time"), ("version=1.0.0&as_of=2026-04-02", "version-and-time"),
        ("tree_id[in]=" + quote("a\nb"), "value"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_told(site: Site, query: str, problem: str) -> None:
    english, chinese = (site.ask(f"{ROWS}?{query}", Accept_Language=language) for language in ("en", "zh-CN, en;q=0.5"))
    assert (english.status, english.json["type"]) == (400, f"/api/v1/#{problem}")
    assert english.headers["content-type"] == "application/problem+json"
    assert english.json["detail"] != chinese.json["detail"]
    assert chinese.headers["content-language"] == "zh"


def test_columns_in_the_order_asked_for(site: Site) -> None:
    page = site.ask(f"{ROWS}?columns=height,tree_id&limit=1").json
    assert [column["name"] for column in page["columns"]] == ["height", "tree_id"]
    assert page["rows"] == [{"height": 3.5, "tree_id": "T00001"}]


def test_any_version(site: Site) -> None:
    assert len(rows(site, version="1.0.0")) == 5
    assert len(rows(site, as_of="2026-04-01")) == 5
    assert len(rows(site, as_of="2026-04-03T08:30:00Z")) == 12
    assert site.ask(f"{ROWS}?as_of=2026-03-31").json["type"] == "/api/v1/#no-release"
    assert site.ask(f"{ROWS}?version=9.9.9").json["type"] == "/api/v1/#no-version"
    assert site.ask(f"{ROWS}?version=latest").status == 404
    assert site.ask("/api/v1/datasets/nothing/rows").json["type"] == "/api/v1/#no-dataset"
    for path in (f"{ROWS}?version=1.1.0", f"{ROWS}?as_of=2026-04-02", "/api/v1/datasets/bench_inventory/rows"):
        assert (site.ask(path).status, site.ask(path).json["type"]) == (410, "/api/v1/#withdrawn")


def test_a_cursor_belongs_to_what_it_was_made_for(site: Site) -> None:
    cursor = site.ask(f"{ROWS}?limit=2").json["next"].rpartition("cursor=")[2]
    for other in ("species=pine&", "sort=species&", "version=1.0.0&", "as_of=2026-04-02&"):
        assert site.ask(f"{ROWS}?{other}cursor={cursor}").json["type"] == "/api/v1/#cursor"
    assert site.ask(f"/api/v1/datasets/lamp_inventory/rows?cursor={cursor}").status in {400, 404}
    assert site.ask(f"{ROWS}?limit=3&columns=tree_id&cursor={cursor}").json["rows"][0] == {"tree_id": "T00002"}


@pytest.mark.parametrize("limit", ["all", "50"])
def test_formats_open_with_their_own_readers(site: Site, limit: str) -> None:
    path = f"{ROWS}?tree_id[gte]=T00007&limit={limit}&format="
    expected = [("T00007", Decimal("3.50"), dt.date(2001, 3, 12)), ("T00008", Decimal("3.50"), None),
                ("T00009", Decimal("3.50"), dt.date(2001, 3, 12))]  # fmt: skip
    arrow = pa.ipc.open_stream(site.ask(path + "arrow").body).read_all()
    parquet = pq.read_table(io.BytesIO(site.ask(path + "parquet").body))
    for table in (arrow, parquet):
        found = zip(*(table[name].to_pylist() for name in ("tree_id", "height", "planted")), strict=True)
        assert sorted(found) == expected
    text = site.ask(path + "csv")
    assert text.headers["content-disposition"] == 'attachment; filename="tree_inventory-1.2.0.csv"'
    told = sorted(
        (row["tree_id"], row["height"], row["planted"]) for row in csv.DictReader(io.StringIO(text.body.decode()))
    )
    assert told == [(tree_id, str(height), str(day or "")) for tree_id, height, day in expected]
    lines = site.ask(path + "ndjson").body.decode().splitlines()
    document = site.ask(path + "json").json
    for objects in (map(json.loads, lines), document["rows"]):
        assert sorted((row["tree_id"], row["planted"]) for row in objects) == [
            (tree_id, day and day.isoformat()) for tree_id, _, day in expected
        ]
    assert document["complete"] is True


def test_formats_by_accept(site: Site) -> None:
    assert site.ask(ROWS, Accept="text/csv").headers["content-type"] == "text/csv; charset=utf-8"
    assert site.ask(ROWS, Accept="text/html, */*").headers["content-type"] == "application/json"
    assert site.ask(f"{ROWS}?format=json", Accept="text/csv").headers["content-type"] == "application/json"


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "arrow", "parquet"])
def test_no_rows_are_well_formed_too(site: Site, form: str) -> None:
    for limit in ("all", "5"):
        answer = site.ask(f"{ROWS}?tree_id=none&limit={limit}&format={form}")
        assert answer.status == 200
        if form == "json":
            assert answer.json["rows"] == []
        elif form == "arrow":
            assert pa.ipc.open_stream(answer.body).read_all().num_rows == 0
        elif form == "parquet":
            assert pq.read_table(io.BytesIO(answer.body)).num_rows == 0
        else:
            assert len(answer.body.splitlines()) == (form == "csv")


def test_texts_as_they_are(site: Site) -> None:
    path = "/api/v1/datasets/lamp_inventory/rows?columns=species&format="
    assert [row["species"] for row in site.ask(path + "json").json["rows"]] == ["=1+1", 'a,b\n"c"']
    assert list(csv.reader(io.StringIO(site.ask(path + "csv").body.decode()))) == [["species"], ["=1+1"], ['a,b\n"c"']]


def test_pages_fit_together_while_releases_come(tmp_path: Path) -> None:
    workspace: Workspace = workspace_with_registry(tmp_path)
    add_candidate(workspace, [tree(number) for number in range(1, 8)])
    release_now(workspace, registry(workspace))
    index_now(workspace)
    with site_of(workspace.catalog, SMALL) as site:
        first = site.ask(f"{ROWS}?limit=3").json
        # Rows before, within and after the page that was read, and one taken away.
        add_candidate(workspace, [tree(number) for number in (0, 2, 3, 4, 6, 7, 8)])
        release_now(workspace, registry(workspace), NOW + dt.timedelta(days=1))
        index_now(workspace)
        rest = pages(site, first["next"])
        assert [row["tree_id"] for row in first["rows"] + rest] == [f"T{number:05d}" for number in range(1, 8)]
        newest = site.ask(f"{ROWS}?limit=50")
        assert newest.headers["gongkai-snapshot"] == "2"
        assert newest.json["rows"][0]["tree_id"] == "T00000"
