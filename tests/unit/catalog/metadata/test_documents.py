"""What the documents say, and that they keep the standards, whatever descriptors hold."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from describing import update
from publicising import BASE, HOSTILE, documents, download, refresh, two_datasets
from publishing import NOW, copied
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from pipelines.catalog.metadata.atom import NEWEST, Entry
from pipelines.catalog.metadata.checking import check_metadata
from pipelines.catalog.metadata.contract import Contract
from pipelines.catalog.metadata.state import MetadataState
from pipelines.catalog.metadata.texts import LONG, SHORT, cut, long, short
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, latest_snapshot, load_manifest
from pipelines.publish.snapshots import commit_snapshot, next_snapshot
from pipelines.publish.store import put_manifest

ADMS = "http://www.w3.org/ns/adms#"
TREES = URIRef(f"{BASE}datasets/tree_inventory")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two datasets, one of them with files for download."""
    workspace = two_datasets(tmp_path_factory.mktemp("made"))
    for version in ("1.0.0", "1.0.1"):
        download(workspace, version)
    refresh(workspace)
    return workspace


@pytest.fixture(scope="module")
def graph(made: Workspace) -> Graph:
    return Graph().parse(data=documents(made)["metadata/catalog.ttl"])


def broken(workspace: Workspace) -> list[str]:
    """All rules that documents break, by all tools."""
    found = check_metadata(FolderStore(workspace.catalog), Contract.load(workspace.schema))
    assert found.documents > 15 and found.notes == []
    return [problem.message.text() for problem in found.problems]


def test_all_tools_find_all_documents_valid(made: Workspace) -> None:
    assert broken(made) == []


def test_both_forms_of_the_graph_say_the_same(made: Workspace, graph: Graph) -> None:
    all_of_them = documents(made)
    assert isomorphic(graph, Graph().parse(data=all_of_them["metadata/catalog.jsonld"], format="json-ld"))
    for dataset in ("tree_inventory", "benches"):
        folder = f"metadata/datasets/{dataset}"
        part = Graph().parse(data=all_of_them[f"{folder}/dcat.ttl"])
        assert isomorphic(part, Graph().parse(data=all_of_them[f"{folder}/dcat.jsonld"], format="json-ld"))
        assert len(part) > 100


def test_versions_follow_each_other_and_years_make_a_series(graph: Graph) -> None:
    newest, first = URIRef(f"{TREES}/1.0.1"), URIRef(f"{TREES}/1.0.0")
    assert set(graph.objects(TREES, DCAT.hasVersion)) == {newest, first}
    assert graph.value(TREES, DCAT.version) == Literal("1.0.1")
    assert graph.value(newest, DCAT.previousVersion) == first and graph.value(first, DCAT.previousVersion) is None
    said = graph.objects(newest, URIRef(f"{ADMS}versionNotes"))
    notes = {literal.language: str(literal) for literal in said if isinstance(literal, Literal)}
    assert "changed: 1" in notes["en"] and "修改 1 行" in notes["zh"]
    series = URIRef(f"{TREES}/series")
    years = [URIRef(f"{series}/{year}") for year in (2024, 2025)]
    assert sorted(map(str, graph.subjects(DCAT.inSeries, series))) == list(map(str, years))
    assert (graph.value(series, DCAT.first), graph.value(series, DCAT.last)) == (years[0], years[1])
    assert graph.value(years[1], DCAT.prev) == years[0]
    (period,) = graph.objects(years[1], DCTERMS.temporal)
    assert str(graph.value(period, DCAT.endDate)) == "2025-12-31"
    law = graph.value(TREES, URIRef("http://data.europa.eu/r5r/applicableLegislation"))
    assert law is not None and (law, RDF.type, URIRef("http://data.europa.eu/eli/ontology#LegalResource")) in graph
    (files,) = (set(graph.objects(node, DCAT.distribution)) for node in [newest])
    assert files == set(graph.objects(TREES, DCAT.distribution)) and len(files) == 4


def test_every_dataset_is_in_every_list(made: Workspace, graph: Graph) -> None:
    all_of_them = {path: content.decode() for path, content in documents(made).items()}
    names = {f"{BASE}datasets/{dataset}" for dataset in ("tree_inventory", "benches")}
    catalog = URIRef(f"{BASE}#catalog")
    assert {str(node) for node in graph.objects(catalog, DCAT.dataset)} == names
    assert {entry["identifier"] for entry in json.loads(all_of_them["metadata/data.json"])["dataset"]} == names
    assert {entry["@id"] for entry in json.loads(all_of_them["metadata/dcat-us.jsonld"])["dataset"]} == names
    package = json.loads(all_of_them["metadata/datapackage.json"])
    assert {entry["name"] for entry in package["resources"]} == {"tree_inventory", "benches"}
    pages = re.findall("<loc>(.*?)</loc>", all_of_them["sitemap.xml"])
    assert pages[:2] == [BASE, f"{BASE}en/"]
    assert {page for page in pages if "/datasets/" in page} == {
        f"{BASE}{folder}datasets/{dataset}/" for folder in ("", "en/") for dataset in ("tree_inventory", "benches")
    }
    sitemap = ElementTree.fromstring(all_of_them["sitemap.xml"])  # noqa: S314 - made by the project itself
    for entry in sitemap:
        (address,) = (child.text for child in entry if child.tag.endswith("}loc"))
        alternates = {child.get("hreflang"): child.get("href") for child in entry if child.tag.endswith("}link")}
        assert alternates.keys() == {"zh-Hans", "en"} and address in alternates.values()
    assert (
        f"Sitemap: {BASE}sitemap.xml" in all_of_them["robots.txt"]
        and "Disallow: /open/api/" in all_of_them["robots.txt"]
    )


def test_dcat_us_is_read_as_the_same_kinds_of_things(made: Workspace) -> None:
    us = Graph().parse(data=documents(made)["metadata/dcat-us.jsonld"], format="json-ld")
    assert set(us.subjects(RDF.type, DCAT.Dataset)) == {TREES, URIRef(f"{BASE}datasets/benches")}
    assert {literal.language for literal in us.objects(TREES, DCTERMS.title) if isinstance(literal, Literal)} == {
        None, "zh", "en",
    }  # fmt: skip
    assert set(us.objects(TREES, DCAT.hasVersion)) == {URIRef(f"{TREES}/{version}") for version in ("1.0.1", "1.0.0")}


def walked(workspace: Workspace) -> Iterator[Any]:
    """All entries of the catalog's feed: its own, and those of the documents that it leads to."""
    store, address = FolderStore(workspace.catalog), f"{BASE}metadata/feed.atom"
    while address:
        parsed = feedparser.parse(store.read(address.removeprefix(BASE)))
        assert not parsed.bozo and parsed.version == "atom10"
        yield from parsed.entries
        address = next((link.href for link in parsed.feed.links if link.rel == "prev-archive"), "")


def test_the_feed_leads_through_everything_that_was_ever_released(made: Workspace) -> None:
    assert {entry.id for entry in walked(made)} == {
        f"urn:gongkai:testville:{what}" for what in ("tree_inventory:1.0.0", "tree_inventory:1.0.1", "benches:1.0.0")
    }
    own = feedparser.parse(documents(made)["metadata/datasets/benches/feed.atom"])
    assert [entry.id for entry in own.entries] == ["urn:gongkai:testville:benches:1.0.0"]
    assert len(feedparser.parse(documents(made)["metadata/themes/parks/feed.atom"]).entries) == 3


def test_the_package_of_a_version_describes_its_fields(made: Workspace) -> None:
    published = json.loads(documents(made)["metadata/datasets/tree_inventory/1.0.1/datapackage.json"])
    fields = {entry["name"]: entry for entry in published["resources"][0]["schema"]["fields"]}
    assert fields["height"]["unit"] == "m" and "disclosure" not in fields["height"] and "keeper_phone" not in fields
    assert published["resources"][-1]["path"].startswith(f"{BASE}codelists/")


class _Scripts(HTMLParser):
    """What stands in a page's scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_hostile_metadata_stay_text_and_keep_the_rules(made: Workspace, tmp_path: Path) -> None:
    workspace = copied(made, tmp_path)
    hostile, store = {"zh": HOSTILE, "en": HOSTILE}, FolderStore(workspace.catalog)
    update(workspace.schema / "catalog.yaml", title=hostile, description=hostile, contact_name=hostile, rights=hostile)
    snapshot = latest_snapshot(store)
    assert snapshot
    entry = snapshot.datasets["tree_inventory"]
    manifest = load_manifest(store, entry.manifest)
    fields = [{**field, "titles": hostile, "descriptions": hostile} for field in manifest.schema["fields"]]
    told = dataclasses.replace(
        manifest, schema={**manifest.schema, "fields": fields}, note=hostile,
        metadata={
            **manifest.metadata, "title": hostile, "keywords": {"zh": [HOSTILE], "en": [HOSTILE]},
            "description": {"zh": HOSTILE, "en": HOSTILE + "long " * 2_000_000}, "licence": HOSTILE,
            "publishers": [{"id": "left_office", "name": hostile}],
        },
    )  # fmt: skip
    shown = dataclasses.replace(entry, manifest=put_manifest(store, told.content()))
    datasets = {**snapshot.datasets, "tree_inventory": shown}
    assert commit_snapshot(store, dataclasses.replace(next_snapshot(snapshot, NOW), datasets=datasets))
    done = refresh(workspace)
    assert done.problems == () and done.made == ("benches", "tree_inventory")
    assert broken(workspace) == []
    title = short(HOSTILE)
    for path, content in documents(workspace).items():
        text = content.decode()
        assert not re.search("[\u202e\u2066\x00\x07\x1b\ufffe]|\\\\u(202e|2066|0000|0007|001b|fffe)", text), path
        assert len(content) < 200_000
    page = _Scripts()
    source = documents(workspace)["metadata/datasets/tree_inventory/schema-org.jsonld"].decode()
    page.feed(f'<script type="application/ld+json">{source}</script>')
    page.close()
    assert page.tags == ["script"] and json.loads("".join(page.texts))["name"] == title
    graph = Graph().parse(data=documents(workspace)["metadata/catalog.ttl"])
    assert Literal(title, "en") in set(graph.objects(TREES, DCTERMS.title))
    assert all(urlsplit(str(node)).scheme in {"http", "https", "mailto"} for node in graph.all_nodes()
               if isinstance(node, URIRef))  # fmt: skip
    entries = feedparser.parse(documents(workspace)["metadata/datasets/tree_inventory/feed.atom"]).entries
    assert all(urlsplit(link.href).scheme == "https" for entry in entries for link in entry.links)


def test_texts_are_bounded_and_plain() -> None:
    assert len(long("x" * 10_000_000)) == LONG and long("x" * LONG) == "x" * LONG
    assert short("a" * 2 * SHORT).endswith("…") and len(short("a" * 2 * SHORT)) == SHORT
    assert cut("figures of five persons", 15) == "figures of…" == cut("figures of five persons", 12)
    assert cut("figures of five persons", 16) == "figures of five…"
    assert cut("不足五人的数值不公开", 6) == "不足五人的…" and cut("a " + "b" * 50, 45) == "a " + "b" * 42 + "…"
    assert long(" a \n\n\u202eb\x00c\r\n") == "a\nb c"


def test_a_feed_has_the_newest_entries(tmp_path: Path) -> None:
    with MetadataState.open(tmp_path / "metadata.sqlite") as state:
        for number in range(1, NEWEST + 3):
            entry = Entry("trees", "parks", f"1.0.{number % (NEWEST + 1)}", f"<entry>{number}</entry>")
            state.add_snapshot(number, f"2026-01-01T00:00:{number:02d}Z", [entry])
        updated, lines = state.newest(dataset="trees")
        # Of those with one identifier the newest counts.
        assert updated == "2026-01-01T00:00:52Z"
        assert lines == [f"<entry>{number}</entry>" for number in range(NEWEST + 2, 2, -1)]
        assert state.newest(theme="streets") == (None, [])
