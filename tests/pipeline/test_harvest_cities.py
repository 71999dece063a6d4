"""One city harvests another: the neighbour's ``gongkai serve`` gives documents of DCAT, Data Packages and CKAN."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiserving import Site
from flowing import GOOD, HEADER, Command, Deliver
from harvesting import describe_harvest, harvested, make_public, neighbour
from publicising import publicise
from publishing import add_candidate, index_now, registry, release_now, tree
from support import tree_descriptor, tree_schema, write_registry

from pipelines.catalog.harvested import harvested_datasets, harvested_source
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore

FORMS = {
    "dcat-us": ("dcat", "/metadata/data.json"), "dcat-us-3": ("dcat", "/metadata/dcat-us.jsonld"),
    "dcat-ap": ("dcat", "/metadata/catalog.jsonld"), "ckan": ("ckan", ""),
    "datapackage": ("datapackage", "/metadata/datapackage.json"),
}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Site]]:
    with neighbour(tmp_path_factory.mktemp("neighbour")) as running:
        yield running


def identifiers(site: Site, form: str) -> tuple[str, str]:
    """How a form of its catalog calls the neighbour's benches and trees."""
    prefix = "" if form in {"ckan", "datapackage"} else f"{site.url}/datasets/"
    return f"{prefix}benches", f"{prefix}tree_inventory"


@pytest.mark.parametrize("form", FORMS)
def test_its_datasets_are_listed_under_its_name(
    form: str, workspace: Workspace, gongkai: Command, city: tuple[Workspace, Site]
) -> None:
    _, site = city
    kind, path = FORMS[form]
    describe_harvest(workspace, kind=kind, url=site.url + path, licences=["CC-BY-4.0"])
    row = harvested(gongkai)["neighbour"]
    assert (row["outcome"], row["datasets"], row["left_out"], row["age_days"]) == ("listed", 2, {}, 0)
    store = FolderStore(workspace.catalog)
    source = harvested_source(store, "neighbour")
    assert source is not None and source.title["zh"] == "邻市目录"
    benches, trees = harvested_datasets(store, source)
    assert (benches.identifier, trees.identifier) == identifiers(site, form)
    assert trees.licence == "CC-BY-4.0" and "Tree inventory" in " ".join(trees.title.values())
    assert trees.landing_page.startswith(site.url) and not trees.republished_as
    assert "text/csv" in {each.media_type for each in trees.distributions}
    assert all(each.address.startswith(f"{site.url}/") for each in trees.distributions)
    has_checksums = form in {"dcat-us-3", "dcat-ap", "datapackage"}
    assert {each.checksum is not None for each in trees.distributions} == {has_checksums}
    files = sorted(each.relative_to(workspace.catalog) for each in workspace.catalog.rglob("harvested/**/*"))
    assert harvested(gongkai)["neighbour"]["outcome"] == "unchanged"
    assert sorted(each.relative_to(workspace.catalog) for each in workspace.catalog.rglob("harvested/**/*")) == files


def test_pages_and_documents_tell_of_it_at_once(
    workspace: Workspace, gongkai: Command, deliver: Deliver, city: tuple[Workspace, Site]
) -> None:
    _, site = city
    publicise(workspace)
    deliver(HEADER + GOOD)
    gongkai("run")
    describe_harvest(workspace, url=f"{site.url}/metadata/data.json")
    harvested(gongkai)
    catalog = workspace.catalog
    places = [catalog / "en/harvested/neighbour/index.html", catalog / "metadata/harvested/neighbour/catalog.jsonld"]
    assert all("Tree inventory" in place.read_text("utf-8") for place in places)
    assert "1 other catalog" in (catalog / "en/index.html").read_text("utf-8")
    (workspace.schema / "harvest/neighbour.yaml").unlink()
    assert harvested(gongkai)["neighbour"]["outcome"] == "removed"
    assert harvested(gongkai) == {}
    assert not [path for path in catalog.rglob("*") if path.is_file() and "harvested" in path.parts]
    assert "1 other catalog" not in (catalog / "en/index.html").read_text("utf-8")


def test_pages_that_cannot_be_made_are_told(
    workspace: Workspace, gongkai: Command, deliver: Deliver, city: tuple[Workspace, Site]
) -> None:
    _, site = city
    deliver(HEADER + GOOD)
    gongkai("run")
    describe_harvest(workspace, url=f"{site.url}/metadata/data.json")
    harvested(gongkai)
    for file in (workspace.catalog / "objects").rglob("*.parquet"):
        file.chmod(0o644)
        file.write_bytes(b"PAR1 no more")
    workspace.portal.unlink()
    told = gongkai("harvest")
    assert told.exit_code == 3 and "The pages of tree_inventory could not be made" in told.stderr


def republishing(workspace: Workspace, site: Site, form: str) -> None:
    """Deliver the neighbour's trees as ``open_trees``, which withholds nothing."""
    schema = tree_schema()
    schema["fields"] = [entry for entry in schema["fields"] if entry["disclosure"]["attribute"] == "active"]
    write_registry(workspace.schema, open_trees=({**tree_descriptor(), "id": "open_trees"}, schema))
    kind, path = FORMS[form]
    mapped = {"dataset": "open_trees", "organisation": "east_district_office", "file": "neighbour.csv",
              "period": "2025", "media_type": "text/csv"}  # fmt: skip
    describe_harvest(workspace, kind=kind, url=site.url + path, licences=["CC-BY-4.0"],
                     republish={identifiers(site, form)[1]: mapped})  # fmt: skip


@pytest.mark.parametrize("form", ["dcat-ap", "ckan"])
def test_a_dataset_is_published_again_with_its_origin(
    form: str, workspace: Workspace, gongkai: Command, tmp_path: Path
) -> None:
    with neighbour(tmp_path / "neighbour") as (other, site):
        republishing(workspace, site, form)
        assert gongkai("check").exit_code == 0
        (file,) = harvested(gongkai)["neighbour"]["republished"]
        assert (file["dataset"], file["outcome"]) == ("open_trees", "placed")
        assert (workspace.inbox / file["path"]).stat().st_size == file["bytes"]
        (delivery,) = gongkai.json("run")["deliveries"]
        assert (delivery["verdict"], delivery["delivery"]) == ("accepted", "open_trees.2025.east_district_office.1")
        (row,) = gongkai.json("trace", "open_trees", "T00002")["published"]
        origin = row["place"]["origin"]
        assert (origin["catalog"], origin["dataset"]) == ("neighbour", identifiers(site, form)[1])
        assert origin["address"].startswith(site.url) and origin["fetched"].endswith("Z")
        digest = "" if form == "ckan" else f"sha256:{row['place']['sha256']}"
        assert origin["checksum"] == digest
        assert "harvested from neighbour" in gongkai("trace", "open_trees", "T00002").stdout
        assert gongkai("verify").exit_code == 0
        (again,) = harvested(gongkai)["neighbour"]["republished"]
        assert again["outcome"] == "unchanged" and gongkai.json("run")["deliveries"] == []
        add_candidate(other, [tree(1), tree(4)], sequence=2)
        release_now(other, registry(other))
        index_now(other)
        make_public(other)
        assert harvested(gongkai)["neighbour"]["republished"][0]["outcome"] == "placed"
        (delivery,) = gongkai.json("run")["deliveries"]
        assert delivery["delivery"] == "open_trees.2025.east_district_office.2"
        source = harvested_source(FolderStore(workspace.catalog), "neighbour")
        assert source is not None
        listed = harvested_datasets(FolderStore(workspace.catalog), source)
        assert [entry.republished_as for entry in listed] == ["", "open_trees"]


def test_a_file_that_is_not_what_its_catalog_says_is_kept_aside(
    workspace: Workspace, gongkai: Command, tmp_path: Path
) -> None:
    with neighbour(tmp_path / "neighbour") as (other, site):
        republishing(workspace, site, "dcat-ap")
        (file,) = (other.catalog / "downloads" / "tree_inventory").rglob("*.csv")
        content = file.read_bytes()
        file.chmod(0o644)
        file.write_bytes(content.replace(b"ginkgo", b"gingko"))
        result = gongkai("harvest", "--json")
        assert result.exit_code == 1
        (source,) = json.loads(result.stdout)["sources"]
        (told,) = source["republished"]
        assert (source["outcome"], told["outcome"], told["message"]["id"]) == ("listed", "failed", "harvest-checksum")
        params = told["message"]["params"]
        assert (params["source"], params["file"], params["rule"]) == ("neighbour", "neighbour.csv", "sha256")
        kept = workspace.data / params["kept"]
        assert b"gingko" in kept.read_bytes() and kept.stat().st_mode & 0o077 == 0
        assert not list(workspace.inbox.rglob("*.csv"))
        file.write_bytes(content)
        assert harvested(gongkai)["neighbour"]["republished"][0]["outcome"] == "placed"
