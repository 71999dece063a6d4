"""The sitemap: which pages it names, and that it stays within what crawlers read, however many there are."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from listing import keep, told
from publicising import BASE, refresh, two_datasets

from pipelines.catalog.harvested import remove_source
from pipelines.catalog.metadata import sitemap
from pipelines.catalog.metadata.addresses import Addresses
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return two_datasets(tmp_path)


def named(workspace: Workspace, path: str = "sitemap.xml") -> list[str]:
    """All addresses of a sitemap or of an index of them, in its order."""
    tree = ElementTree.parse(workspace.catalog / path)  # noqa: S314 - made by the project itself
    return [child.text or "" for entry in tree.getroot() for child in entry if child.tag.endswith("}loc")]


def parts(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.catalog.glob("sitemap-*.xml"))


def listed(workspace: Workspace, datasets: int, name: str = "neighbour") -> None:
    keep(FolderStore(workspace.catalog), workspace.work, map(told, range(datasets)), name)


def test_pages_about_catalogs_elsewhere_are_named_as_long_as_there_are_any(workspace: Workspace) -> None:
    refresh(workspace)
    own = named(workspace)
    assert not any("harvested" in address for address in own)
    listed(workspace, 51)
    listed(workspace, 0, "other")
    refresh(workspace)
    places = ("", "neighbour/", "neighbour/2/", "other/")
    of_others = [f"{BASE}{folder}harvested/{place}" for place in places for folder in ("", "en/")]
    assert named(workspace) == own + of_others
    listed(workspace, 50)
    remove_source(FolderStore(workspace.catalog), "other")
    refresh(workspace)
    assert named(workspace) == own + of_others[:4]
    remove_source(FolderStore(workspace.catalog), "neighbour")
    refresh(workspace)
    assert named(workspace) == own


def test_a_listing_that_cannot_be_read_has_no_pages_to_name(workspace: Workspace) -> None:
    listed(workspace, 1)
    listed(workspace, 1, "other")
    for file in (workspace.catalog / "harvested" / "neighbour").iterdir():
        file.write_text("{", "utf-8")
    assert len(refresh(workspace).problems) == 1
    assert [address for address in named(workspace) if "/en/harvested/" in address] == [
        f"{BASE}en/harvested/", f"{BASE}en/harvested/other/",
    ]  # fmt: skip


def test_a_catalog_elsewhere_that_changed_and_has_as_many_pages_has_nothing_assembled(workspace: Workspace) -> None:
    listed(workspace, 1)
    refresh(workspace)
    files = [workspace.catalog / path for path in ("sitemap.xml", "metadata/catalog.jsonld")]
    before = [path.stat() for path in files]
    listed(workspace, 2)
    refresh(workspace)
    assert [path.stat() for path in files] == before


def test_too_many_pages_for_one_are_in_parts_that_an_index_names(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(workspace)
    own = named(workspace)
    monkeypatch.setattr(sitemap, "MOST", 10)
    listed(workspace, 1000)
    refresh(workspace)
    index = named(workspace)
    assert parts(workspace) == sorted(address.removeprefix(BASE) for address in index) and len(index) > 2
    in_parts = [named(workspace, address.removeprefix(BASE)) for address in index]
    assert [len(each) for each in in_parts[:-1]] == [20] * (len(index) - 1)
    everything = [address for each in in_parts for address in each]
    assert everything[: len(own)] == own and len(set(everything)) == len(everything) == len(own) + 2 * 21
    # Parts that are not needed any more would name pages that are gone.
    listed(workspace, 1)
    refresh(workspace)
    assert len(parts(workspace)) == len(named(workspace)) < len(index)
    monkeypatch.undo()
    remove_source(FolderStore(workspace.catalog), "neighbour")
    refresh(workspace)
    assert (named(workspace), parts(workspace)) == (own, [])


def test_no_part_has_more_addresses_or_bytes_than_the_protocol_allows() -> None:
    for length in (10, 1500):
        at = Addresses(f"https://{'x' * 50}.example/{'a' * length}/")
        pages = (sitemap.page(at, f"datasets/{number}/") for number in range(30_000))
        sizes = []
        for text in sitemap.sitemaps(pages):
            addresses = size = 0
            for piece in text:
                addresses += piece.count("<loc>")
                size += len(piece.encode())
            sizes.append((addresses, size))
        assert sum(addresses for addresses, _ in sizes) == 60_000
        assert all(addresses <= 50_000 and size <= 50 * 1024 * 1024 for addresses, size in sizes)
        assert len(sizes) == (2 if length == 10 else 6)
