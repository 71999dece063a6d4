"""Catalogs elsewhere in the portal: under their own names, in lists and in search, and gone when they are gone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from listing import hostile, keep, told
from pages import make_portal
from publicising import BASE, HOSTILE, refresh
from publishing import copied

from pipelines.catalog.harvested import HarvestedDataset, harvested_sources, kept_sources, remove_source
from pipelines.core.paths import Workspace
from pipelines.portal import PortalRefresh
from pipelines.portal.search import making
from pipelines.publish import FolderStore


@pytest.fixture(scope="module")
def made(two_released: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """With pages of its own datasets."""
    workspace = copied(two_released, tmp_path_factory.mktemp("made"))
    make_portal(workspace)
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    return copied(made, tmp_path)


def listed(workspace: Workspace, *datasets: HarvestedDataset, **keys: Any) -> PortalRefresh:
    """Keep a catalog elsewhere, and bring the portal up to date."""
    keep(FolderStore(workspace.catalog), workspace.work, datasets, **keys)
    return make_portal(workspace)


def page(workspace: Workspace, place: str) -> str:
    return (workspace.catalog / place / "index.html").read_text("utf-8")


def written(workspace: Workspace) -> dict[str, int]:
    """All files of the portal, and when they were written."""
    return {
        path.relative_to(workspace.catalog).as_posix(): path.stat().st_mtime_ns
        for path in workspace.catalog.rglob("*")
        if path.suffix in {".html", ".json"} and "metadata" not in path.parts
    }


def found(workspace: Workspace, language: str = "en") -> dict[str, dict[str, Any]]:
    """What search shows of catalogs elsewhere, by title."""
    search = workspace.catalog / "search"
    names = json.loads((search / "index.json").read_text("utf-8"))
    digits = names["digits"]
    hashes = re.findall("." * digits, names["cards"])
    blocks = [search / "cards" / language / f"{number}.{name}.json" for number, name in enumerate(hashes)]
    cards = (card for block in blocks for card in json.loads(block.read_text("utf-8")))
    return {card["title"]: card for card in cards if card["place"].startswith("harvested/")}


def catalogs(workspace: Workspace) -> list[str]:
    """The facet of catalogs: of each dataset in the index the English name."""
    search = workspace.catalog / "search"
    name = json.loads((search / "index.json").read_text("utf-8"))["facets"]["catalog"]
    table = json.loads((search / f"facets/catalog.{name}.json").read_text("utf-8"))
    values = [each["en"] for each in table["values"]]
    return [values[table["sets"][ord(each) - 0x20][0]] for each in table["of"]]


def test_without_other_catalogs_nothing_is_said_of_them(workspace: Workspace) -> None:
    assert not (workspace.catalog / "harvested").exists()
    assert "harvested" not in page(workspace, "") + page(workspace, "browse")
    assert set(catalogs(workspace)) == {"This catalog"}
    assert 'data-facet="catalog"' not in page(workspace, "browse")


def test_datasets_are_listed_under_their_own_name(workspace: Workspace) -> None:
    again = told(3, republished_as="benches", landing_page="", distributions=())
    assert listed(workspace, told(1), told(2, republished_as="not_released"), again).failed == {}
    shown = page(workspace, "en/harvested/neighbour")
    assert "Park number 1" in shown and "Benches and ponds." in shown and "Parks of the neighbour" in shown
    links = re.findall(r'<a href="(https://[^"]*)" rel="nofollow noopener">([^<]*)</a>', shown)
    assert ("https://neighbour.example/1.csv", "1.csv") in links
    assert ("https://neighbour.example/pages/1", "Its page there") in links
    assert "CSV" in shown and "1.2 kB" in shown and f"sha256: {'ab' * 32}" in shown and "/by/4.0/" in shown
    assert re.findall(r'/datasets/(\w+)/"', shown) == ["benches"]
    index = page(workspace, "harvested")
    assert "邻市目录" in index and "https://neighbour.example/catalog.jsonld" in index and "2026-03-01" in index
    assert "公园1号" in page(workspace, "harvested/neighbour")
    assert "3 datasets of 1 other catalog" in page(workspace, "en")
    browse = page(workspace, "en/browse")
    assert "2 datasets of this catalog" in browse and "3 datasets of 1 other catalog" in browse
    assert 'data-facet="catalog"' in browse


def test_the_sitemap_names_the_pages_that_there_are(workspace: Workspace) -> None:
    listed(workspace, *(told(number) for number in range(101)))
    listed(workspace, name="empty")
    refresh(workspace)
    named = re.findall(f"<loc>{BASE}(.*harvested.*)</loc>", (workspace.catalog / "sitemap.xml").read_text("utf-8"))
    assert {f"{place}index.html" for place in named} == {
        path for path in written(workspace) if "harvested" in path and path.endswith(".html")
    }


def test_search_finds_them_marked_and_leads_to_their_place(workspace: Workspace) -> None:
    listed(workspace, *(told(number) for number in range(120)))
    cards = found(workspace)
    assert len(cards) == 120 and sorted(catalogs(workspace)).count("Neighbour's catalog") == 120
    card = cards["Park number 77"]
    assert card["theme"] == "from: Neighbour's catalog" and card["facts"] == [
        "Parks of the neighbour", "CC-BY-4.0", "CSV",
    ]  # fmt: skip
    place, _, name = card["place"].partition("#")
    assert place == "harvested/neighbour/2/" and f'id="{name}"' in page(workspace, f"en/{place}")
    assert found(workspace, "zh")["公园77号"]["theme"] == "来自：邻市目录"


def test_what_did_not_change_is_not_made_again(workspace: Workspace) -> None:
    listed(workspace, *(told(number) for number in range(120)))
    before = written(workspace)
    with patch("pipelines.catalog.harvested._datasets_file", side_effect=AssertionError("it was read")):
        make_portal(workspace)
        assert written(workspace) == before
        # It was asked again and is the same.
        listed(workspace, *(told(number) for number in range(120)), checked="2026-03-02T00:00:00Z")
    after = written(workspace)
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert differing == {"harvested/index.html", "en/harvested/index.html", "harvested/neighbour.json"}
    changed = [told(number) for number in range(120)]
    changed[70] = told(70, title={"en": "A garden"})
    listed(workspace, *changed)
    last = written(workspace)
    pages = {path for path in last if last[path] != after.get(path) and path.endswith(".html")}
    assert pages == {f"{each}harvested/{path}index.html" for each in ("", "en/") for path in ("", "neighbour/2/")}
    assert "A garden" in found(workspace) and "Park number 70" not in found(workspace)


def test_a_new_dataset_elsewhere_renumbers_no_other(workspace: Workspace) -> None:
    listed(workspace, *(told(number) for number in range(30)))
    before = list(found(workspace))
    listed(workspace, told(99), *(told(number) for number in range(30)), read="2026-04-01T00:00:00Z")
    assert list(found(workspace)) == [*before, "Park number 99"]


def test_a_catalog_that_is_taken_away_leaves_nothing(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    before = {path: (workspace.catalog / path).read_bytes() for path in written(workspace)}
    listed(workspace, told(1), name="other")
    alone = {path: (workspace.catalog / path).read_bytes() for path in written(workspace)}
    listed(workspace, *(told(number) for number in range(60)))
    assert kept_sources(store) == {"neighbour", "other"}
    remove_source(store, "neighbour")
    assert make_portal(workspace).failed == {}
    assert {path: (workspace.catalog / path).read_bytes() for path in written(workspace)} == alone
    remove_source(store, "other")
    make_portal(workspace)
    assert {path: (workspace.catalog / path).read_bytes() for path in written(workspace)} == before
    assert kept_sources(store) == set() and list(harvested_sources(store)) == []


def test_pages_stay_when_a_catalog_is_listed_anew(workspace: Workspace) -> None:
    listed(workspace, told(1))
    keep(FolderStore(workspace.catalog), workspace.work, [told(2)])
    assert "Park number 1" in page(workspace, "en/harvested/neighbour")
    assert len(list((workspace.catalog / "harvested").rglob("*.jsonl"))) == 1


@pytest.mark.parametrize("line", ["{", "{}"])
def test_a_listing_that_cannot_be_read_holds_nothing_else_back(workspace: Workspace, line: str) -> None:
    listed(workspace, told(1))
    source = keep(FolderStore(workspace.catalog), workspace.work, [told(2)])
    (workspace.catalog / source.path).write_text(line, "utf-8")
    keep(FolderStore(workspace.catalog), workspace.work, [told(3)], name="other")
    failed = make_portal(workspace).failed
    assert set(failed) == {"harvested/neighbour/"} and "harvested/neighbour/" in failed["harvested/neighbour/"].text()
    assert "Park number 1" in page(workspace, "en/harvested/neighbour")
    assert {"Park number 1", "Park number 3"} <= found(workspace).keys()
    listed(workspace, told(4))
    assert found(workspace).keys() == {"Park number 3", "Park number 4"}


def test_texts_and_addresses_of_others_do_nothing(workspace: Workspace) -> None:
    names = {"zh": HOSTILE, "en": HOSTILE}
    assert listed(workspace, hostile(), title=names, publisher=names, url="javascript:alert(1)").failed == {}
    for path in [*(workspace.catalog / "harvested").rglob("*.html"), *(workspace.catalog / "en").glob("*.html")]:
        markup = path.read_text("utf-8")
        assert "<script>x" not in markup
        assert not re.search(r"(href|src)=\"\s*(javascript|data):", markup), path
        for anchor in re.findall(r'<a href="http[^>]*>', markup):
            assert anchor.endswith('rel="nofollow noopener">'), anchor
    assert sorted(path.name for path in (workspace.catalog / "harvested").iterdir()) == [
        "index.html", "neighbour", "neighbour.json",
    ]  # fmt: skip
    (card,) = found(workspace).values()
    assert re.fullmatch(r"harvested/neighbour/#of-[0-9a-f]{32}", card["place"])


def test_a_day_to_come_puts_no_dataset_first(workspace: Workspace) -> None:
    listed(workspace, told(1, modified="9999-12-31"), told(2, modified="", issued=""))
    assert found(workspace)["Park number 1"]["released"] == "2026-03-01"
    assert found(workspace)["Park number 2"]["released"] == ""


def test_search_has_so_many_of_a_catalog_and_its_pages_say_so(workspace: Workspace) -> None:
    with patch.object(making, "SEARCHABLE", 3), patch("pipelines.portal.pages.harvested.SEARCHABLE", 3):
        listed(workspace, *(told(number) for number in range(5)))
    assert len(found(workspace)) == 3
    assert "Search finds the first 3 of these datasets" in page(workspace, "en/harvested/neighbour")
