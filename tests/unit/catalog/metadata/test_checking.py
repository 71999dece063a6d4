"""Rules that others wrote, damaged documents, and the score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from publicising import BASE, documents, refresh, two_datasets

from pipelines.catalog.metadata.checking import MetadataCheck, check_metadata
from pipelines.catalog.metadata.contract import Contract
from pipelines.catalog.metadata.score import MOST, Score, score
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
<urn:shape> a sh:NodeShape ; sh:targetClass dcat:Catalog ; sh:severity sh:Warning ;
    sh:property [ sh:path dcat:catalog ; sh:minCount 1 ], <urn:nothing> .
<urn:nothing> sh:minCount 1 .
"""
DATASET = f"{BASE}datasets/tree_inventory"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = two_datasets(tmp_path_factory.mktemp("made"))
    refresh(workspace)
    return workspace


def check(workspace: Workspace, rules: Path | None = None) -> MetadataCheck:
    return check_metadata(FolderStore(workspace.catalog), Contract.load(workspace.schema), rules)


def test_rules_of_others_are_applied_to_what_they_are_of(made: Workspace, tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text(SHAPES, encoding="utf-8")
    (tmp_path / "broken.ttl").write_text("this is not Turtle", encoding="utf-8")
    entry = {"$id": "https://example.org/entry.json#", "required": ["spatialResolution"]}
    whole = {"$id": "https://example.org/whole.json", "properties": {"dataset": {"items": {"$ref": "entry.json"}}}}
    for name, schema in (
        ("entry.schema.json", entry), ("dcat-us-1.1.json", whole), ("tableschema.json", {"required": ["fields", "x"]}),
        ("datapackage-2.json", {"$ref": "https://example.org/nowhere.json"}), ("dcat-us-3.json", {"required": ["x"]}),
    ):  # fmt: skip
        (tmp_path / name).write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "no.json").write_text("{", encoding="utf-8")
    found = check(made, tmp_path)
    told = {(problem.gate, problem.rule.partition(" ")[0]) for problem in found.problems}
    assert told == {
        ("shacl-violation", "own.ttl"), ("shacl", "broken.ttl:"), ("json-schema", "dcat-us-1.1.json"),
        ("json-schema", "tableschema.json"), ("json-schema", "datapackage-2.json"), ("json-schema", "dcat-us-3.json"),
    }  # fmt: skip
    assert {note.id for note in found.notes} == {"metadata-shapes-without-path", "metadata-rules-unused"}
    assert {str(note.params.get("file")) for note in found.notes} == {"own.ttl", "no.json", "entry.schema.json"}


def test_damaged_documents_are_told(tmp_path: Path) -> None:
    workspace = two_datasets(tmp_path)
    refresh(workspace)
    store, folder = FolderStore(workspace.catalog), "metadata/datasets/benches"
    croissant = json.loads(store.read(f"{folder}/croissant.json"))
    del croissant["license"], croissant["recordSet"][0]["field"][0]["dataType"]
    package = json.loads(store.read(f"{folder}/1.0.0/datapackage.json"))
    package["resources"][0]["schema"]["fields"][0]["type"] = "number of trees"
    for name, content in (
        ("dcat-us.json", b"{"), ("feed.atom", b"<feed>"), ("croissant.json", json.dumps(croissant).encode()),
        ("1.0.0/datapackage.json", json.dumps(package).encode()),
    ):  # fmt: skip
        store.replace(f"{folder}/{name}", content)
    gates = {problem.gate for problem in check(workspace).problems}
    assert gates >= {"json", "feedparser", "json-schema", "frictionless", "mlcroissant-error"}


def graph(made: Workspace) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(documents(made)["metadata/datasets/tree_inventory/dcat.jsonld"])
    return document


def test_the_score_says_what_each_missing_item_would_give(made: Workspace) -> None:
    document = graph(made)
    whole = score("tree_inventory", DATASET, document, lambda _: True, complies=True)
    assert (whole.points, whole.rating, whole.missing) == (MOST, "excellent", ())
    assert json.loads(documents(made)["metadata/datasets/tree_inventory/score.json"]) == whole.as_dict()
    assert Score.from_dict(whole.as_dict()) == whole
    assert whole.as_dict()["dimensions"] == {
        "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20,
    }  # fmt: skip
    for entry in document["@graph"]:
        entry.pop("dct:spatial", None)
        entry.pop("dct:rights", None)
        if "dct:license" in entry:
            entry["dct:license"] = [{"@id": "https://example.org/terms"}]
    less = score("tree_inventory", DATASET, document, lambda address: "objects" not in address, complies=False)
    assert [(item.name, item.worth) for item in less.missing] == [
        ("access-works", 50), ("download-works", 30), ("dcat-ap", 30), ("spatial", 20), ("licence-term", 10),
        ("rights", 5),
    ]  # fmt: skip
    assert less.points == MOST - 145 and less.rating == "good"
    nothing = score("tree_inventory", DATASET, {"@graph": []}, lambda _: True, complies=False)
    assert (nothing.points, nothing.rating) == (0, "bad")
    assert all(item.message.text("zh") != item.message.text("en") for item in nothing.missing)
