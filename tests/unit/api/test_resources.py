"""Datasets, versions and fields; the OpenAPI document and its page; releases that come while the server runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from apiserving import SMALL, Site, site_of
from jsonschema import Draft202012Validator
from publishing import NOW, add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.api.problems import SLUGS
from pipelines.api.v1.openapi import openapi
from pipelines.core.messages import LANGUAGES, message_ids
from pipelines.publish import FolderStore, withdraw

HOME = "/api/v1/datasets/tree_inventory"


def test_datasets_page_by_page(site: Site) -> None:
    first = site.ask("/api/v1/datasets?limit=1")
    assert [entry["id"] for entry in first.json["datasets"]] == ["lamp_inventory"]
    assert first.headers["link"] == f'<{first.json["next"]}>; rel="next"'
    second = site.ask(first.json["next"]).json
    assert ([entry["id"] for entry in second["datasets"]], second["complete"], second["next"]) == (
        ["tree_inventory"],
        True,
        None,
    )
    assert site.ask("/api/v1/datasets?theme=nothing").json["datasets"] == []


def test_a_dataset_and_its_versions(site: Site) -> None:
    about = site.ask(HOME).json
    assert (about["version"], about["rows"], about["title"]["zh"]) == ("1.2.0", 12, "树木清单")
    assert about["key"] == ["tree_id"]
    assert [field["name"] for field in about["fields"]][:2] == ["tree_id", "species"]
    assert "keeper_phone" not in str(about["fields"])
    for entry in about["files"]:
        assert len(site.ask(entry["path"]).body) == entry["bytes"]
    versions = site.ask(f"{HOME}/versions").json["versions"]
    assert [entry["version"] for entry in versions] == ["1.2.0", "1.1.0", "1.0.0"]
    assert versions[1]["withdrawn"] == {
        "at": "2026-04-04T08:30:00Z",
        "reason": {"zh": "测试", "en": "a test"},
        "basis": "Act 1",
    }
    assert versions[0]["withdrawn"] is None
    assert site.ask(f"{HOME}/versions/1.0.0").json["rows"] == 5
    assert site.ask(f"{HOME}/versions/1.1.0").status == 410
    assert site.ask(f"{HOME}/fields?as_of=2026-04-01").json["version"] == "1.0.0"
    assert site.ask("/api/v1/datasets/bench_inventory").status == 410
    assert site.ask("/api/v1/datasets/bench_inventory/versions").json["versions"][0]["withdrawn"]["basis"] == "Act 1"


@pytest.mark.parametrize(
    "path", ["/api/v1/datasets/no", "/api/v1/datasets/%27",
    "/api/v1/datasets/a%00", f"{HOME}/versions/9.9.9", f"{HOME}/versions/x",
             f"{HOME}/nothing", "/api/v1/nothing", "/api/v2/", "/api/v1/datasets/",
             "/sql/", f"{HOME}/versions/1.0.0/rows"],
)  # fmt: skip
def test_what_is_not_there(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_unknown_parameters_are_told(site: Site) -> None:
    for path in (
        "/api/v1/datasets?q=x",
        f"{HOME}?x=1",
        f"{HOME}/versions?limit=1",
        "/sql?sql=SELECT+1",
        f"{HOME}/fields?limit=1",
    ):
        assert site.ask(path).json["type"] == "/api/v1/#no-parameter"


def test_answers_are_what_the_document_says(site: Site) -> None:
    document = site.ask("/api/v1/openapi.json").json
    for path, schema in (("/api/v1/datasets", "Datasets"), (HOME, "Dataset"), (f"{HOME}/versions", "Versions"),
    (f"{HOME}/versions/1.0.0", "Version"),
                         (f"{HOME}/fields", "Fields"), (f"{HOME}/rows", "Rows"), ("/sql?query=SELECT+1", "Result"),
                         ("/nothing", "Problem")):  # fmt: skip
        validator = Draft202012Validator(
            {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        )
        validator.validate(site.ask(path).json)


def test_the_document_and_the_page_in_both_languages(site: Site) -> None:
    titles = {
        language: site.ask("/api/v1/openapi.json", Accept_Language=language).json["info"]["title"]
        for language in LANGUAGES
    }
    assert titles["en"] != titles["zh"]
    for language in LANGUAGES:
        answer = site.ask("/api/v1/", Accept_Language=language)
        page = answer.body.decode()
        assert titles[language] in page
        assert f'lang="{language}"' in page
        assert not re.search(r"(src|href)=.(https?:)?//|@import|url\(", page)
        assert all(f'id="{slug}"' in page for slug in SLUGS)
        HTMLParser().feed(page)
        assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    assert site.ask("/api/v1").headers["location"] == "/api/v1/"


def test_every_text_is_in_the_catalogue() -> None:
    for language in LANGUAGES:
        assert {f"api-{slug}-title" for slug in SLUGS} | {f"api-{slug}" for slug in SLUGS} <= message_ids(language)
        assert openapi(SMALL, language)["openapi"] == "3.1.0"


def test_releases_that_come_while_the_server_runs(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    workspace.catalog.mkdir()
    store = FolderStore(workspace.catalog)
    with site_of(workspace.catalog) as site:
        early = site.ask("/api/v1/datasets", Accept_Language="zh;q=0.5, en;q=0.1")
        assert (early.status, early.json["title"]) == (503, "尚无发布")
        add_candidate(workspace, [tree(1)])
        release_now(workspace, registry(workspace))
        # Released, but its index is not made yet.
        assert site.ask(HOME).status == 503
        index_now(workspace)
        assert site.ask(HOME).json["version"] == "1.0.0"
        add_candidate(workspace, [tree(1), tree(2)])
        release_now(workspace, registry(workspace), NOW)
        assert site.ask(HOME).json["version"] == "1.0.0"
        index_now(workspace)
        assert site.ask(HOME).json["version"] == "1.1.0"
        # A withdrawal counts from its commit on, before there is an index of it.
        withdraw(store, "tree_inventory", ["1.0.0"], {"zh": "测试", "en": "a test"}, NOW)
        assert site.ask(f"{HOME}/versions/1.0.0").status == 410
        assert site.ask("/sql?query=FROM+parks.tree_inventory").json["type"] == "/api/v1/#query-withdrawn"
        index_now(workspace)
        assert len(site.ask("/sql?query=FROM+parks.tree_inventory").json["rows"]) == 2
        # Damage leaves what was served before.
        (workspace.catalog / "latest.json").write_bytes(b"{}")
        assert site.ask(HOME).status == 200
