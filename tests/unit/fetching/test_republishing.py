"""What is fetched of a dataset elsewhere, or why it is not: one that cannot be had is told, and stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from listing import keep, told
from publishing import registry, workspace_with_registry

from pipelines.catalog.harvested import HarvestedDataset, HarvestedDistribution
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.harvesting.republishing import Republishing
from pipelines.fetching.plan import Wanted
from pipelines.publish import FolderStore
from pipelines.registry.harvests import HarvestDescriptor

URL = "https://neighbour.example/data.json"
MAPPED = {"dataset": "tree_inventory", "organisation": "parks_office", "file": "other.csv", "period": "2025",
          "media_type": "text/csv"}  # fmt: skip


def wanted(folder: Path, *found: HarvestedDataset, url: str = URL, **keys: str) -> Wanted:
    """What is wanted of the dataset ``trees``, of which the catalog says that."""
    workspace = workspace_with_registry(folder)
    described = HarvestDescriptor.model_validate({
        "title": {"zh": "邻市目录", "en": "Neighbour"}, "publisher": {"zh": "邻市", "en": "Neighbour"},
        "kind": "dcat", "url": URL, "licences": ["CC-BY-4.0"], "republish": {"trees": {**MAPPED, **keys}},
    }).model_copy(update={"url": url})  # fmt: skip
    source = keep(FolderStore(workspace.catalog), workspace.work, found)
    republishing = Republishing(source, described, {entry.identifier: entry for entry in found})
    return republishing.wanted("trees", registry(workspace).dataset("tree_inventory"))


def trees(address: str, **keys: str) -> HarvestedDataset:
    files = (HarvestedDistribution(address, media_type="text/csv"),)
    return told(1, identifier="trees", distributions=files, **keys)


def test_a_file_is_fetched_from_where_its_catalog_says(tmp_path: Path) -> None:
    found = wanted(tmp_path, trees("https://neighbour.example/t.csv"))
    assert found.foreign is not None and found.foreign.problem is None
    assert found.source == found.source.model_validate(found.source.model_dump())
    assert found.source.model_dump()["url"] == found.foreign.origin.address == "https://neighbour.example/t.csv"
    assert found.key(2000).period == "2025"


@pytest.mark.parametrize("url", [URL, "no address"])
@pytest.mark.parametrize(
    ("address", "problem"), [("", "harvest-absent"), ("https://neighbour.example?file=t.csv", "fetch-address")]
)
def test_what_cannot_be_had_is_told_of_that_dataset(tmp_path: Path, url: str, address: str, problem: str) -> None:
    found = wanted(tmp_path, *([trees(address)] if address else []), url=url)
    with pytest.raises(FetchFailed) as failed:
        found.key(2000)
    assert failed.value.message.id == problem
    # Where it would have gone is known, so that the other files of the delivery can be held back.
    assert (found.source.organisation, found.source.file, found.period) == ("parks_office", "other.csv", "2025")


def test_its_period_is_what_its_catalog_says(tmp_path: Path) -> None:
    file = "https://neighbour.example/t.csv"
    found = wanted(tmp_path, trees(file, starts="2024-01-01", ends="2024-12-31"), period="from_temporal")
    assert found.key(2000).period == found.period == "2024"
    for starts, ends in (("", ""), ("2023", "2024"), ("2027", "2027")):
        missing = wanted(tmp_path, trees(file, starts=starts, ends=ends), period="from_temporal")
        with pytest.raises(FetchFailed) as failed:
            missing.key(2000)
        assert failed.value.message.id == "harvest-temporal" and missing.period is None
        assert "trees" in failed.value.message.text() and "yearly" in failed.value.message.text("zh")
    with pytest.raises(FetchFailed) as failed:
        wanted(tmp_path, period="from_temporal").key(2000)
    assert failed.value.message.id == "harvest-absent"
