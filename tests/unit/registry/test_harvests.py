"""Descriptors of catalogs elsewhere, and what they have to agree with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from describing import dataset_file, update
from harvesting import describe_harvest
from shipped import REGISTRY
from support import write_registry

from pipelines.core.paths import Workspace
from pipelines.registry import load_catalog

URL = "https://data.other.example/data.json"
MAPPED = {"dataset": "tree_inventory", "organisation": "parks_office", "file": "other.csv", "period": "2025",
          "media_type": "text/csv"}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "data", write_registry(tmp_path / "schema"))


def problems(workspace: Workspace, **keys: Any) -> list[tuple[str, str]]:
    """Messages and keys of what is wrong with a descriptor."""
    describe_harvest(workspace, url=URL, **keys)
    catalog = load_catalog(workspace.schema)
    assert {problem.file for problem in catalog.problems} <= {"harvest/neighbour.yaml"}
    assert all(problem.line for problem in catalog.problems) and not catalog.broken
    assert (catalog.harvests["neighbour"] is None) == bool(catalog.problems)
    return [(problem.message.id, problem.key) for problem in catalog.problems]


def test_a_descriptor_says_what_appears(workspace: Workspace) -> None:
    said = {"datasets": {"include": ["a*"], "exclude": ["*b"]}, "licences": ["CC-BY-4.0"]}
    assert problems(workspace, **said, republish={"x": MAPPED}) == []
    before = load_catalog(workspace.schema)
    harvest = before.harvests["neighbour"]
    assert harvest is not None
    assert [harvest.datasets.has(name) for name in ("a", "ab", "b", "A")] == [True, False, False, False]
    describe_harvest(workspace, url=URL, kind="ckan")
    assert load_catalog(workspace.schema).dataset("tree_inventory").digest == before.dataset("tree_inventory").digest


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"kind": "oai-pmh"}, ("check-not-allowed", "kind")),
        ({"token": "x"}, ("check-unknown-key", "token")),
        ({"url": "file:///etc/passwd"}, ("check-invalid-value", "url")),
        ({"url": "https://user:x@data.other.example/"}, ("check-invalid-value", "url")),
        ({"kind": "ckan", "url": f"{URL}?q=x"}, ("check-rule", "")),
        ({"licence": "Unknown-1.0"}, ("check-harvest-licence", "licence")),
        ({"licences": ["CC0-1.0", "Unknown-1.0"]}, ("check-harvest-licence", "licences[1]")),
        ({"licence": "CC0-1.0", "licences": ["CC-BY-4.0"]}, ("check-rule", "")),
        ({"republish": {"x": MAPPED}, "licences": []}, ("check-rule", "")),
    ],
)
def test_what_is_wrong_is_told_with_its_key(workspace: Workspace, keys: dict[str, Any], found: tuple[str, str]) -> None:
    describe_harvest(workspace, **{"url": URL, **keys})
    update(workspace.schema / "catalog.yaml", fetch_hosts=["data.other.example"])
    told = [(problem.message.id, problem.key) for problem in load_catalog(workspace.schema).problems]
    assert told == [found]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"dataset": "benches"}, ("check-harvest-dataset", "republish.x.dataset")),
        ({"organisation": "office"}, ("check-source-publisher", "republish.x.organisation")),
        ({"file": "../other.csv"}, ("check-source-file", "republish.x.file")),
        ({"file": "other.csv.part"}, ("check-source-file", "republish.x.file")),
        ({"period": "2025-01"}, ("check-source-period", "republish.x.period")),
        ({"period": "1999"}, ("check-source-too-early", "republish.x.period")),
        ({"period": "from_modified"}, ("check-source-period", "republish.x.period")),
        ({"media_type": None}, ("check-rule", "republish.x")),
    ],
)
def test_what_is_republished_fits_the_dataset(
    workspace: Workspace, change: dict[str, Any], found: tuple[str, str]
) -> None:
    mapped = {key: value for key, value in {**MAPPED, **change}.items() if value is not None}
    assert problems(workspace, licences=["CC0-1.0"], republish={"x": mapped}) == [found]


def test_a_period_can_be_what_a_dcat_catalog_says(workspace: Workspace) -> None:
    mapped = {**MAPPED, "period": "from_temporal"}
    assert problems(workspace, licences=["CC0-1.0"], republish={"x": mapped}) == []
    for kind in ("ckan", "datapackage"):
        assert problems(workspace, kind=kind, licences=["CC0-1.0"], republish={"x": mapped}) == [
            ("check-harvest-temporal-kind", "republish.x.period")
        ]
    update(dataset_file(workspace), period="none", deadlines=[])
    assert problems(workspace, licences=["CC0-1.0"], republish={"x": mapped}) == [
        ("check-source-period", "republish.x.period")
    ]


def test_where_a_period_is_not_known_nothing_else_brings_files(workspace: Workspace) -> None:
    mapped, alone = {**MAPPED, "period": "from_temporal"}, "check-harvest-period-alone"
    other = {**MAPPED, "file": "more.csv"}
    for entries in ({"x": mapped, "y": other}, {"x": other, "y": mapped}):
        assert problems(workspace, licences=["CC0-1.0"], republish=entries) == [(alone, "republish.y.period")]
    elsewhere = {**other, "organisation": "east_district_office"}
    assert problems(workspace, licences=["CC0-1.0"], republish={"x": mapped, "y": elsewhere}) == []
    source = {"name": "s", "organisation": "parks_office", "file": "more.csv", "period": "2025", "url": URL}
    update(dataset_file(workspace), sources=[source])
    assert problems(workspace, licences=["CC0-1.0"], republish={"x": mapped}) == [(alone, "republish.x.period")]


def test_two_files_do_not_go_to_one_place(workspace: Workspace) -> None:
    said: dict[str, Any] = {"url": URL, "licences": ["CC0-1.0"]}
    assert problems(workspace, licences=["CC0-1.0"], republish={"x": MAPPED, "y": MAPPED}) == [
        ("check-harvest-file-twice", "republish.y.file")
    ]
    describe_harvest(workspace, **said, republish={"x": MAPPED})
    describe_harvest(workspace, "other", **said, republish={"x": MAPPED})
    (problem,) = load_catalog(workspace.schema).problems
    assert (problem.file, problem.message.id) == ("harvest/other.yaml", "check-harvest-file-twice")
    (workspace.schema / "harvest" / "other.yaml").unlink()
    source = {"name": "s", "organisation": "parks_office", "file": "other.csv", "period": "2025", "url": URL}
    update(dataset_file(workspace), sources=[source])
    (problem,) = load_catalog(workspace.schema).problems
    assert (problem.file, problem.message.id) == ("harvest/neighbour.yaml", "check-harvest-file-twice")


def test_hosts_have_to_be_listed_and_names_are_identifiers(workspace: Workspace) -> None:
    describe_harvest(workspace, url=URL)
    describe_harvest(workspace, "Not-a-name", url=URL)
    update(workspace.schema / "catalog.yaml", fetch_hosts=["data.other.example:8080"])
    catalog = load_catalog(workspace.schema)
    assert [(problem.file, problem.message.id) for problem in catalog.problems] == [
        ("harvest/Not-a-name.yaml", "check-stray"), ("harvest/neighbour.yaml", "check-harvest-host"),
    ]  # fmt: skip
    assert catalog.harvests == {"neighbour": None} and not catalog.broken


def test_registers_that_the_catalog_keeps_take_no_deliveries(workspace: Workspace) -> None:
    shutil.copytree(REGISTRY, workspace.schema, dirs_exist_ok=True)
    mapped = {**MAPPED, "dataset": "corrections_register", "organisation": "government_office"}
    describe_harvest(workspace, url=URL, licences=["CC0-1.0"], republish={"x": mapped})
    problems = load_catalog(workspace.schema).problems
    assert [problem.message.id for problem in problems if problem.file.startswith("harvest/")] == [
        "check-harvest-register"
    ]  # fmt: skip
