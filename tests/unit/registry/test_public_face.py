"""What descriptors say for metadata: licences, coverage, addresses; and that rows do not depend on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from describing import dataset_file, update
from support import write_registry

from pipelines.core.paths import Workspace
from pipelines.registry import Catalog, CatalogUnusable, load_catalog
from pipelines.registry.licences import LICENCES

BASE = "https://data.testville.example/open/"
AREA = {"uri": f"{BASE}places/1", "title": {"zh": "区", "en": "Area"}, "bbox": [1, 2, 3, 4]}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "data", write_registry(tmp_path / "schema"))


def with_catalog(workspace: Workspace, **keys: Any) -> Catalog:
    update(workspace.schema / "catalog.yaml", **keys)
    return load_catalog(workspace.schema)


def test_what_data_are_about_makes_no_delivery_anew(workspace: Workspace) -> None:
    before = load_catalog(workspace.schema).dataset("tree_inventory").digest
    update(dataset_file(workspace), coverage={"spatial": AREA, "temporal": {"start": "2020-01-01"}})
    dataset = with_catalog(workspace, base_url=BASE, spatial=AREA).dataset("tree_inventory")
    assert dataset.digest == before
    assert dataset.descriptor.coverage is not None and dataset.descriptor.coverage.spatial is not None
    update(dataset_file(workspace), period="monthly")
    assert load_catalog(workspace.schema).dataset("tree_inventory").digest != before


def test_licences_are_known_or_described(workspace: Workspace) -> None:
    update(dataset_file(workspace), licence="City-1.0")
    (problem,) = load_catalog(workspace.schema).problems
    assert (problem.message.id, problem.key) == ("check-unknown-licence", "licence")
    page = "https://testville.example/terms"
    licences = {"City-1.0": {"uri": page, "title": "City licence", "page": page, "type": "Attribution"}}
    catalog = with_catalog(workspace, licences=licences)
    assert catalog.problems == () and catalog.descriptor.known_licence("City-1.0") is not None
    assert catalog.descriptor.known_licence("CC0-1.0") == LICENCES["CC0-1.0"]
    with pytest.raises(CatalogUnusable, match="licences"):
        with_catalog(workspace, licence="None-1.0")


@pytest.mark.parametrize(
    "keys",
    [
        {"base_url": "https://data.example/open"},
        {"base_url": "https://data.example/?q=/"},
        {"base_url": "javascript:alert(1)/"},
        {"base_url": 'https://data.example/">/'},
        {"spatial": {**AREA, "bbox": [1, 4, 3, 2]}},
        {"spatial": {**AREA, "bbox": [-181, 2, 3, 4]}},
        {"spatial": {**AREA, "uri": "https://a b"}},
        {"themes": [{"id": "parks", "title": {"zh": "园", "en": "Parks"}, "uri": "https://x/<y>"}]},
    ],
)
def test_what_is_no_address_or_area_is_refused(workspace: Workspace, keys: dict[str, Any]) -> None:
    with pytest.raises(CatalogUnusable):
        with_catalog(workspace, **keys)


def test_time_ends_after_it_began(workspace: Workspace) -> None:
    update(dataset_file(workspace), coverage={"temporal": {"start": "2020-01-01", "end": "2019-01-01"}})
    assert load_catalog(workspace.schema).broken == {"tree_inventory"}
