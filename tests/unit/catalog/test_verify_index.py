"""The index is compared with one made anew: rows, views, macros, and the copy that people open."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from publishing import add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.catalog import verify_index
from pipelines.core.files import replace_file, sha256_of
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore

INDEX = "index/catalog-000002.duckdb"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two releases, each indexed when it was made."""
    made = workspace_with_registry(tmp_path_factory.mktemp("indexed"))
    for rows in ([tree(1)], [tree(1), tree(2)]):
        add_candidate(made, rows)
        release_now(made, registry(made))
        index_now(made)
    return made


def found(workspace: Workspace) -> list[tuple[str, str, str]]:
    problems = verify_index(FolderStore(workspace.catalog), workspace.work)
    return sorted((problem.path, problem.reason, problem.detail) for problem in problems)


def test_an_index_that_went_on_from_an_earlier_one_says_what_one_made_anew_says(workspace: Workspace) -> None:
    assert found(workspace) == []
    assert [path for path in workspace.work.iterdir() if "index" in path.name] == []


def test_nothing_released(tmp_path: Path) -> None:
    assert verify_index(FolderStore(tmp_path), tmp_path) == []


@pytest.mark.parametrize(
    ("statements", "details"),
    [
        (["UPDATE segment_files SET rows = rows + 1"], ["main.segment_files"]),
        (["DELETE FROM versions", "INSERT INTO datasets FROM datasets"], ["main.datasets", "main.versions"]),
        (["CREATE OR REPLACE VIEW parks.tree_inventory AS SELECT 1"], ["parks.tree_inventory"]),
        (["COMMENT ON VIEW parks.tree_inventory IS 'x'"], ["parks.tree_inventory"]),
        (["CREATE MACRO more() AS 1", "DROP VIEW quality"], ["main.more, main.quality"]),
    ],
)
def test_an_index_that_says_other_things_than_the_manifests(
    workspace: Workspace, tmp_path: Path, statements: Sequence[str], details: Sequence[str]
) -> None:
    shutil.copytree(workspace.catalog, tmp_path / "catalog")
    altered = Workspace(tmp_path, workspace.schema)
    current, index = altered.catalog / "catalog.duckdb", altered.catalog / INDEX
    current.chmod(0o644)
    with duckdb.connect(str(current)) as connection:
        for statement in statements:
            connection.execute(statement)
    assert found(altered) == [("catalog.duckdb", "sha256", "")]
    before = sha256_of(index)
    index.unlink()
    shutil.copy(current, index)
    record = index.with_suffix(".sha256")
    replace_file(record, record.read_bytes().replace(before.encode(), sha256_of(index).encode()))
    assert found(altered) == [(INDEX, "index", detail) for detail in details]


def test_what_is_no_index_is_told(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.catalog, tmp_path / "catalog")
    altered = Workspace(tmp_path, workspace.schema)
    index = altered.catalog / INDEX
    index.chmod(0o644)
    index.write_bytes(b"no database")
    assert found(altered) == [(INDEX, "malformed", ""), (INDEX, "sha256", "")]
    index.unlink()
    (altered.catalog / "catalog.duckdb").unlink()
    assert found(altered) == [("catalog.duckdb", "missing", ""), (INDEX, "missing", "")]
