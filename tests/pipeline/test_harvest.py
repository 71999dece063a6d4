"""``gongkai harvest`` against servers that answer well, badly, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from describing import dataset_file, update
from flowing import GOOD, HEADER, Command
from harvesting import data_json, dataset, describe_harvest, failure, harvested
from serving import Answer, Server, endless, file, sends, serving

from pipelines.catalog.harvested import HarvestedDataset, harvested_datasets, harvested_source, harvested_sources
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore

TREES = (HEADER + GOOD).encode()
MAPPED = {"dataset": "tree_inventory", "organisation": "parks_office", "file": "other.csv", "period": "2025",
          "media_type": "text/csv"}  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def listed(workspace: Workspace, name: str = "neighbour") -> list[HarvestedDataset]:
    store = FolderStore(workspace.catalog)
    source = harvested_source(store, name)
    assert source is not None
    return list(harvested_datasets(store, source))


def names(workspace: Workspace, name: str = "neighbour") -> list[str]:
    return [entry.identifier for entry in listed(workspace, name)]


def redirects(url: str) -> Answer:
    return sends(b"", 302, Location=url)


def test_the_same_document_is_not_read_again(workspace: Workspace, gongkai: Command, server: Server) -> None:
    describe_harvest(workspace, url=server.url("/data.json"))
    server.answers["/data.json"] = file(data_json(dataset()), '"1"')
    result = gongkai("harvest")
    assert result.exit_code == 0 and "listed" in result.stdout
    before = harvested_source(FolderStore(workspace.catalog), "neighbour")
    assert harvested(gongkai)["neighbour"]["outcome"] == "unchanged"
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    after = harvested_source(FolderStore(workspace.catalog), "neighbour")
    assert before is not None and after is not None
    assert (before.read, before.sha256, before.digest) == (after.read, after.sha256, after.digest)
    # The address is asked in any case where what came of it is not there any more, or another document would do.
    (document,) = workspace.fetching.rglob("document")
    assert document.stat().st_mode & 0o077 == 0
    document.write_bytes(b"{}")
    assert harvested(gongkai)["neighbour"]["outcome"] == "unchanged"
    assert "If-None-Match" not in server.asked[-1][1]
    describe_harvest(workspace, url=server.url("/data.json"), title={"zh": "新名", "en": "New name"})
    assert harvested(gongkai)["neighbour"]["outcome"] == "listed"
    (now,) = harvested_sources(FolderStore(workspace.catalog))
    assert now.title == {"zh": "新名", "en": "New name"}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (sends(b"", 503), "fetch-status"),
        (sends(b"<html>"), "harvest-not-json"),
        (sends(data_json()), "harvest-empty"),
        (sends(data_json({"title": "no identifier"})), "harvest-empty"),
        (sends(b'{"error": "no such page"}'), "harvest-empty"),
        (sends(data_json(dataset(), dataset("more"), dataset("yet more"))), "harvest-too-many"),
        (endless, "fetch-too-large"),
        (sends(data_json(dataset("\u202ehush")), Content_Encoding="gzip"), "fetch-content-encoding"),
        (redirects("https://elsewhere.example/data.json"), "fetch-redirect-host"),
        (redirects("file:///etc/passwd"), "fetch-address"),
    ],
)
def test_what_was_read_last_stays_when_a_catalog_fails(
    workspace: Workspace, gongkai: Command, server: Server, answer: Answer, message: str
) -> None:
    url = server.url("/data.json")
    describe_harvest(workspace, url=url, max_datasets=2, max_megabytes=1)
    server.answers["/data.json"] = sends(data_json(dataset()))
    harvested(gongkai)
    server.answers["/data.json"] = answer
    assert failure(gongkai) == message
    assert names(workspace) == ["trees"]
    told = gongkai("harvest")
    assert "stays" in told.stdout and told.exit_code == 1 and "→" in told.stderr
    row = harvested(gongkai)["neighbour"]
    assert row["age_days"] == 0 and row["checked"].endswith("Z") and row["datasets"] == 1


def test_a_failing_catalog_stops_no_other(workspace: Workspace, gongkai: Command, server: Server) -> None:
    describe_harvest(workspace, "a_down", url=server.url("/down"))
    describe_harvest(workspace, "b_broken", url=server.url("/data.json"), publishers=["misspelt"])
    describe_harvest(workspace, "c_good", url=server.url("/data.json"))
    server.answers |= {"/down": sends(b"", 500), "/data.json": sends(data_json(dataset()))}
    result = gongkai("harvest", "--json")
    rows = {row["source"]: row for row in json.loads(result.stdout)["sources"]}
    assert result.exit_code == 1
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "a_down": "failed", "b_broken": "failed", "c_good": "listed",
    }  # fmt: skip
    assert rows["b_broken"]["message"]["id"] == "harvest-broken"
    assert gongkai("harvest", "c_good").exit_code == 0
    assert gongkai("harvest", "d_unknown").exit_code == 2
    (workspace.schema / "harvest" / "c_good.yaml").unlink()
    assert harvested(gongkai)["c_good"]["outcome"] == "removed"
    assert list(harvested_sources(FolderStore(workspace.catalog))) == []
    assert not list((workspace.catalog / "harvested").rglob("*.jsonl"))


def test_a_list_that_was_damaged_is_made_anew(workspace: Workspace, gongkai: Command, server: Server) -> None:
    describe_harvest(workspace, url=server.url("/data.json"))
    server.answers["/data.json"] = sends(data_json(dataset()))
    harvested(gongkai)
    (kept,) = (workspace.catalog / "harvested" / "neighbour").glob("*.jsonl")
    size = kept.stat().st_size
    kept.chmod(0o600)
    kept.write_bytes(b"?" * size)
    assert harvested(gongkai)["neighbour"]["outcome"] == "listed"
    assert names(workspace) == ["trees"]
    assert harvested(gongkai)["neighbour"]["outcome"] == "unchanged"


def test_without_descriptors_there_is_nothing_to_do(gongkai: Command) -> None:
    result = gongkai("harvest")
    assert result.exit_code == 0 and "harvest/<name>.yaml" in result.stdout


def test_which_datasets_appear(workspace: Workspace, gongkai: Command, server: Server) -> None:
    describe_harvest(workspace, url=server.url("/data.json"), licence="CC-BY-4.0", licences=["CC-BY-4.0", "CC0-1.0"],
                     datasets={"include": ["park-*", "trees"], "exclude": ["*-draft"]})  # fmt: skip
    server.answers["/data.json"] = sends(data_json(
        dataset("trees"), dataset("trees", title="again"), dataset("roads"), dataset("park-draft"),
        dataset("park-1", license="http://creativecommons.org/publicdomain/zero/1.0/legalcode"),
        dataset("park-2", license="https://example.org/ask-us"), dataset("park-3", license="cc-by-4.0"), "text",
    ))  # fmt: skip
    row = harvested(gongkai)["neighbour"]
    assert row["left_out"] == {"excluded": 2, "licence": 1, "repeated": 1, "unreadable": 1}
    assert [(entry.identifier, entry.licence) for entry in listed(workspace)] == [
        ("trees", "CC-BY-4.0"), ("park-1", "CC0-1.0"), ("park-3", "CC-BY-4.0"),
    ]  # fmt: skip


def test_a_context_elsewhere_is_never_asked_for(workspace: Workspace, gongkai: Command, server: Server) -> None:
    describe_harvest(workspace, url=server.url("/data.json"))
    context = server.url("/context")
    server.answers["/data.json"] = sends(data_json(dataset(), **{"@context": context, "describedBy": context}))
    assert harvested(gongkai)["neighbour"]["outcome"] == "listed"
    assert [path for path, _ in server.asked] == ["/data.json"]


def pages(count: int, *, told: int | None = None, moving: bool = False) -> Answer:
    """A portal with ``count`` packages, which says that it has ``told``; ``moving``: another number on each page."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        start, rows = int(asked["start"][0]), int(asked["rows"][0])
        found = [{"name": f"p{number:04d}", "title": "P"} for number in range(start, min(start + rows, count))]
        number = (told or count) + (start if moving else 0)
        body = json.dumps({"success": True, "result": {"count": number, "results": found}}).encode()
        sends(body)(handler)

    return answer


def test_a_portal_is_read_page_by_page(workspace: Workspace, gongkai: Command, server: Server) -> None:
    describe_harvest(workspace, url=server.url("/portal/"), kind="ckan")
    server.answers["/portal/api/3/action/package_search"] = pages(250)
    assert harvested(gongkai)["neighbour"]["datasets"] == 250
    assert [parse_qs(urlsplit(path).query)["start"] for path, _ in server.asked] == [["0"], ["100"], ["200"]]
    assert names(workspace)[::249] == ["p0000", "p0249"]
    server.answers["/portal/api/3/action/package_search"] = pages(90)
    assert harvested(gongkai)["neighbour"]["datasets"] == 90
    assert len(list(workspace.fetching.rglob("document"))) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (pages(250, told=300), "harvest-incomplete"),
        (pages(250, moving=True), "harvest-changed-meanwhile"),
        (pages(0), "harvest-empty"),
        (sends(b'{"success": false, "error": {}}'), "harvest-not-ckan"),
        (sends(b'{"result": {"results": [1, 2]}}'), "harvest-not-ckan"),
        (sends(b"[]"), "harvest-not-json"),
        (sends(b'{"result": {"count": 1e999, "results": []}}'), "harvest-not-ckan"),
        (sends(b'{"result": {"count": 3, "results": ["%s"]}}' % (b"x" * 400_000)), "fetch-too-large"),
    ],
)
def test_portals_that_do_not_add_up(
    workspace: Workspace, gongkai: Command, server: Server, answer: Answer, message: str
) -> None:
    describe_harvest(workspace, url=server.url("/portal"), kind="ckan", max_megabytes=1)
    server.answers["/portal/api/3/action/package_search"] = answer
    assert failure(gongkai) == message


def republished(workspace: Workspace, gongkai: Command, server: Server, **entries: Any) -> dict[str, Any]:
    """What becomes of datasets that are re-published, by identifier."""
    describe_harvest(workspace, url=server.url("/data.json"), licence="CC-BY-4.0", licences=["CC-BY-4.0"],
                     republish=entries)  # fmt: skip
    return {row["identifier"]: row for row in harvested(gongkai)["neighbour"]["republished"]}


def csv_of(server: Server, path: str = "/t.csv", **keys: Any) -> dict[str, Any]:
    return {"downloadURL": server.url(path), "mediaType": "text/csv", "title": "Table", **keys}


def checksum(algorithm: str, value: str) -> dict[str, Any]:
    return {"algorithm": algorithm, "checksumValue": value}


def test_files_that_cannot_be_republished_are_told_and_others_delivered(
    workspace: Workspace, gongkai: Command, server: Server
) -> None:
    server.answers |= {"/t.csv": sends(TREES), "/data.json": sends(data_json(
        dataset("good", distribution=[csv_of(server)]),
        dataset("two", distribution=[csv_of(server), csv_of(server)]),
        dataset("none", distribution=[csv_of(server, mediaType="text/html")]),
        dataset("closed", license="CC-BY-4.0", distribution=[csv_of(server, license="https://example.org/ask-us")]),
        dataset("host", distribution=[csv_of(server) | {"downloadURL": "http://elsewhere.example/t.csv"}]),
        dataset("inside", distribution=[csv_of(server) | {"downloadURL": "http://10.0.0.1/t.csv"}]),
        dataset("wrong", distribution=[csv_of(server, checksum=checksum("MD5", "ab" * 16))]),
        dataset("junk", distribution=[csv_of(server, checksum=checksum("etag", "1"))]),
        dataset("query", distribution=[csv_of(server) | {"downloadURL": server.url("?file=t.csv")}]),
    ))}  # fmt: skip
    told_of = ("two", "none", "closed", "host", "inside", "wrong", "absent", "query")
    periods = dict(zip(told_of, range(2026, 2034), strict=True))
    entries = {name: {**MAPPED, "period": f"{year}"} for name, year in periods.items()}
    entries |= {"good": MAPPED, "junk": {**MAPPED, "organisation": "east_district_office", "title": "Table"}}
    rows = republished(workspace, gongkai, server, **entries)
    told = {name: row["message"] and row["message"]["id"] for name, row in rows.items()}
    assert told == {
        "good": None, "junk": None, "two": "harvest-distribution", "none": "harvest-distribution",
        "closed": "harvest-licence", "host": "fetch-host", "inside": "fetch-host", "wrong": "harvest-checksum",
        "absent": "harvest-absent", "query": "fetch-address",
    }  # fmt: skip
    assert {row["outcome"] for row in rows.values()} == {"placed", "failed"}
    assert sorted(path.parent.parent.parent.name for path in workspace.inbox.rglob("other.csv")) == [
        "east_district_office", "parks_office",
    ]  # fmt: skip
    result = gongkai("harvest")
    assert result.exit_code == 1 and "wrong → tree_inventory" in result.stderr


def test_files_of_one_delivery_come_together_or_not_at_all(
    workspace: Workspace, gongkai: Command, server: Server
) -> None:
    good = dataset("good", distribution=[csv_of(server)])
    server.answers |= {"/t.csv": sends(TREES), "/data.json": sends(data_json(good))}
    rows = republished(workspace, gongkai, server, good=MAPPED, absent={**MAPPED, "file": "second.csv"})
    assert {name: row["outcome"] for name, row in rows.items()} == {"good": "held", "absent": "failed"}
    assert not list(workspace.inbox.rglob("*.csv"))


def test_a_file_is_asked_for_only_while_its_checksum_is_new(
    workspace: Workspace, gongkai: Command, server: Server
) -> None:
    given = checksum("sha512", "0" * 128)
    server.answers["/t.csv"] = sends(TREES)
    server.answers["/data.json"] = sends(data_json(dataset("good", distribution=[csv_of(server)])))
    assert republished(workspace, gongkai, server, good=MAPPED)["good"]["outcome"] == "placed"
    assert republished(workspace, gongkai, server, good=MAPPED)["good"]["outcome"] == "unchanged"
    assert [path for path, _ in server.asked].count("/t.csv") == 2  # the server tells nothing to compare with
    right = checksum("http://spdx.org/rdf/terms#checksumAlgorithm_sha512", hashlib.sha512(TREES).hexdigest())
    for said, outcome, asked in ((given, "failed", 3), (right, "unchanged", 4), (right, "unchanged", 4)):
        server.answers["/data.json"] = sends(data_json(dataset("good", distribution=[csv_of(server, checksum=said)])))
        assert republished(workspace, gongkai, server, good=MAPPED)["good"]["outcome"] == outcome
        assert [path for path, _ in server.asked].count("/t.csv") == asked


def test_each_period_goes_where_the_catalog_says_it_belongs(
    workspace: Workspace, gongkai: Command, server: Server
) -> None:
    server.answers["/t.csv"] = sends(TREES)
    told = []
    for temporal in ("2024-01-01/2024-12-31", "2025/2025", "2024/2025"):
        good = dataset("good", temporal=temporal, distribution=[csv_of(server)])
        server.answers["/data.json"] = sends(data_json(good))
        row = republished(workspace, gongkai, server, good={**MAPPED, "period": "from_temporal"})["good"]
        told.append((row["outcome"], row["path"] or row["message"]["id"]))
    place = "parks_office/tree_inventory"
    assert told == [
        ("placed", f"{place}/2024/other.csv"), ("placed", f"{place}/2025/other.csv"), ("failed", "harvest-temporal"),
    ]  # fmt: skip
    assert [(workspace.inbox / path).read_bytes() for _, path in told[:2]] == [TREES, TREES]


def test_a_dataset_of_ours_that_is_broken_is_told(workspace: Workspace, gongkai: Command, server: Server) -> None:
    server.answers["/data.json"] = sends(data_json(dataset("good", distribution=[csv_of(server)])))
    update(dataset_file(workspace), period="hourly")
    row = republished(workspace, gongkai, server, good=MAPPED)["good"]
    assert (row["outcome"], row["message"]["id"]) == ("failed", "harvest-broken-dataset")
