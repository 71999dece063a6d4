"""The publisher's own catalog: every release, its chain, its lists and signatures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from publishing import NOW, add_candidate, named, registry, release_now, tree, workspace_with_registry

from pipelines.publish import FolderStore, load_manifest, load_snapshot, manifest_path, object_path, withdraw
from pipelines.publish.signing import SigningKey, heal_signatures
from pipelines.publish.snapshots import pointer_content
from pipelines.publish.store import sources_path
from pipelines.publish.verifying import verify_catalog, verify_copy

KEY = SigningKey(b"\1" * 32)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three signed releases: the first dataset grows, the second is there from the second release on."""
    workspace = workspace_with_registry(tmp_path_factory.mktemp("published"), parks_staff=named("parks_staff"))
    places = (("tree_inventory", "2025"), ("parks_staff", "2025"), ("tree_inventory", "2026"))
    for number, (dataset, period) in enumerate(places):
        add_candidate(workspace, [tree(number)], dataset=dataset, period=period)
        release_now(workspace, registry(workspace))
    heal_signatures(FolderStore(workspace.catalog), KEY)
    return workspace.catalog


@pytest.fixture
def store(published: Path, tmp_path: Path) -> FolderStore:
    shutil.copytree(published, tmp_path / "catalog")
    for path in (tmp_path / "catalog").rglob("*.*"):
        path.chmod(0o644)
    return FolderStore(tmp_path / "catalog")


def found(store: FolderStore) -> list[tuple[str, str]]:
    return [(problem.path, problem.reason) for problem in verify_catalog(store).problems]


def test_every_file_of_every_release_is_compared(store: FolderStore) -> None:
    seen: list[tuple[int, int]] = []
    report = verify_catalog(store, lambda done, total: seen.append((done, total)))
    assert (report.snapshots, report.problems, report.notes, report.keys) == (3, (), (), (KEY.public,))
    assert report.files == sum(1 for _ in store.entries(""))
    assert seen[-1][0] == seen[-1][1] > 0
    signatures = ("releases/", "keys/")
    for entry in list(store.entries("")):
        content = store.read(entry.path)
        store.replace(entry.path, bytes([content[0] ^ 1]) + content[1:])
        problems = found(store)
        assert problems and (entry.path.startswith(signatures) or {path for path, _ in problems} == {entry.path})
        store.remove(entry.path)
        assert found(store), entry.path
        store.replace(entry.path, content)
    assert found(store) == []


def test_rows_that_versions_share_are_hashed_once(store: FolderStore) -> None:
    hashed: list[str] = []

    class Counting(FolderStore):
        def sha256(self, path: str) -> str | None:
            hashed.append(path)
            return super().sha256(path)

    assert verify_catalog(Counting(store.root)).problems == ()
    rows = [path for path in hashed if path.startswith("objects/")]
    assert len(rows) == len(set(rows)) == len(list(store.root.glob("objects/*/*")))


def test_snapshots_follow_each_other(store: FolderStore) -> None:
    first = store.read("snapshots/000001.json")
    store.remove("snapshots/000001.json")
    assert ("snapshots/000001.json", "missing") in found(store)
    store.replace("snapshots/000001.json", first)
    for path in ("snapshots/000002.json", "releases/000002/SHA256SUMS", "releases/000002/SHA256SUMS.sig"):
        store.remove(path)
    problems = found(store)
    assert ("snapshots/000002.json", "missing") in problems and ("snapshots/000003.json", "chain") in problems


def test_a_newest_snapshot_that_is_gone_is_missed(store: FolderStore) -> None:
    store.remove("snapshots/000003.json")
    store.replace("latest.json", pointer_content(store, 2))
    assert found(store) == [("snapshots/000003.json", "missing")]


def test_a_release_without_signature_is_told_and_its_files_compared_all_the_same(store: FolderStore) -> None:
    [part] = load_manifest(store, load_snapshot(store, 1).datasets["tree_inventory"].manifest).parts
    for number in (1, 2, 3):
        store.remove(f"releases/00000{number}/SHA256SUMS.sig")
    assert found(store) == [(f"releases/00000{number}/SHA256SUMS.sig", "unsigned") for number in (1, 2, 3)]
    store.remove(object_path(part.sha256))
    assert (object_path(part.sha256), "missing") in found(store)
    assert heal_signatures(store, KEY) == (1, 2, 3)
    assert found(store) == [(object_path(part.sha256), "missing")]


def test_a_key_under_another_name_is_no_key(store: FolderStore) -> None:
    store.replace(f"keys/{KEY.public.id}.pem", SigningKey(b"\3" * 32).public.pem)
    assert (f"keys/{KEY.public.id}.pem", "malformed") in found(store)


def test_rows_that_were_removed_on_withdrawal_may_be_missing(store: FolderStore) -> None:
    done = withdraw(store, "tree_inventory", ["1.1.0"], {"zh": "误", "en": "error"}, NOW, remove_bytes=True)
    [removed] = done.removed
    heal_signatures(store, KEY)
    report = verify_catalog(store)
    assert (report.snapshots, report.problems, report.notes) == (4, (), ())
    # A copy of the release that had them needs the later one to know that.
    assert verify_copy(store.root, KEY.public, number=3).problems == ()
    assert verify_copy(store.root, KEY.public).problems == ()
    [stone] = store.root.glob("tombstones/*/*")
    path, content = stone.relative_to(store.root).as_posix(), stone.read_bytes()
    store.replace(path, content.replace(b"error", b"other"))
    assert found(store) == [(removed, "missing"), (path, "sha256")]
    assert [problem.path for problem in verify_copy(store.root, KEY.public).problems] == [path]
    assert verify_copy(store.root, KEY.public, datasets=["parks_staff"]).problems == ()
    store.remove(path)
    assert found(store) == [(removed, "missing"), (path, "missing")]


def test_what_no_release_refers_to_is_noted(store: FolderStore) -> None:
    digest = "ab" * 32
    store.create(object_path(digest), b"rows")
    store.create(manifest_path(digest), b"{}")
    store.create(sources_path(digest), b"{}")
    (store.root / ".incoming" / "host~1~x").write_bytes(b"unfinished")
    report = verify_catalog(store)
    assert report.problems == ()
    assert [(note.kind, note.files, note.bytes) for note in report.notes] == [
        ("unreferred", 3, 8),
        ("unfinished", 1, 10),
    ]
    for note in report.notes:
        assert note.first in note.message.text("en") and note.first in note.message.text("zh")


def test_nothing_released(tmp_path: Path) -> None:
    assert verify_catalog(FolderStore(tmp_path / "catalog")).problems == ()
