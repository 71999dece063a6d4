"""``gongkai diff`` and the Python API behind it, on three released versions of one dataset."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flowing import Command
from publishing import NOW, add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.catalog import NoEarlierVersion, UnknownVersion, open_catalog
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, load_manifest, object_path, withdraw
from pipelines.publish.diff import PeriodChanges

COUNTS = {"period": "2025", "added": 1, "removed": 1, "changed": 1}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.0.0, 1.1.0 and the latest have 2024; 2025 changes."""
    made = workspace_with_registry(tmp_path_factory.mktemp("released"))
    add_candidate(made, [tree(9)], period="2024")
    for rows in ([tree(1)], [tree(1), tree(2)], [tree(1, height="4.00"), tree(3, species="=SUM(1)")]):
        add_candidate(made, rows)
        release_now(made, registry(made))
    index_now(made)
    return made.catalog


@pytest.fixture
def released(catalog: Path, workspace: Workspace) -> Workspace:
    workspace.prepare()
    shutil.copytree(catalog, workspace.catalog, dirs_exist_ok=True)
    return workspace


def test_by_default_the_latest_version_is_compared_with_the_one_before(gongkai: Command, released: Workspace) -> None:
    found = gongkai.json("diff", "tree_inventory")
    assert (found["from"], found["periods"]) == ("1.1.0", [COUNTS])
    [changed, removed, added] = found["changes"]
    assert changed == {"period": "2025", "change": "changed", "key": {"tree_id": "T00001"},
                       "old": {"height": "3.50"}, "new": {"height": "4.00"}}  # fmt: skip
    assert (removed["old"]["species"], added["new"]["species"]) == ("ginkgo", "=SUM(1)")
    assert gongkai.json("diff", "tree_inventory", "1.0.0", "1.1.0")["periods"] == [
        {"period": "2025", "added": 1, "removed": 0, "changed": 0}
    ]
    for language, words in (("en", ("changed", "tree_id=T00001", "3.50", "4.00")), ("zh", ("修改", "原值"))):
        shown = gongkai("diff", "tree_inventory", "--limit", "1", "--lang", language)
        assert all(word in shown.stdout for word in words) and "T00003" not in shown.stdout
        assert "--limit" in shown.stderr


def test_files_and_wrong_use(gongkai: Command, released: Workspace, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        target = tmp_path / f"out.{suffix}"
        assert gongkai.json("diff", "tree_inventory", "--to", str(target))["periods"] == [COUNTS]
        assert gongkai("diff", "tree_inventory", "--to", str(target)).exit_code == 2  # it is there already
    assert pq.read_table(tmp_path / "out.parquet")["tree_id"].to_pylist() == ["T00001", "T00002", "T00003"]
    assert re.findall(r'"2025","changed","T00001","height","3.50","4.00"', (tmp_path / "out.csv").read_text("utf-8"))
    withdraw(FolderStore(released.catalog), "tree_inventory", ["1.0.0"], {"zh": "误", "en": "mistake"}, NOW)
    assert "withdrawn" in gongkai("diff", "tree_inventory", "1.0.0", "1.1.0").stderr
    wrong = (["tree_inventory", "1.0.7"], ["nothing"], ["tree_inventory", "--to", "x.xlsx"])
    assert [gongkai("diff", *arguments).exit_code for arguments in wrong] == [2, 2, 2]


def test_from_python_only_files_that_differ_are_needed(released: Workspace) -> None:
    with open_catalog(released.catalog) as catalog:
        newest = catalog.versions("tree_inventory").to_pylist()[-1]
        manifest = load_manifest(FolderStore(released.catalog), newest["manifest_sha256"])
        for segment in manifest.segments:
            if segment.period == "2024":
                (released.catalog / object_path(segment.digest)).unlink()
        diff = catalog.diff("tree_inventory")
        assert list(diff.counts()) == [PeriodChanges.from_dict(COUNTS)]
        assert diff.to_arrow_table()["change"].to_pylist() == ["changed", "removed", "added"]
        with pytest.raises(NoEarlierVersion):
            catalog.diff("tree_inventory", new="1.0.0")
        with pytest.raises(UnknownVersion):
            catalog.diff("tree_inventory", "1.0.0", "2' OR '1'='1")
