"""Catalogs elsewhere in this one's DCAT: told as long as they are listed, whatever they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib
from faults import Faults, Kind, faulty_store
from publicising import BASE, HOSTILE, refresh, two_datasets
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from pipelines.catalog.harvested import (
    HarvestedDataset,
    HarvestedDistribution,
    HarvestedSource,
    harvested_datasets,
    harvested_source,
    harvested_sources,
    keep_source,
    remove_source,
    write_datasets,
)
from pipelines.core.checksums import Checksum
from pipelines.core.files import sha256_of
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, Store

NAME = {"zh": "邻市", "en": "Neighbour"}
URL = "https://neighbour.example/data.json"
DOCUMENT = "metadata/harvested/neighbour/catalog.jsonld"
CATALOG = rdflib.URIRef(f"{BASE}{DOCUMENT}#catalog")
TREES = HarvestedDataset(
    identifier="https://neighbour.example/trees", title={"zh": "树", "und": HOSTILE}, licence="CC0-1.0",
    distributions=(
        HarvestedDistribution("https://neighbour.example/t.csv", media_type="text/csv", bytes=0,
                              checksum=Checksum("md5", "ab" * 16)),
    ),
)  # fmt: skip


def keep(workspace: Workspace, *datasets: HarvestedDataset, store: Store | None = None) -> None:
    file = workspace.work / "datasets.jsonl"
    file.unlink(missing_ok=True)
    count = write_datasets(datasets, file)
    said: dict[str, Any] = {
        "source": "neighbour", "title": NAME, "publisher": NAME, "kind": "dcat", "url": URL,
        "read": "2026-04-01T00:00:00Z", "checked": "2026-04-01T00:00:00Z",
        "documents": "", "digest": "", "left_out": {},
    }  # fmt: skip
    place = store or FolderStore(workspace.catalog)
    keep_source(place, HarvestedSource(**said, datasets=count, sha256=sha256_of(file)), file)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = two_datasets(tmp_path)
    refresh(workspace)
    return workspace


def graph_of(workspace: Workspace) -> rdflib.Graph:
    content = (workspace.catalog / DOCUMENT).read_text(encoding="utf-8")
    assert {name for node in json.loads(content)["@graph"] for name in node.get("@type", ())} <= {
        "dcat:Catalog", "dcat:Dataset", "dcat:CatalogRecord",
    }  # fmt: skip
    return rdflib.Graph().parse(data=content, format="json-ld")


def test_a_catalog_is_told_until_it_is_taken_away(workspace: Workspace) -> None:
    keep(workspace, TREES, HarvestedDataset(identifier="no address", title={"und": "Benches"}))
    assert refresh(workspace).problems == ()
    graph = graph_of(workspace)
    trees = rdflib.URIRef(TREES.identifier)
    assert set(graph.objects(CATALOG, DCAT.dataset)) == set(graph.subjects(RDF.type, DCAT.Dataset)) > {trees}
    for record in graph.subjects(RDF.type, DCAT.CatalogRecord):
        assert graph.value(record, DCTERMS.source) == rdflib.URIRef(URL)
        assert graph.value(record, FOAF.primaryTopic) and graph.value(record, DCTERMS.modified)
    for each in graph.subjects(RDF.type, DCAT.Dataset):
        assert graph.value(each, DCTERMS.title) and graph.value(each, DCTERMS.description)
    (file,) = graph.objects(trees, DCAT.distribution)
    assert str(graph.value(file, DCAT.byteSize)) == "0" and "CC0" in str(graph.value(file, DCTERMS.license))
    whole = workspace.catalog / "metadata" / "catalog.jsonld"
    own = rdflib.URIRef(f"{BASE}#catalog")
    assert (own, DCAT.catalog, CATALOG) in rdflib.Graph().parse(whole, format="json-ld")
    assert (own, DCAT.catalog, CATALOG) in rdflib.Graph().parse(whole.with_suffix(".ttl"), format="turtle")
    sitemap = workspace.catalog / "sitemap.xml"
    pages = {f"<loc>{BASE}{folder}harvested/{place}</loc>" for folder in ("", "en/") for place in ("", "neighbour/")}
    assert all(page in sitemap.read_text("utf-8") for page in pages)
    before = (workspace.catalog / DOCUMENT).stat(), whole.stat()
    refresh(workspace)
    assert ((workspace.catalog / DOCUMENT).stat(), whole.stat()) == before
    remove_source(FolderStore(workspace.catalog), "neighbour")
    refresh(workspace)
    assert not (workspace.catalog / DOCUMENT).exists()
    assert (own, DCAT.catalog, None) not in rdflib.Graph().parse(whole, format="json-ld")
    assert "harvested" not in sitemap.read_text("utf-8")


def test_what_is_kept_can_be_damaged_or_replaced_meanwhile(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    keep(workspace, TREES)
    earlier = harvested_source(store, "neighbour")
    assert earlier is not None
    keep(workspace, HarvestedDataset(identifier="b", title={"und": "B"}))
    # Who has read the name of a file that is gone reads the one that took its place.
    assert [entry.identifier for entry in harvested_datasets(store, earlier)] == ["b"]
    assert list(store.names("harvested/neighbour")) == [Path(next(harvested_sources(store)).path).name]
    keep(workspace, TREES)
    assert list(harvested_datasets(store, earlier)) == [TREES]
    path = workspace.catalog / earlier.path
    path.chmod(0o644)
    path.write_text('{"identifier": 1}\n', encoding="utf-8")
    (problem,) = refresh(workspace).problems
    assert problem.path == DOCUMENT
    path.unlink()
    assert [problem.path for problem in refresh(workspace).problems] == [DOCUMENT]
    for head in ("{", "[]", '{"source": "neighbour"}'):
        (workspace.catalog / "harvested" / "neighbour.json").write_text(head, encoding="utf-8")
        assert list(harvested_sources(store)) == []
    assert refresh(workspace).problems == ()
    with pytest.raises(FileNotFoundError):
        list(harvested_datasets(store, earlier))


@pytest.mark.parametrize("kind", [Kind.EIO, Kind.LOST])
def test_whatever_fails_the_earlier_or_the_newer_state_is_there(tmp_path: Path, kind: Kind) -> None:
    workspace = Workspace.at(tmp_path / "data", tmp_path / "schema")
    workspace.prepare()
    store = FolderStore(workspace.catalog)
    other = HarvestedDataset(identifier="b", title={"und": "B"})
    keep(workspace, TREES)
    counted = Faults()
    keep(workspace, other, store=faulty_store(store, counted))
    assert counted.calls > 3
    for number in range(1, counted.calls + 1):
        keep(workspace, TREES)
        with pytest.raises(OSError, match="Input/output"):
            keep(workspace, other, store=faulty_store(store, Faults(number, kind)))
        (source,) = harvested_sources(store)
        assert list(harvested_datasets(store, source)) in ([TREES], [other])
        keep(workspace, other)
        assert len(list((workspace.catalog / "harvested").rglob("*.jsonl"))) == 1
