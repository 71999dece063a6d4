"""A downloaded copy against the publisher's key: whatever is done to it has a name of its own."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from publishing import add_candidate, named, registry, release_now, tree, workspace_with_registry

from pipelines.core.errors import UnknownDataset
from pipelines.publish import FolderStore, Snapshot, load_manifest, load_snapshot, manifest_path, object_path
from pipelines.publish.signing import SigningKey, heal_signatures
from pipelines.publish.verifying import CopyReport, StoreProblem, UnknownRelease, verify_copy
from pipelines.publish.verifying.problems import REASONS

KEY, OTHER = SigningKey(b"\1" * 32), SigningKey(b"\2" * 32)
LIST, SIGNATURE = "releases/000002/SHA256SUMS", "releases/000002/SHA256SUMS.sig"
Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two signed releases: two datasets, of which one is corrected."""
    folder = tmp_path_factory.mktemp("published")
    workspace = workspace_with_registry(folder, parks_staff=named("parks_staff"))
    store = FolderStore(workspace.catalog)
    for species in ("ginkgo", "willow"):
        add_candidate(workspace, [tree(1, species), tree(2)])
        add_candidate(workspace, [tree(3)], dataset="parks_staff", period="2026")
        release_now(workspace, registry(workspace))
        index = store.root / f"index/{species}.bin"
        index.parent.mkdir(exist_ok=True)
        index.write_bytes(species.encode())
        derived = {f"index/{species}.bin": hashlib.sha256(species.encode()).hexdigest()}
        heal_signatures(store, KEY, lambda _: derived)  # noqa: B023
    shutil.copy(store.root / "index/willow.bin", store.root / "current.bin")
    return workspace.catalog


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    target = tmp_path / "副本 of a catalog"
    shutil.copytree(published, target)
    for path in target.rglob("*.*"):
        path.chmod(0o644)
    return target


def check(copy: Path, **more: object) -> CopyReport:
    return verify_copy(copy, KEY.public, current=lambda _: {"current.bin": "index/willow.bin"}, **more)  # type: ignore[arg-type]


def found(copy: Path, **more: object) -> list[tuple[str, str]]:
    return [(problem.path, problem.reason) for problem in check(copy, **more).problems]


def snapshot_of(copy: Path, number: int = 2) -> Snapshot:
    return load_snapshot(FolderStore(copy), number)


def manifest_of(copy: Path, dataset: str = "tree_inventory", number: int = 2) -> str:
    return manifest_path(snapshot_of(copy, number).datasets[dataset].manifest)


def object_of(copy: Path, dataset: str = "tree_inventory", number: int = 2) -> str:
    [part] = load_manifest(FolderStore(copy), snapshot_of(copy, number).datasets[dataset].manifest).parts
    return object_path(part.sha256)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_whole_copy_is_sound_and_stays_as_it_is(copy: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    copy.chmod(0o555)
    report = check(copy)
    copy.chmod(0o755)
    assert report.problems == ()
    assert (report.number, report.key, report.snapshot) == (2, KEY.public.id, snapshot_of(copy))
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before
    # Files of the first release are not this release's.
    [note] = report.notes
    assert note.kind == "unchecked" and note.files == 6
    assert str(note.files) in note.message.text("zh")


def test_an_earlier_release_can_be_asked_for(copy: Path) -> None:
    report = check(copy, number=1)
    assert (report.problems, report.snapshot) == ((), snapshot_of(copy, 1))
    assert found(copy, number=7) == [("releases/000007/SHA256SUMS", "unsigned")]


def test_every_byte_counts_and_every_file_is_needed(copy: Path) -> None:
    version = "sums/tree_inventory/1.0.1.SHA256SUMS"
    covered = {
        object_of(copy): "sha256", object_of(copy, "parks_staff"): "sha256", manifest_of(copy): "sha256",
        "snapshots/000002.json": "sha256", version: "sha256", LIST: "forged", SIGNATURE: "forged",
        "latest.json": None, "index/willow.bin": "sha256", "current.bin": "sha256",
        "snapshots/000001.json": "sha256",
    }  # fmt: skip
    for path, reason in covered.items():
        content = (copy / path).read_bytes()
        flip(copy / path)
        told = LIST if path == SIGNATURE else path
        problems = found(copy)
        assert (told, reason) in problems if reason else problems, path
        (copy / path).write_bytes(content)
    for path in (*covered, f"keys/{KEY.public.id}.pem"):
        content = (copy / path).read_bytes()
        (copy / path).unlink()
        optional = not path.startswith(("objects", "manifests", "snapshots/000002", "sums", "releases/000002"))
        reason = "unsigned" if path.startswith("releases/000002") else "missing"
        assert found(copy) == ([] if optional else [(path, reason)]), path
        (copy / path).write_bytes(content)
    assert found(copy) == []


def test_a_truncated_file_and_one_that_goes_on_are_told_from_an_altered_one(copy: Path) -> None:
    for path in (object_of(copy), SIGNATURE):
        content = (copy / path).read_bytes()
        (copy / path).write_bytes(content[:-1])
        assert found(copy) == [(path, "truncated")]
        (copy / path).write_bytes(content + b"\0")
        assert found(copy) == [(path, "size")]
        (copy / path).write_bytes(content)


def test_a_key_that_did_not_sign_is_told_from_an_altered_list(copy: Path) -> None:
    report = verify_copy(copy, OTHER.public)
    assert report.problems == (StoreProblem(LIST, "other-key", KEY.public.id),)
    assert (report.snapshot, report.notes) == (None, ())
    # Someone's own list, signed by their own key, which lies in the copy as if it had been published.
    content = (copy / LIST).read_bytes().replace(KEY.public.id.encode(), OTHER.public.id.encode())
    (copy / f"keys/{OTHER.public.id}.pem").write_bytes(OTHER.public.pem)
    (copy / LIST).write_bytes(content)
    (copy / SIGNATURE).write_bytes(OTHER.sign(content))
    assert check(copy).problems == (StoreProblem(LIST, "other-key", OTHER.public.id),)
    (copy / SIGNATURE).write_bytes(KEY.sign(content + b"\n"))
    assert found(copy) == [(LIST, "forged")]


def test_lists_converted_on_the_way_are_altered(copy: Path) -> None:
    (copy / LIST).write_bytes((copy / LIST).read_bytes().replace(b"\n", b"\r\n"))
    assert found(copy) == [(LIST, "forged")]


def test_a_signed_list_that_nobody_can_read_is_told(copy: Path) -> None:
    for content in (b"", b"nonsense\n", b"\xff"):
        (copy / LIST).write_bytes(content)
        (copy / SIGNATURE).write_bytes(KEY.sign(content))
        assert found(copy) in ([(LIST, "malformed")], [(LIST, "unlisted")])


def test_manifests_that_were_exchanged_are_named(copy: Path) -> None:
    older = manifest_of(copy, number=1)
    path = manifest_of(copy)
    shutil.copy(copy / older, copy / path)
    assert check(copy).problems == (StoreProblem(path, "swapped", "tree_inventory 1.0.0"),)
    shutil.copy(copy / manifest_of(copy, "parks_staff"), copy / path)
    assert check(copy).problems == (StoreProblem(path, "swapped", "parks_staff 1.0.0"),)


@pytest.mark.parametrize("value", ["5", "NaN", "1e999", "[]"])
def test_what_stands_in_a_manifests_place_is_not_taken_for_one(copy: Path, value: str) -> None:
    path = manifest_of(copy)
    document = json.loads((copy / path).read_bytes())
    for name in ("dataset", "version", "rows", "tools"):
        text = json.dumps({**document, name: "here"}).replace('"here"', value)
        (copy / path).write_text(text)
        assert found(copy) == [(path, "sha256")]
    rows = json.dumps(document["segments"][0]["parts"][0]["rows"])
    (copy / path).write_text(json.dumps(document).replace(f'"rows": {rows}', f'"rows": {value}'))
    assert found(copy) == [(path, "sha256")]


def test_an_older_release_shown_as_the_newest(copy: Path) -> None:
    newest = {path: (copy / path).read_bytes() for path in (LIST, SIGNATURE)}
    for path in newest:
        shutil.copy(copy / path.replace("000002", "000001"), copy / path)
    assert check(copy).problems == (StoreProblem(LIST, "replayed", "snapshots/000001.json"),)
    for path, content in newest.items():
        (copy / path.replace("000002", "000001")).write_bytes(content)
    [problem] = check(copy, number=1).problems
    assert (problem.reason, problem.detail) == ("replayed", "snapshots/000002.json")
    for path, content in newest.items():
        (copy / path).write_bytes(content)
    shutil.copy(copy / "snapshots/000001.json", copy / "snapshots/000002.json")
    assert found(copy) == [("snapshots/000002.json", "sha256")]


def test_a_pointer_to_an_older_snapshot_or_to_one_that_is_not_here(copy: Path) -> None:
    pointer = json.loads((copy / "latest.json").read_bytes())
    (copy / "latest.json").write_text(json.dumps({**pointer, "number": 1}))
    assert check(copy).problems == (StoreProblem("latest.json", "stale", "1"),)
    (copy / "latest.json").write_text(json.dumps({**pointer, "number": 3}))
    assert found(copy) == [("releases/000003/SHA256SUMS", "unsigned")]
    for number in (True, -1, "2", 10**12, None, 1.5):
        (copy / "latest.json").write_text(json.dumps({**pointer, "number": number}))
        assert found(copy) == [("latest.json", "malformed")]
    (copy / "latest.json").write_text("[" * 100_000)
    assert found(copy) == [("latest.json", "malformed")]
    assert found(copy, number=2) == []


def test_an_old_copy_that_is_whole_was_signed(copy: Path) -> None:
    """What a signature cannot tell: that is why the command always says so."""
    shutil.rmtree(copy / "releases/000002")
    (copy / "snapshots/000002.json").unlink()
    (copy / "latest.json").unlink()
    assert (check(copy).problems, check(copy).number) == ((), 1)


def test_parts_of_a_catalog_are_missing_not_altered(copy: Path) -> None:
    manifest, version = manifest_of(copy, "parks_staff"), "sums/parks_staff/1.0.0.SHA256SUMS"
    rows = object_of(copy, "parks_staff")
    (copy / rows).unlink()
    assert found(copy) == [(rows, "missing")]
    (copy / manifest).unlink()
    assert found(copy) == [(manifest, "missing"), (rows, "missing")]
    (copy / version).unlink()
    assert check(copy).problems == (StoreProblem(manifest, "absent", "parks_staff 1.0.0"),)
    assert found(copy, datasets=["tree_inventory"]) == []
    flip(copy / object_of(copy))
    assert found(copy, datasets=["tree_inventory"]) == [(object_of(copy), "sha256")]
    assert found(copy, datasets=["parks_staff"]) == [(manifest, "absent")]
    with pytest.raises(UnknownDataset):
        check(copy, datasets=["no_such_dataset"])


def test_links_lead_nowhere_outside(copy: Path, tmp_path: Path) -> None:
    path = object_of(copy)
    rows, outside = copy / path, tmp_path / "outside.parquet"
    rows.rename(outside)
    rows.symlink_to(outside)
    assert found(copy) == [(path, "unsafe")]
    rows.unlink()
    rows.symlink_to(rows)
    assert found(copy) == [(path, "unsafe")]
    rows.unlink()
    rows.mkdir()
    assert found(copy) == [(path, "missing")]


def test_a_signed_list_with_paths_that_lead_out_is_not_read(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    content = (copy / LIST).read_bytes() + f"{digest}  ../secret\n".encode()
    (copy / LIST).write_bytes(content)
    (copy / SIGNATURE).write_bytes(KEY.sign(content))
    assert found(copy) == [(LIST, "malformed")]


def test_a_list_that_leaves_something_out_is_told(copy: Path) -> None:
    lines = (copy / LIST).read_bytes().splitlines(keepends=True)
    for name in (b"  sums/tree_inventory", b"  snapshots/000001", manifest_of(copy).encode()):
        content = b"".join(line for line in lines if name not in line)
        assert len(content) < sum(map(len, lines))
        (copy / LIST).write_bytes(content)
        (copy / SIGNATURE).write_bytes(KEY.sign(content))
        assert (LIST, "unlisted") in found(copy)


def test_a_folder_without_releases_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(UnknownRelease):
        check(tmp_path)


def test_names_in_a_copy_are_shown_safely(copy: Path) -> None:
    (copy / "a\u202egpj.exe\x1b[2J").write_text("")
    [note] = check(copy).notes
    assert note.files == 7 and note.first.isprintable() and "\u202e" not in note.first


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_sentence_and_remedies_of_its_own(reason: str) -> None:
    problem = StoreProblem("some/path", reason, "some detail")
    others = {StoreProblem("some/path", other, "some detail").message.text() for other in REASONS if other != reason}
    for language in ("en", "zh"):
        assert "some/path" in problem.message.text(language)
        assert problem.remedy().text(language) and problem.remedy(copy=True).text(language)
    assert problem.message.text() not in others
    assert problem.as_dict(copy=True)["remedy"]["id"] == "publish-copy-remedy"
