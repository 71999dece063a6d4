"""Building the DuckDB index of the latest snapshot.

``index/catalog-000042.duckdb`` is made once per snapshot and not changed; ``catalog.duckdb`` is a copy of the
newest, put in its place in one step. Everything in them comes from the public store, so deleting them loses
nothing. A ``.sha256`` file beside each index tells a complete index from a damaged one.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from pipelines.catalog.tables import add_snapshot, add_version, create_tables, remove_latest, set_latest
from pipelines.catalog.views import view_statements
from pipelines.core.files import (
    READ_ONLY_MODE,
    flush_file,
    flush_folder,
    replace_file,
    sha256_of,
    temporary_beside,
)
from pipelines.core.paths import Workspace
from pipelines.core.sql import identifier, literal
from pipelines.publish import Snapshot, SnapshotEntry, load_manifest, load_snapshot, snapshot_numbers
from pipelines.publish.sql import scratch_database
from pipelines.publish.store import make_folder

INDEX = "catalog.duckdb"
#: DuckDB 1.4 and DuckDB-WASM read this; they do not read what 2.0 writes by default.
STORAGE_VERSION = "v1.4.0"
_NAME = re.compile(r"catalog-([0-9]{6,})\.duckdb")
_ALIAS = identifier("index_under_construction")


def refresh_index(workspace: Workspace) -> Path | None:
    """Make the index stand for the latest snapshot; repair it if it is missing or damaged.

    Starts from the newest sound index and redoes only the datasets that changed since. When the index is up
    to date this costs reading it once to compare its hash.

    Returns:
        ``catalog.duckdb``, or ``None`` when nothing has been released.

    Raises:
        CorruptStore: when the public store is damaged.
    """
    root = workspace.catalog
    numbers = snapshot_numbers(root)
    if not numbers:
        return None
    latest = numbers[-1]
    newest = index_path(root, latest)
    if not _is_sound(newest):
        with _work_folder(workspace) as folder:
            built = folder / "index.duckdb"
            _build(root, built, numbers)
            _install(built, newest)
    target = root / INDEX
    if not target.is_file() or sha256_of(target) != _recorded_hash(newest):
        with temporary_beside(target) as temporary:
            shutil.copyfile(newest, temporary)
            # Writable by its owner, unlike the original: DuckDB opens files for writing unless told otherwise.
            temporary.chmod(0o644)
            flush_file(temporary)
            temporary.replace(target)
            flush_folder(root)
    return target


def index_path(root: Path, snapshot: int) -> Path:
    """Where the index of a snapshot lies."""
    return root / "index" / f"catalog-{snapshot:06d}.duckdb"


def _build(root: Path, built: Path, numbers: tuple[int, ...]) -> None:
    start = _newest_sound(root, numbers)
    if start is not None:
        shutil.copyfile(index_path(root, start), built)
    with scratch_database(built.parent) as connection:
        connection.execute(f"ATTACH {literal(str(built))} AS {_ALIAS} (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        # Views are made inside the database: a qualified name would bake this alias into them.
        connection.execute(f"USE {_ALIAS}")
        connection.execute(f"SET VARIABLE catalog_root = {literal(str(root))}")
        connection.execute("BEGIN")
        if start is None:
            create_tables(connection)
        _add_snapshots(connection, root, start, numbers)
        connection.execute("COMMIT")
        connection.execute("USE memory")
        connection.execute(f"DETACH {_ALIAS}")


def _add_snapshots(
    connection: duckdb.DuckDBPyConnection, root: Path, start: int | None, numbers: tuple[int, ...]
) -> None:
    """Add the versions of all snapshots after ``start``, then bring what tells of the latest versions up to date."""
    old: Mapping[str, SnapshotEntry] = load_snapshot(root, start).datasets if start is not None else {}
    current = old
    known = {tuple(row) for row in connection.execute("SELECT dataset, version FROM main.versions").fetchall()}
    for number in numbers:
        if start is not None and number <= start:
            continue
        snapshot = load_snapshot(root, number)
        add_snapshot(connection, snapshot)
        for dataset, entry in _changed(current, snapshot):
            if (dataset, entry.version) in known:
                continue  # It had been withdrawn, and is back as it was.
            known.add((dataset, entry.version))
            add_version(connection, snapshot, load_manifest(root, entry.manifest), entry.manifest)
        current = snapshot.datasets
    for dataset in sorted(old.keys() - current.keys()):
        connection.execute(f"DROP VIEW {identifier(old[dataset].theme)}.{identifier(dataset)}")
        remove_latest(connection, dataset)
    for dataset in sorted(current):
        if old.get(dataset) != current[dataset]:
            _show_latest(connection, root, old.get(dataset), dataset, current[dataset])


def _show_latest(
    connection: duckdb.DuckDBPyConnection, root: Path, old: SnapshotEntry | None, dataset: str, entry: SnapshotEntry
) -> None:
    if old is not None and old.theme != entry.theme:
        connection.execute(f"DROP VIEW {identifier(old.theme)}.{identifier(dataset)}")
    manifest = load_manifest(root, entry.manifest)
    set_latest(connection, manifest, entry.manifest)
    for statement in view_statements(manifest):
        connection.execute(statement)


def _changed(before: Mapping[str, SnapshotEntry], snapshot: Snapshot) -> list[tuple[str, SnapshotEntry]]:
    return [(key, entry) for key, entry in sorted(snapshot.datasets.items()) if before.get(key) != entry]


def _newest_sound(root: Path, numbers: tuple[int, ...]) -> int | None:
    folder = root / "index"
    names = (_NAME.fullmatch(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
    present = {int(match[1]) for match in names if match} & set(numbers)
    return next((number for number in sorted(present, reverse=True) if _is_sound(index_path(root, number))), None)


def _is_sound(index: Path) -> bool:
    return index.is_file() and sha256_of(index) == _recorded_hash(index)


def _recorded_hash(index: Path) -> str | None:
    record = index.with_suffix(".sha256")
    return record.read_text("ascii", errors="replace").split(" ")[0] if record.is_file() else None


def _install(built: Path, target: Path) -> None:
    """Put a finished index in its place; its hash follows, so a crash in between only means building it again."""
    make_folder(target.parent)
    with temporary_beside(target) as temporary:
        shutil.copyfile(built, temporary)
        temporary.chmod(READ_ONLY_MODE)
        flush_file(temporary)
        digest = sha256_of(temporary)
        temporary.replace(target)
        flush_folder(target.parent)
    # The form that `sha256sum --check` reads.
    replace_file(target.with_suffix(".sha256"), f"{digest}  {target.name}\n".encode("ascii"))


@contextlib.contextmanager
def _work_folder(workspace: Workspace) -> Iterator[Path]:
    # Named after the process: what a killed one left is removed by the next that opens the installation.
    folder = workspace.work / f"{os.getpid()}-index-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
