"""Signed releases: what a signature covers, who can check it, and that a crash leaves none or a whole one."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from publishing import Row, add_candidate, named, registry, release_now, tree, workspace_with_registry

from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, Snapshot, latest_snapshot, load_manifest, manifest_path, object_path
from pipelines.publish.signing import SigningKey, heal_signatures, parse_sums, sign_release
from pipelines.publish.signing.signatures import signed_sums
from pipelines.publish.store import codelist_path, sources_path
from pipelines.publish.verifying import verify_catalog

KEY, NEW_KEY = SigningKey(b"\1" * 32), SigningKey(b"\2" * 32)
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path, parks_staff=named("parks_staff"))


@pytest.fixture
def store(workspace: Workspace) -> FolderStore:
    return FolderStore(workspace.catalog)


def publish(workspace: Workspace, *rows: Row, **more: Any) -> Snapshot:
    add_candidate(workspace, rows, **more)
    snapshot = release_now(workspace, registry(workspace)).snapshot
    assert snapshot is not None
    return snapshot


def files(store: FolderStore) -> dict[str, bytes]:
    return {entry.path: store.read(entry.path) for entry in store.entries("")}


def test_a_release_lists_its_documents_and_each_version_its_files(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    snapshot = publish(workspace, tree(2), period="2026")
    assert heal_signatures(store, KEY) == (1, 2)
    entry = snapshot.datasets["tree_inventory"]
    sums = parse_sums(store.read("releases/000002/SHA256SUMS"))
    assert set(sums) == {
        "snapshots/000002.json", manifest_path(entry.manifest), "sums/tree_inventory/1.1.0.SHA256SUMS",
        "snapshots/000001.json", f"keys/{KEY.public.id}.pem",
    }  # fmt: skip
    manifest = load_manifest(store, entry.manifest)
    files = {object_path(part.sha256) for part in manifest.parts}
    files |= {codelist_path(sha256) for sha256 in manifest.metadata["codelists"].values()}
    files |= {sources_path(segment.sources.sha256) for segment in manifest.segments}
    version = parse_sums(store.read("sums/tree_inventory/1.1.0.SHA256SUMS"))
    assert set(version) == {manifest_path(entry.manifest), *files}
    for path, digest in {**sums, **version}.items():
        assert store.sha256(path) == digest
    assert len(store.read("releases/000002/SHA256SUMS.sig")) == 64
    report = verify_catalog(store)
    assert (report.snapshots, report.keys, report.problems, report.notes) == (2, (KEY.public,), (), ())


def test_signing_again_changes_nothing(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    heal_signatures(store, KEY)
    before = files(store)
    assert heal_signatures(store, KEY) == heal_signatures(store, NEW_KEY) == ()
    assert files(store) == before


def test_nothing_released_nothing_signed(store: FolderStore) -> None:
    assert heal_signatures(store, KEY) == ()
    assert files(store) == {}


def test_a_version_that_stays_is_not_read_again(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), dataset="parks_staff")
    heal_signatures(store, KEY)
    snapshot = publish(workspace, tree(2))
    path = workspace.catalog / manifest_path(snapshot.datasets["parks_staff"].manifest)
    path.rename(path.with_suffix(".away"))
    assert heal_signatures(store, KEY) == (3,)
    path.with_suffix(".away").rename(path)
    assert verify_catalog(store).problems == ()


class Dying(FolderStore):
    """A folder whose writer dies after a number of writes, as at the end of a crash that lost nothing before it."""

    def __init__(self, root: Path, writes: int) -> None:
        super().__init__(root)
        object.__setattr__(self, "left", [writes])

    def create(self, path: str, content: bytes) -> bool:
        self._count()
        return super().create(path, content)

    def replace(self, path: str, content: bytes) -> None:
        self._count()
        super().replace(path, content)

    def _count(self) -> None:
        left: list[int] = self.__dict__["left"]
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1


def test_a_crash_at_any_write_leaves_what_the_next_run_completes(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(2))
    crashes = 0
    while True:
        try:
            heal_signatures(Dying(workspace.catalog, crashes), KEY)
            break
        except KeyboardInterrupt:
            crashes += 1
        # What is there already is whole: a signature that is there is valid.
        for problem in verify_catalog(store).problems:
            assert problem.reason == "unsigned"
        for path in (*workspace.catalog.glob("releases/*/*"), *workspace.catalog.glob("sums/*/*")):
            if crashes % 2:
                path.unlink()
    assert crashes > 4
    assert verify_catalog(store).problems == ()


def test_a_release_is_signed_whatever_an_unsigned_list_says(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    store.create("releases/000001/SHA256SUMS", b"planted\n")
    assert heal_signatures(store, KEY) == (1,)
    assert verify_catalog(store).problems == ()
    assert b"planted" not in store.read("releases/000001/SHA256SUMS")


def test_what_was_signed_is_not_signed_as_something_else(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    heal_signatures(store, KEY)
    path = workspace.catalog / "snapshots" / "000001.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"2026", b"2025"))
    with pytest.raises(CorruptStore, match="snapshots/000001"):
        heal_signatures(store, KEY)


def test_a_release_can_be_signed_before_the_one_before_it(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    snapshot = publish(workspace, tree(2))
    assert sign_release(store, snapshot, KEY, {})
    assert not sign_release(store, snapshot, KEY, {})
    assert heal_signatures(store, KEY) == (1,)
    assert verify_catalog(store).problems == ()


def test_keys_are_replaced_and_old_ones_stay_with_what_they_signed(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    heal_signatures(store, KEY)
    signed = store.read("releases/000001/SHA256SUMS.sig")
    publish(workspace, tree(2))
    assert heal_signatures(store, NEW_KEY) == (2,)
    assert store.read("releases/000001/SHA256SUMS.sig") == signed
    assert store.names("keys") == tuple(sorted(f"{key.public.id}.pem" for key in (KEY, NEW_KEY)))
    report = verify_catalog(store)
    assert (report.problems, report.keys) == ((), (KEY.public, NEW_KEY.public))


def test_derived_files_are_signed_and_signed_anew_when_made_anew(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))

    def derived(text: bytes) -> Mapping[str, str]:
        store.replace("notes/000001.md", text)
        return {"notes/000001.md": hashlib.sha256(text).hexdigest()}

    first = derived(b"first")
    assert heal_signatures(store, KEY, lambda _: first) == (1,)
    assert heal_signatures(store, KEY, lambda _: first) == heal_signatures(store, KEY) == ()
    second = derived(b"second")
    assert [problem.path for problem in verify_catalog(store).problems] == ["notes/000001.md"]
    assert heal_signatures(store, NEW_KEY, lambda _: second) == (1,)
    assert second.items() <= (signed_sums(store, 1) or {}).items()
    report = verify_catalog(store)
    assert (report.problems, report.keys) == ((), (NEW_KEY.public,))
    store.remove("notes/000001.md")
    report = verify_catalog(store)
    assert (report.problems, [note.kind for note in report.notes]) == ((), ["derived-absent"])


def test_many_signers_at_once_leave_one_list_with_its_signature(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(2))
    seen: list[dict[str, str]] = []

    def sign(number: int) -> None:
        derived = {"notes/x.md": f"{number:064x}"}
        for _ in range(5):
            heal_signatures(store, KEY, lambda _: derived)
            seen.append(derived)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sign, range(4)))
    assert len(seen) == 20
    for number in (1, 2):
        sums = signed_sums(store, number)
        assert sums is not None and {"notes/x.md": sums["notes/x.md"]} in seen


def test_coreutils_and_openssl_check_a_release_as_the_guide_says(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), dataset="parks_staff")
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    heal_signatures(store, KEY)
    (workspace.catalog / "key.pem").write_bytes(KEY.public.pem)
    guide = (PROJECT / "docs" / "researcher.md").read_text(encoding="utf-8")
    recipe = guide.partition("openssl pkeyutl")[2].partition("```")[0]
    recipe = f"set -e\nopenssl pkeyutl{recipe}".replace("000042", "000002")

    def check() -> int:
        command = ["sh", "-c", recipe]
        return subprocess.run(command, cwd=workspace.catalog, capture_output=True, check=False).returncode

    assert check() == 0
    entry = snapshot.datasets["tree_inventory"]
    [part] = load_manifest(store, entry.manifest).parts
    for path in (
        object_path(part.sha256), manifest_path(entry.manifest), "sums/parks_staff/1.0.0.SHA256SUMS",
        "snapshots/000002.json", "releases/000002/SHA256SUMS", "releases/000002/SHA256SUMS.sig",
    ):  # fmt: skip
        content = store.read(path)
        store.replace(path, content[:-1] + bytes([content[-1] ^ 1]))
        assert check() != 0, path
        store.replace(path, content)
    assert check() == 0
