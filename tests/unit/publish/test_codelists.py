"""Code lists as published: only what is public of them, by their hash, looked after like everything else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from publishing import NOW, add_candidate, registry, release_now, tree, workspace_with_registry

from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, load_codelist, verify
from pipelines.publish.codelists import COLUMNS, codelist_content
from pipelines.publish.garbage import GRACE, collect_garbage
from pipelines.publish.store import codelist_path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = workspace_with_registry(tmp_path)
    add_candidate(workspace, [tree(1)])
    return workspace


def test_a_version_keeps_the_names_that_its_codes_had(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    (first,) = release_now(workspace, registry(workspace)).versions
    names = workspace.schema / "codelists" / "district.csv"
    names.write_text(names.read_text(encoding="utf-8").replace("East", '"Orient, “old”"'), encoding="utf-8")
    (second,) = release_now(workspace, registry(workspace)).versions
    assert (first.version, second.version, second.changes.metadata_changed) == ("1.0.0", "1.0.1", True)
    told = [load_codelist(store, manifest.codelists["district"])[0]["name_en"] for manifest in (first, second)]
    assert told == ["East", "Orient, “old”"]
    assert not collect_garbage(store, NOW + 2 * GRACE + dt.timedelta(days=3650))
    assert not verify(store)


def test_what_else_the_registry_keeps_of_a_list_is_not_published(workspace: Workspace) -> None:
    organisations = codelist_content(registry(workspace).organisations_table).decode()
    assert organisations.splitlines()[:2] == [",".join(COLUMNS), "east_district_office,东区,East District,,,"]
    assert "@" not in organisations


def test_damaged_and_missing_lists_are_found(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    relative = codelist_path(manifest.codelists["district"])
    path = workspace.catalog / relative
    content = path.read_bytes()
    for reason, damaged in (("sha256", content.replace(b"East", b"West")), ("missing", None)):
        path.unlink()
        if damaged is not None:
            path.write_bytes(damaged)
        assert [(problem.path, problem.reason) for problem in verify(store)] == [(relative, reason)]
        with pytest.raises(CorruptStore):
            load_codelist(store, manifest.codelists["district"])
        path.touch()
