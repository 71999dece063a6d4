"""Release notes: what they say, that nothing in them is markup, and that the store gets each of them once."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from publishing import NOW, add_candidate, copied, registry, release_now, tree, workspace_with_registry

from pipelines.core.paths import Workspace
from pipelines.publish import (
    FolderStore,
    Manifest,
    Snapshot,
    Sources,
    latest_snapshot,
    load_deliveries,
    load_manifest,
    load_snapshot,
    withdraw,
)
from pipelines.publish.diff import PeriodChanges
from pipelines.publish.release_notes import on_one_line, snapshot_notes_path, version_notes, write_release_notes
from pipelines.publish.release_notes.markdown import escaped
from pipelines.publish.snapshots import commit_snapshot
from pipelines.publish.store import put_manifest

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = "1. <script>x</script> [a](javascript:b) |`c`| &amp; ]]> **d**\n# e \u202e\x07"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three snapshots of one dataset."""
    workspace = workspace_with_registry(tmp_path_factory.mktemp("released"))
    for rows, period in (([tree(1)], "2024"), ([tree(1)], "2025"), ([tree(1, height="4.00")], "2025")):
        add_candidate(workspace, rows, period=period)
        release_now(workspace, registry(workspace))
    return workspace


@pytest.fixture
def workspace(released: Workspace, tmp_path: Path) -> Workspace:
    return copied(released, tmp_path)


def newest(store: FolderStore) -> tuple[Snapshot, Manifest, Manifest]:
    """The newest snapshot, its version, and the one before."""
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    manifest = load_manifest(store, snapshot.datasets["tree_inventory"].manifest)
    assert manifest.previous is not None
    return snapshot, manifest, load_manifest(store, manifest.previous.manifest)


def files(store: FolderStore) -> dict[str, bytes]:
    return {entry.path: store.read(entry.path) for entry in store.entries("notes")}


def test_notes_are_written_once_and_again_where_they_are_missing(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    commit_snapshot(store, Snapshot(4, "2026-05-01T00:00:00Z", 3, {}))
    for number in (1, 2, 3, 4):
        assert write_release_notes(store, load_snapshot(store, number))
    last, written = load_snapshot(store, 4), files(store)
    assert not write_release_notes(store, last)
    store.remove(snapshot_notes_path(4))
    assert write_release_notes(store, last)
    assert files(store) == written
    assert sorted(written) == [
        *(snapshot_notes_path(number) for number in (1, 2, 3, 4)),
        *(f"notes/tree_inventory/{version}.md" for version in ("1.0.0", "1.1.0", "1.1.1")),
    ]


def test_notes_say_what_changed_and_why(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    _, manifest, previous = newest(store)
    schema = {**manifest.schema, "fields": [
        *({**entry, "decimals": 3} if entry["name"] == "height" else entry for entry in manifest.schema["fields"][:-1]),
        {"name": "girth", "type": "number"},
    ]}  # fmt: skip
    note = {"zh": "更正高度", "en": "Heights corrected"}
    changes = dataclasses.replace(manifest.changes, rows=(PeriodChanges("2025", 3, 2, 1),))
    manifest = dataclasses.replace(manifest, schema=schema, changes=changes, note=note, restores="1.0.0")
    text = version_notes(store, manifest, previous)
    for said in (
        *note.values(), "| `2025` | 3 | 2 | 1 |", "Follows version `1.1.0`", "Periods changed: `2025`",
        "Fields added: `girth`", "Fields removed: `note`", "Type of `height`: number 2 → number 3",
        "Brings back the content of version `1.0.0`",
    ):  # fmt: skip
        assert said in text
    first = version_notes(store, previous, None)
    assert "| `2024` | 园林局 | `1` | 1 |" in first and "PIPL art. 28" in first
    (delivery,) = load_deliveries(store, previous.segments[0])
    sources = Sources.of(dataclasses.replace(delivery, delivery=f"a.{number}") for number in range(150))
    many = dataclasses.replace(previous, segments=(dataclasses.replace(previous.segments[0], sources=sources),))
    assert "Further deliveries: 50" in version_notes(store, many, None)


def test_withdrawals_are_told_with_their_reason(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    for versions in (["1.0.0"], []):
        snapshot = withdraw(store, "tree_inventory", versions, {"zh": "误", "en": "By <b>mistake</b>"}, NOW).snapshot
        write_release_notes(store, snapshot)
    first, second = (store.read(snapshot_notes_path(number)).decode() for number in (4, 5))
    assert "Tree inventory: withdrawn 1.0.0. By \\<b\\>mistake\\</b\\>" in first and "No longer" not in first
    assert "withdrawn 1.1.0, 1.1.1." in second and "No longer in the catalog" in second


@settings(max_examples=40)
@given(st.text(max_size=30) | st.text("-+=1.)#*_`[]()<>&|!~\\ \nahtps:/", max_size=30))
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    for line in (escaped(text), f"- {escaped(text)}", f"> {escaped(text)}"):
        tokens = MARKDOWN.parse(line)
        shown = [token for token in tokens if token.type == "inline"]
        assert all(child.type in {"text", "text_special"} for token in shown for child in token.children or ())
        assert "".join(child.content for token in shown for child in token.children or ()) == on_one_line(text)


def test_hostile_titles_are_text_everywhere(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    snapshot, manifest, _ = newest(store)
    metadata = {**manifest.metadata, "title": {"zh": HOSTILE, "en": HOSTILE},
                "publishers": [{"id": "parks_office", "name": {"zh": HOSTILE, "en": HOSTILE}}]}  # fmt: skip
    hostile = dataclasses.replace(manifest, metadata=metadata, previous=None, note={"zh": HOSTILE, "en": HOSTILE})
    text = version_notes(store, hostile, None)
    rendered = MARKDOWN.render(text)
    assert "<script" not in rendered and "<a " not in rendered and "<strong" not in rendered
    assert rendered.count("<h1>") == 1 and rendered.count("<td") == 2 * 4 * (
        len(manifest.changes.rows) + len(manifest.segments)
    )
    entry = dataclasses.replace(snapshot.datasets["tree_inventory"], manifest=hostile.sha256)
    put_manifest(store, hostile.content())
    last = Snapshot(4, snapshot.released, 3, {"tree_inventory": entry})
    commit_snapshot(store, last)
    write_release_notes(store, last)
    notes = MARKDOWN.render(store.read(snapshot_notes_path(4)).decode())
    assert "<script" not in notes and "javascript:" not in re.sub(r">[^<]*<", "><", notes)
