"""What is offered to be copied runs: SQL, Python and shell, against a server of the catalog and in its folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from apiserving import Site, released_catalog, site_of
from duckdb_reader import WebFiles

from pipelines.catalog.downloads import refresh_downloads
from pipelines.catalog.metadata.facts import FileFacts
from pipelines.catalog.metadata.gathering import listed_files
from pipelines.catalog.metadata.vocabularies import FILE_TYPES, PARQUET
from pipelines.core.paths import Workspace
from pipelines.portal.usage import Usage
from pipelines.publish import FolderStore, latest_snapshot, load_manifest, object_path

CSV, XLSX = (next(kind for kind in FILE_TYPES.values() if kind.code == code) for code in ("CSV", "XLSX"))
DATASET, VERSION = "tree_inventory", "1.2.0"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A catalog in whose path is what SQL, Python and shells have to quote."""
    made = released_catalog(tmp_path_factory.mktemp("use") / "o'hara $(公开)")
    refresh_downloads(FolderStore(made.catalog), made.work)
    return made


@pytest.fixture(scope="module")
def site(workspace: Workspace) -> Iterator[Site]:
    with site_of(workspace.catalog) as running:
        yield running


def downloads(workspace: Workspace) -> tuple[FileFacts, ...]:
    files = listed_files(FolderStore(workspace.catalog), DATASET, VERSION)
    assert files is not None
    return files


def objects(workspace: Workspace) -> tuple[FileFacts, ...]:
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    parts = load_manifest(store, snapshot.datasets[DATASET].manifest).parts
    return tuple(
        FileFacts(f"{number}.parquet", object_path(part.sha256), PARQUET, part.bytes, part.sha256)
        for number, part in enumerate(parts)
    )


def snippets(base: str, files: tuple[FileFacts, ...], version: str = VERSION) -> dict[str, str]:
    usage = Usage(base, "parks", DATASET, version, files, ["height"])
    return {each.name: each.code for each in usage.snippets()}


def rows(sql: str) -> list[int]:
    """How many rows each statement gives that gives some, in a DuckDB that reads the web by ``web://``."""
    connection = duckdb.connect()
    connection.register_filesystem(WebFiles())
    found = []
    for statement in connection.extract_statements(sql):
        result = connection.execute(statement)
        if statement.type == duckdb.StatementType.SELECT:
            found.append(len(result.fetchall()))
    return found


def python(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", f"{code}\nprint(len(rows), rows['height'].sum())"], cwd=folder,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def shell(code: str, folder: Path) -> str:
    done = subprocess.run(["sh", "-euc", code], cwd=folder, capture_output=True, text=True, check=False,
                          env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("made", [True, False])
def test_sql_over_the_web_and_in_the_folder(
    workspace: Workspace, site: Site, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = downloads(workspace) if made else objects(workspace)
    over = snippets(f"web://127.0.0.1:{site.port}/", files, "1.0.0")
    assert rows(over["duckdb"]) == [5, 5] and rows(over["duckdb-file"]) == [5]
    monkeypatch.chdir(workspace.catalog)
    inside = snippets("", files, "1.0.0")
    assert rows(inside["duckdb"]) == [5, 5] and rows(inside["duckdb-file"]) == [5]


@pytest.mark.parametrize("made", [True, False])
def test_python(workspace: Workspace, site: Site, made: bool, tmp_path: Path) -> None:
    files = downloads(workspace) if made else objects(workspace)
    over, inside = snippets(f"{site.url}/", files), snippets("", files)
    names = ["python", "python-csv"] if made else ["python"]
    for name in names:
        count, total = python(over[name], tmp_path).split()
        assert (int(count), float(total)) == (12, 42.0)
        assert python(inside[name], workspace.catalog).split() == [count, total]
    assert ("python-csv" in over) == made


@pytest.mark.parametrize("made", [True, False])
def test_shell(workspace: Workspace, site: Site, made: bool, tmp_path: Path) -> None:
    files = downloads(workspace) if made else objects(workspace)
    checked = shell(snippets(f"{site.url}/", files)["shell"], tmp_path).splitlines()
    assert len(checked) == 2 and all(line.endswith(": OK") for line in checked)
    assert len(list(tmp_path.iterdir())) == 2
    assert shell(snippets("", files)["shell"], workspace.catalog).count(": OK") == 2


def test_a_file_that_came_otherwise_is_told(workspace: Workspace, site: Site, tmp_path: Path) -> None:
    (file, *_) = downloads(workspace)
    wrong = FileFacts(file.name, file.path, file.type, file.bytes, "0" * 64)
    code = snippets(f"{site.url}/", (wrong,))["shell"]
    done = subprocess.run(["sh", "-euc", code], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1


def test_what_is_quoted() -> None:
    file = FileFacts("x 'y\".csv", "downloads/x 'y\".csv", CSV, 1, "0" * 64)
    sheet = FileFacts("x.xlsx", "downloads/x.xlsx", XLSX, 1, "0" * 64)
    parquet = FileFacts("x.parquet", "downloads/x.parquet", PARQUET, 1, "0" * 64)
    usage = Usage("https://h.example/o'hara/", "group", "select", "1.0.0", (file, sheet, parquet), ["order"])
    found = {each.name: each.code for each in usage.snippets()}
    assert "'https://h.example/o''hara/catalog.duckdb'" in found["duckdb"]
    assert 'FROM "group"."select"(\'1.0.0\')' in found["duckdb"]
    assert '"https://h.example/o\'hara/downloads/x%20%27y%22.csv"' in found["python-csv"]
    assert 'rows["order"]' in found["python-csv"]
    assert "--output 'x '\"'\"'y\".csv'" in found["shell"]
    local = {each.name: each.code for each in Usage("", "a", "b", "1.0.0", (file,), []).snippets()}
    assert 'File.Contents("downloads/x \'y"".csv")' in local["excel"]
    assert '"downloads/x \'y\\".csv"' in local["python-csv"]


def test_a_version_without_files_is_found_in_the_catalog() -> None:
    assert [each.name for each in Usage("", "parks", DATASET, VERSION, (), []).snippets()] == ["duckdb"]
