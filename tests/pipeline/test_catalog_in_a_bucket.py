"""The whole way with a catalog that is kept in a bucket: run, query, correct, verify."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flowing import GOOD, HEADER, Command, Deliver
from harvesting import data_json, dataset, describe_harvest, harvested
from s3_serving import s3_server
from serving import sends, serving

from pipelines.catalog import open_catalog
from pipelines.catalog.harvested import harvested_datasets, harvested_sources
from pipelines.core.paths import Workspace
from pipelines.publish.stores import open_store

TREES = "tree_inventory"
MORE = "t3,pine,999902,3,2021-03-01,,,\n"
WHY = ("--reason-zh", "录入有误", "--reason-en", "Entered by mistake")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with s3_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        address = server.fresh_bucket()
        monkeypatch.setenv("GONGKAI_CATALOG", f"{address}/open data")
        yield f"{address}/open data"


def test_a_catalog_in_a_bucket_is_like_one_in_a_folder(gongkai: Command, deliver: Deliver, workspace: Workspace,
                                                        bucket: str, tmp_path: Path) -> None:  # fmt: skip
    deliver(HEADER + GOOD)
    assert gongkai("run").exit_code == 0
    deliver(HEADER + GOOD + MORE)
    assert bucket in gongkai("run").stdout
    assert "Nothing has changed" in gongkai("run").stdout
    assert not list(workspace.catalog.rglob("*")) or not workspace.catalog.exists()
    count = f"SELECT count(*) AS trees FROM parks.{TREES}"
    assert gongkai.json("query", count) == [{"trees": 3}]
    with open_catalog(bucket, cache=tmp_path / "cache") as catalog:
        assert catalog.query(count).fetchall() == [(3,)]
        assert catalog.dataset(TREES, "1.0.0").to_arrow_table().num_rows == 2
        assert len(list((tmp_path / "cache").rglob("*.parquet"))) == 2
        assert catalog.diff(TREES).to_arrow_table()["change"].to_pylist() == ["added"]
    assert gongkai.json("rollback", TREES, "1.0.0", *WHY)["version"] == "1.1.1"
    assert [row["version"] for row in gongkai.json("versions", TREES)] == ["1.0.0", "1.1.0", "1.1.1"]
    assert gongkai.json("query", count) == [{"trees": 2}]
    folder, store = f"downloads/{TREES}/1.1.1", open_store(bucket, tmp_path / "cache")
    assert store.read(f"{folder}/{TREES}-1.1.1.csv").count(b"\r\n") == 3
    assert {entry.path.rpartition("/")[0] for entry in store.entries("downloads")} == {"downloads", folder}
    assert gongkai("verify").exit_code == 0
    assert gongkai.json("gc", "--grace-days", "0")["files"] == []


def test_catalogs_elsewhere_are_listed_in_a_bucket(gongkai: Command, workspace: Workspace, bucket: str,
                                                   tmp_path: Path) -> None:  # fmt: skip
    store = open_store(bucket, tmp_path / "cache")
    with serving() as server:
        describe_harvest(workspace, url=server.url("/data.json"))
        for name in ("trees", "benches"):
            server.answers["/data.json"] = sends(data_json(dataset(name)))
            assert harvested(gongkai)["neighbour"]["outcome"] == "listed"
            (source,) = harvested_sources(store)
            assert [entry.identifier for entry in harvested_datasets(store, source)] == [name]
            assert len(store.names("harvested/neighbour")) == 1
