"""Keeping the portal up to date: what is made, what is left alone, and what a broken dataset leaves."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from describing import dataset_file, update
from pages import contents, make_portal, portal_files
from publicising import publicise
from publishing import NOW, add_candidate, newest_object, registry, release_now, tree, workspace_with_registry

from pipelines.core.paths import Workspace
from pipelines.portal import PortalRefresh
from pipelines.publish import FolderStore
from pipelines.publish.garbage import FOLDERS as GARBAGE_FOLDERS


def test_everything_is_made_once_and_the_second_time_nothing_is(workspace: Workspace) -> None:
    assert make_portal(workspace) == PortalRefresh(("benches", "tree_inventory"))
    made = portal_files(workspace)
    assert {
        "index.html",
        "en/index.html",
        "datasets/benches/index.html",
        "en/datasets/benches/index.html",
    } <= made.keys()
    assert make_portal(workspace) == PortalRefresh()
    assert portal_files(workspace) == made


def test_what_did_not_change_is_not_made_again(workspace: Workspace) -> None:
    make_portal(workspace)
    before = portal_files(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    assert make_portal(workspace).made == ("tree_inventory",)
    after = portal_files(workspace)
    assert {path for path in before if "benches" in path and before[path] != after[path]} == set()
    assert "1.0.2" in after["datasets/tree_inventory/index.html"][1].decode()
    assert before["index.html"] != after["index.html"]


def test_lost_pages_and_a_lost_index_are_made_again_byte_for_byte(workspace: Workspace) -> None:
    make_portal(workspace)
    made = contents(workspace)
    workspace.portal.unlink()
    assert len(make_portal(workspace).made) == 2 and contents(workspace) == made
    for path in made:
        (workspace.catalog / path).unlink()
    assert len(make_portal(workspace).made) == 2 and contents(workspace) == made


def test_a_dataset_whose_pages_cannot_be_made_holds_no_other_back(workspace: Workspace) -> None:
    make_portal(workspace)
    before = contents(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    add_candidate(workspace, [tree(3)], dataset="benches", sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    newest_object(workspace, "benches").write_bytes(b"PAR1 no more")
    done = make_portal(workspace)
    assert done.made == ("tree_inventory",) and set(done.failed) == {"benches"}
    for language in ("en", "zh"):
        assert "benches" in done.failed["benches"].text(language)
    place = "datasets/benches/index.html"
    assert contents(workspace)[place] == before[place]


def test_an_object_that_is_damaged_inside_holds_no_other_dataset_back(workspace: Workspace) -> None:
    damaged = newest_object(workspace, "benches")
    content = damaged.read_bytes()
    # Beginning and end, which tell that it is a Parquet file and what is in it, are as they were.
    damaged.write_bytes(content[:4] + b"\xff" * 400 + content[404:])
    done = make_portal(workspace)
    assert done.made == ("tree_inventory",) and set(done.failed) == {"benches"}


def test_a_search_index_that_cannot_be_made_holds_no_page_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portal(workspace)
    before = contents(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.portal.search.shown.facets_of", lambda card: {}[card.disclosure_class])
        done = make_portal(workspace)
    assert done.made == ("tree_inventory",) and set(done.failed) == {"search/"}
    after = contents(workspace)
    assert {path for path in before if path.startswith("search/")} <= after.keys()
    assert before["index.html"] != after["index.html"]
    assert (
        make_portal(workspace).failed == {} and contents(workspace)["search/index.json"] != before["search/index.json"]
    )


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value is not None]


def links(content: bytes) -> list[str]:
    parser = _Links()
    parser.feed(content.decode())
    return parser.found


def test_every_link_to_the_catalog_leads_somewhere(workspace: Workspace) -> None:
    make_portal(workspace)
    for path, content in contents(workspace).items():
        if not path.endswith(".html"):
            continue
        for link in links(content):
            if re.match(r"(https?|mailto):", link) or link.startswith("#"):
                continue
            assert not link.startswith("/")
            base = path.rpartition("/")[0]
            target = unquote(link.partition("#")[0].partition("?")[0])
            resolved: list[str] = []
            for part in f"{base}/{target}".split("/"):
                if part == "..":
                    resolved.pop()
                elif part not in {"", "."}:
                    resolved.append(part)
            file = workspace.catalog.joinpath(*resolved)
            file = file / "index.html" if file.is_dir() else file
            assert file.is_file(), (path, link)


def test_a_catalog_without_an_address_has_pages_too(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    add_candidate(workspace, [tree(1)])
    release_now(workspace, registry(workspace))
    assert make_portal(workspace).made == ("tree_inventory",)
    assert b"ld+json" not in contents(workspace)["en/datasets/tree_inventory/index.html"].split(b"</head>")[0].replace(
        b'rel="alternate" type="application/ld+json"', b""
    )


def test_no_page_of_an_empty_catalog(tmp_path: Path) -> None:
    workspace = publicise(workspace_with_registry(tmp_path))
    assert make_portal(workspace) == PortalRefresh()
    update(dataset_file(workspace), keywords={"zh": ["树"], "en": ["trees"]})
    assert contents(workspace) == {}


def test_no_page_lies_where_the_catalog_keeps_what_cannot_be_made_again(workspace: Workspace) -> None:
    # Garbage is looked for there, and whatever no release names would be removed.
    kept = {entry.path for folder in GARBAGE_FOLDERS for entry in FolderStore(workspace.catalog).entries(folder)}
    make_portal(workspace)
    assert {e.path for folder in GARBAGE_FOLDERS for e in FolderStore(workspace.catalog).entries(folder)} == kept
