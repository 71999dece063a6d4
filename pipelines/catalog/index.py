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
from pipelines.core.identifiers import is_sha256
from pipelines.core.sql import identifier, literal
from pipelines.publish import Snapshot, SnapshotEntry, Store, load_manifest, load_snapshot, snapshot_numbers
from pipelines.publish.sql import scratch_database

INDEX = "catalog.duckdb"
_FOLDER = "index"
#: DuckDB 1.4 and DuckDB-WASM read this; they do not read what 2.0 writes by default.
STORAGE_VERSION = "v1.4.0"
_NAME = re.compile(r"catalog-([0-9]{6,})\.duckdb")
_ALIAS = identifier("index_under_construction")


def refresh_index(store: Store, work: Path) -> bool:
    """Make the index stand for the latest snapshot; repair it if it is missing or damaged.

    Starts from the newest sound index and redoes only the datasets that changed since. When the index is up
    to date this costs reading it once to compare its hash. Processes that do this at once may each build an
    index; what is left is one of them, of the newest snapshot.

    Args:
        store: the catalog.
        work: private folder for scratch files.

    Returns:
        Whether there is an index: nothing may have been released.

    Raises:
        CorruptStore: when the public store is damaged.
    """
    while numbers := snapshot_numbers(store):
        newest = index_path(numbers[-1])
        if not _is_sound(store, newest):
            with index_folder(work) as folder:
                built = folder / "index.duckdb"
                build_index(store, built, numbers, _newest_sound(store, numbers))
                _install(store, built, newest)
        if store.sha256(INDEX) == _recorded_hash(store, newest):
            return True
        # Whoever is slow may write an older index over a newer one, so look again after writing.
        store.replace_with(INDEX, store.local(newest))
    return False


def index_path(snapshot: int) -> str:
    """Where the index of a snapshot lies, relative to the store's root."""
    return f"{_FOLDER}/catalog-{snapshot:06d}.duckdb"


def index_sums(store: Store, snapshot: int) -> dict[str, str]:
    """Path → SHA-256 of a snapshot's index and of the file with its hash; empty where it is not there or damaged."""
    index = index_path(snapshot)
    recorded = store.sha256(_hash_path(index))
    digest = _recorded_hash(store, index)
    if recorded is None or digest is None or not is_sha256(digest):
        return {}
    return {index: digest, _hash_path(index): recorded}


def current_files(snapshot: int) -> dict[str, str]:
    """What is a copy of a file of the newest snapshot: path → the path of which it is a copy."""
    return {INDEX: index_path(snapshot)}


def build_index(store: Store, built: Path, numbers: tuple[int, ...], start: int | None) -> None:
    """Make the index of the snapshots with these numbers, in the file ``built``.

    Args:
        store: the catalog.
        built: a new file in a folder of its own.
        numbers: ascending.
        start: the snapshot whose index is gone on from; ``None``: from nothing.

    Raises:
        CorruptStore: when the public store is damaged.
    """
    if start is not None:
        shutil.copyfile(store.local(index_path(start)), built)
    with scratch_database(built.parent) as connection:
        connection.execute(f"ATTACH {literal(str(built))} AS {_ALIAS} (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        # Views are made inside the database: a qualified name would bake this alias into them.
        connection.execute(f"USE {_ALIAS}")
        connection.execute(f"SET VARIABLE catalog_root = {literal(store.address)}")
        connection.execute("BEGIN")
        if start is None:
            create_tables(connection)
        _add_snapshots(connection, store, start, numbers)
        connection.execute("COMMIT")
        connection.execute("USE memory")
        connection.execute(f"DETACH {_ALIAS}")


def _add_snapshots(
    connection: duckdb.DuckDBPyConnection, store: Store, start: int | None, numbers: tuple[int, ...]
) -> None:
    """Add the versions of all snapshots after ``start``, then bring what tells of the latest versions up to date."""
    old: Mapping[str, SnapshotEntry] = load_snapshot(store, start).datasets if start is not None else {}
    current = old
    known = {tuple(row) for row in connection.execute("SELECT dataset, version FROM main.versions").fetchall()}
    for number in numbers:
        if start is not None and number <= start:
            continue
        snapshot = load_snapshot(store, number)
        add_snapshot(connection, snapshot)
        for dataset, entry in _changed(current, snapshot):
            if (dataset, entry.version) in known:
                continue  # It had been withdrawn, and is back as it was.
            known.add((dataset, entry.version))
            add_version(connection, snapshot, load_manifest(store, entry.manifest), entry.manifest)
        current = snapshot.datasets
    for dataset in sorted(old.keys() - current.keys()):
        connection.execute(f"DROP VIEW {identifier(old[dataset].theme)}.{identifier(dataset)}")
        remove_latest(connection, dataset)
    for dataset in sorted(current):
        if old.get(dataset) != current[dataset]:
            _show_latest(connection, store, old.get(dataset), dataset, current[dataset])


def _show_latest(
    connection: duckdb.DuckDBPyConnection, store: Store, old: SnapshotEntry | None, dataset: str, entry: SnapshotEntry
) -> None:
    if old is not None and old.theme != entry.theme:
        connection.execute(f"DROP VIEW {identifier(old.theme)}.{identifier(dataset)}")
    manifest = load_manifest(store, entry.manifest)
    set_latest(connection, manifest, entry.manifest)
    for statement in view_statements(manifest):
        connection.execute(statement)


def _changed(before: Mapping[str, SnapshotEntry], snapshot: Snapshot) -> list[tuple[str, SnapshotEntry]]:
    return [(key, entry) for key, entry in sorted(snapshot.datasets.items()) if before.get(key) != entry]


def _newest_sound(store: Store, numbers: tuple[int, ...]) -> int | None:
    names = (_NAME.fullmatch(name) for name in store.names(_FOLDER))
    present = {int(match[1]) for match in names if match} & set(numbers)
    return next((number for number in sorted(present, reverse=True) if _is_sound(store, index_path(number))), None)


def _is_sound(store: Store, index: str) -> bool:
    recorded = _recorded_hash(store, index)
    return recorded is not None and store.sha256(index) == recorded


def _hash_path(index: str) -> str:
    return f"{index.removesuffix('.duckdb')}.sha256"


def _recorded_hash(store: Store, index: str) -> str | None:
    try:
        return store.read(_hash_path(index)).decode("ascii", errors="replace").split(" ")[0]
    except FileNotFoundError:
        return None


def _install(store: Store, built: Path, index: str) -> None:
    """Put a finished index in its place; its hash follows, so a crash in between only means building it again."""
    if not store.upload(index, built):
        # Damaged, or another process's: either way it is there without a moment's gap.
        store.replace_with(index, built)
    while not _is_sound(store, index):
        # The form that `sha256sum --check` reads.
        record = f"{store.sha256(index)}  {index.rpartition('/')[2]}\n"
        store.replace(_hash_path(index), record.encode("ascii"))


@contextlib.contextmanager
def index_folder(work: Path) -> Iterator[Path]:
    """A scratch folder for an index, removed on leaving."""
    # Named after the process: what a killed one left is removed by the next that opens the installation.
    folder = work / f"{os.getpid()}-index-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
