"""Pages of code lists: their order, and which content they show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from describing import update
from hypothesis import given
from hypothesis import strategies as st
from pages import check_accessible, make_portal, page
from publicising import publicise, two_datasets
from publishing import (
    NOW,
    add_candidate,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from support import tree_descriptor, tree_schema

from pipelines.core.paths import Workspace
from pipelines.portal.dictionary import dictionary
from pipelines.portal.pages.codelists import in_order
from pipelines.publish import FolderStore, Manifest, latest_snapshot, load_manifest, withdraw
from pipelines.publish.store import codelist_path


def row(code: str, parent: str = "") -> dict[str, str]:
    return {"code": code, "name_zh": f"{code}称", "name_en": "", "parent": parent, "valid_from": "", "valid_to": ""}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row("a"), row("b")], [("a", 0), ("b", 0)]),
        ([row("a", "c"), row("b"), row("c", "b"), row("d", "b")], [("b", 0), ("c", 1), ("a", 2), ("d", 1)]),
        ([row("a", "not there")], [("a", 0)]),
        ([row("a"), row("b", "b"), row("c", "d"), row("d", "c")], [("a", 0), ("b", 0), ("c", 0), ("d", 1)]),
    ],
)
def test_codes_come_after_the_one_above_them(rows: list[dict[str, str]], told: list[tuple[str, int]]) -> None:
    assert [(code.code, code.depth) for code in in_order(rows)] == told


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh ")), unique_by=lambda pair: pair[0]))
def test_each_code_is_told_once(pairs: list[tuple[str, str]]) -> None:
    codes = [code.code for code in in_order([row(code, parent.strip()) for code, parent in pairs])]
    assert sorted(codes) == sorted(code for code, _ in pairs)


def test_a_list_has_its_codes_its_file_and_the_datasets_that_use_it(tmp_path: Path) -> None:
    workspace = two_datasets(tmp_path)
    make_portal(workspace)
    shown = page(workspace, "en/code-lists/district/")
    check_accessible(shown)
    assert "999901" in shown.all("table")[0].text and {"Trees", "CSV"} - shown.links().keys() == {"Trees"}
    file = workspace.catalog / "en" / "code-lists" / "district" / shown.links()["CSV"]
    assert file.read_text(encoding="utf-8").startswith("code,name_zh")
    assert "district" in page(workspace, "en/code-lists/").links()


def test_a_list_shows_what_the_newest_version_has_and_is_made_once(tmp_path: Path) -> None:
    workspace = two_datasets(tmp_path)
    make_portal(workspace)
    page_file = workspace.catalog / "code-lists" / "district" / "index.html"
    before = page_file.stat().st_mtime_ns
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    make_portal(workspace)
    assert page_file.stat().st_mtime_ns == before
    table = workspace.schema / "codelists" / "district.csv"
    table.write_text(table.read_text(encoding="utf-8") + "999909,新区,New district\n", encoding="utf-8")
    add_candidate(workspace, [tree(1, height="6.00")], period="2025", sequence=4)
    release_now(workspace, registry(workspace), NOW.replace(day=4))
    make_portal(workspace)
    assert "999909" in page(workspace, "code-lists/district/").text


def two_lists(folder: Path) -> Workspace:
    """A released catalog whose two datasets refer to a code list each, ``district`` and ``ward``."""
    schema = tree_schema()
    (district,) = (field for field in schema["fields"] if field["name"] == "district")
    district["codelist"] = "ward"
    schema["foreignKeys"][0]["reference"]["resource"] = "ward"
    workspace = publicise(workspace_with_registry(folder, paths=({**tree_descriptor(), "id": "paths"}, schema)))
    lists = workspace.schema / "codelists"
    for ending in (".csv", ".schema.json"):
        content = (lists / f"district{ending}").read_text(encoding="utf-8")
        (lists / f"ward{ending}").write_text(content.replace("East", "Eastern"), encoding="utf-8")
    add_candidate(workspace, [tree(1)])
    add_candidate(workspace, [tree(2)], dataset="paths", schema=public_schema(schema))
    release_now(workspace, registry(workspace))
    return workspace


def damage(workspace: Workspace, name: str) -> None:
    """Have the released file of a code list hold something else."""
    (sha256,) = (manifest.codelists[name] for manifest in manifests(workspace) if name in manifest.codelists)
    file = workspace.catalog / codelist_path(sha256)
    file.chmod(0o600)
    file.write_bytes(b"code\n")


def manifests(workspace: Workspace) -> list[Manifest]:
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    return [load_manifest(store, entry.manifest) for entry in snapshot.datasets.values()]


def test_a_list_that_cannot_be_read_keeps_its_page_and_holds_no_other_back(tmp_path: Path) -> None:
    workspace = two_lists(tmp_path)
    make_portal(workspace)
    page_file = workspace.catalog / "code-lists" / "district" / "index.html"
    before = page_file.read_bytes()
    damage(workspace, "district")
    # All pages are to be made anew.
    update(workspace.schema / "catalog.yaml", title={"zh": "另一目录", "en": "Another catalog"})
    failed = make_portal(workspace).failed
    assert set(failed) == {"code-lists/district/", "tree_inventory"}
    assert "code-lists/district/" in failed["code-lists/district/"].text()
    assert page_file.read_bytes() == before
    assert "Another catalog" in page(workspace, "en/code-lists/ward/").text
    assert page(workspace, "en/code-lists/").links().keys() >= {"district", "ward"}
    # A list that nothing uses any more has no page, whatever is wrong with another one.
    withdraw(FolderStore(workspace.catalog), "paths", [], {"zh": "误发", "en": "Sent by mistake"}, NOW.replace(day=3))
    assert set(make_portal(workspace).failed) == {"code-lists/district/", "tree_inventory"}
    assert page_file.read_bytes() == before
    assert not (workspace.catalog / "en" / "code-lists" / "ward" / "index.html").exists()
    assert "ward" not in page(workspace, "en/code-lists/").links()


def test_long_lists_and_lists_of_several_fields_stand_on_the_page_once(tmp_path: Path) -> None:
    workspace = two_datasets(tmp_path)
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    manifest = load_manifest(store, snapshot.datasets["tree_inventory"].manifest)
    (district,) = (field for field in manifest.schema["fields"] if field["name"] == "district")
    again = {**district, "name": "other", "categories": ["a", {"value": 1, "label": "One"}]}
    keys = [
        {"fields": ["other"], "reference": {"resource": "benches", "fields": ["tree_id"]}},
        {"fields": ["other"], "reference": {"resource": "district", "fields": ["code"]}},
        {"fields": ["other"], "reference": {"resource": "nothing", "fields": ["code"]}},
    ]
    schema = {
        **manifest.schema,
        "fields": [district, again],
        "foreignKeys": keys,
        "uniqueKeys": [["other", "district"]],
    }
    one, other = dictionary(store, replace(manifest, schema=schema), {"benches"})
    assert [code.code for code in one.codes] == ["999901", "999902"] and one.codes_at is None
    assert other.codes == () and other.codes_at == "district" and other.code_count == 2
    assert [(link.resource, link.field, link.is_dataset) for link in other.links] == [
        ("benches", "tree_id", True), ("district", "code", False),
    ]  # fmt: skip
    assert [(each.code, each.name["en"]) for each in other.categories] == [("a", ""), ("1", "One")]
    assert other.rules[-1].text("en") == "no two rows have the same other, district"
