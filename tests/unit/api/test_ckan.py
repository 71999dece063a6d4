"""CKAN's action API, as CKAN's own client and its harvester use it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from apiserving import Site
from ckanapi import NotFound, RemoteCKAN, ValidationError


@pytest.fixture(params=[False, True], ids=["post", "get"])
def remote(request: pytest.FixtureRequest, site: Site) -> RemoteCKAN:
    return RemoteCKAN(site.url, get_only=request.param)


def test_a_client_walks_the_whole_catalog(remote: RemoteCKAN, site: Site) -> None:
    names = remote.action.package_list()
    assert names == ["lamp_inventory", "tree_inventory"]
    found = [remote.action.package_search(rows=1, start=start)["results"][0]["name"] for start in range(2)]
    assert found == names
    for name in names:
        package = remote.action.package_show(id=name)
        assert package["organization"]["title"] == "Parks Office"
        assert package["title_translated"]["zh"] == "树木清单"
        for resource in package["resources"]:
            assert remote.action.resource_show(id=resource["id"]) == resource
            answer = site.ask(resource["url"].removeprefix(site.url))
            assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, resource["mimetype"])
        seen = 0
        while page := remote.action.datastore_search(resource_id=package["resources"][0]["id"], limit=5, offset=seen)[
            "records"
        ]:
            seen += len(page)
        assert seen == (12 if name == "tree_inventory" else 2)
    assert [entry["name"] for entry in remote.action.organization_list(all_fields=True)] == [
        "east_district_office",
        "parks_office",
    ]
    assert remote.action.organization_show(id="parks_office")["package_count"] == 2
    assert remote.action.status_show()["snapshot"] == 5


def test_rows(remote: RemoteCKAN) -> None:
    found = remote.action.datastore_search(
        resource_id="tree_inventory.csv", filters=json.dumps({"tree_id": ["T00001", "T00009"], "species": "ginkgo"}),
        fields="tree_id,height", sort="tree_id desc", limit=2,
    )  # fmt: skip
    assert (found["total"], [row["tree_id"] for row in found["records"]]) == (3, ["T00009", "T00001"])
    assert found["fields"] == [{"id": "tree_id", "type": "text"}, {"id": "height", "type": "numeric"}]
    assert remote.action.datastore_search(resource_id="tree_inventory", limit=0, include_total=False)["records"] == []


@pytest.mark.parametrize(
    ("action", "arguments", "error"),
    [
        ("package_show", {"id": "nothing"}, NotFound), ("package_show", {}, NotFound),
        ("package_show", {"id": "bench_inventory"}, NotFound),
        ("resource_show", {"id": "tree_inventory.xls"}, NotFound), ("organization_show", {"id": "nobody"}, NotFound),
        ("datastore_search", {"resource_id": "tree_inventory", "filters": '{"nothing": 1}'}, ValidationError),
        ("datastore_search", {"resource_id": "tree_inventory", "filters": "[1]"}, ValidationError),
        ("datastore_search", {"resource_id": "tree_inventory", "offset": 100_001}, ValidationError),
        ("datastore_search", {"resource_id": "tree_inventory", "limit": "many"}, ValidationError),
        ("package_search", {"q": "(("}, ValidationError), ("package_search", {"sort": "nothing asc"}, ValidationError),
        ("package_create", {"name": "x"}, NotFound),
    ],
)  # fmt: skip
def test_errors_are_ckans(remote: RemoteCKAN, action: str, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        remote.call_action(action, arguments)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"q": "*:*"}, ["lamp_inventory", "tree_inventory"]), ({"q": "lamp"}, ["lamp_inventory"]),
        ({"q": "TREES city"}, ["lamp_inventory", "tree_inventory"]),
        ({"q": "城市 树木"}, ["lamp_inventory", "tree_inventory"]),
        ({"q": "title:lamp"}, []), ({"q": "-name:lamp_inventory"}, ["tree_inventory"]), ({"q": "whale"}, []),
        ({"fq": "organization:parks_office"}, ["lamp_inventory", "tree_inventory"]),
        ({"fq": "-organization:parks_office"}, []),
        ({"fq": "+organization:(east_office OR \"parks_office\") AND name:tree"}, ["tree_inventory"]),
        ({"fq": "metadata_modified:[2026-04-02T00:00:00Z TO *]"}, ["tree_inventory"]),
        ({"fq": "metadata_modified:[* TO 2026-04-02T00:00:00Z]"}, ["lamp_inventory"]),
        ({"fq": "metadata_modified:[* TO *]", "fq_list": '["name:lamp_inventory"]'}, ["lamp_inventory"]),
        ({"sort": "metadata_modified desc"}, ["tree_inventory", "lamp_inventory"]),
        ({"sort": "id desc, title asc"}, ["tree_inventory", "lamp_inventory"]),
        ({"sort": "score desc, metadata_modified asc", "rows": 1, "start": 1}, ["tree_inventory"]), ({"rows": 0}, []),
    ],
)  # fmt: skip
def test_searching(site: Site, arguments: dict[str, Any], names: list[str]) -> None:
    for path in ("/api/3/action", "/api/2/action", "/api/action"):
        answer = site.ask(f"{path}/package_search?{urlencode(arguments)}")
        assert [entry["name"] for entry in answer.json["result"]["results"]] == names


def test_facets(site: Site) -> None:
    fields = quote('["organization", "res_format", "nothing"]')
    result = site.ask(f"/api/3/action/package_search?facet.field={fields}&rows=0").json["result"]
    assert result["facets"] == {
        "organization": {"parks_office": 2},
        "res_format": {"CSV": 2, "JSON": 2, "Parquet": 2},
        "nothing": {},
    }
    assert result["count"] == 2


def test_addresses_are_those_that_the_request_came_to(site: Site) -> None:
    def url(host: str) -> str:
        return str(site.ask("/api/3/action/package_show?id=tree_inventory", Host=host).json["result"]["url"])

    assert url("data.example").startswith("http://data.example/")
    assert url("[::1]:8080").startswith("http://[::1]:8080/")
    for host in ("evil.example/path", "a b", "<script>", "@x"):
        assert url(host).startswith(site.url)


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"\xff", b"[" * 50_000, b'"x"', b'{"id": {"a": 1}}', b'{"id": "\\ud800"}', b'{"id": null}']
)
def test_bodies_that_make_no_sense(site: Site, body: bytes) -> None:
    for action in ("package_show", "package_search", "datastore_search", "organization_show"):
        assert site.ask(f"/api/3/action/{action}", "POST", body, Content_Type="application/json").status in {
            200,
            404,
            409,
        }
