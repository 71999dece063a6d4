"""Building the DuckDB index of the latest snapshot, and the script that makes the same.

Everything in them comes from the public store, so deleting them loses nothing.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.catalog.datasets import codelist_statements, dataset_statements, read_indexed, removal_statements
from pipelines.catalog.history import History
from pipelines.catalog.index_files import (
    index_path,
    install,
    is_sound,
    missing,
    newest_sound,
    renew_copies,
    script_path,
)
from pipelines.catalog.script import write_script
from pipelines.catalog.stubs import Stubs
from pipelines.catalog.tables import add_snapshot, batched, opening_statements, set_codes, set_latest
from pipelines.core.files import scratch_folder
from pipelines.core.sql import identifier, literal
from pipelines.publish import (
    Manifest,
    Snapshot,
    SnapshotEntry,
    Store,
    load_codelist,
    load_manifest,
    load_snapshot,
    load_tombstone,
    snapshot_numbers,
)
from pipelines.publish.sql import scratch_database

#: DuckDB 1.4 and DuckDB-WASM read this; they do not read what 2.0 writes by default.
STORAGE_VERSION = "v1.4.0"
#: The smallest: tables are many and small, and over HTTP a block is what is read at a time.
BLOCK_SIZE = 16384
_ALIAS = identifier("index_under_construction")


def refresh_index(store: Store, work: Path) -> bool:
    """Make the index stand for the latest snapshot; repair it if it is missing or damaged.

    Starts from the newest sound index and redoes only the datasets that changed since. Earlier snapshots that have
    none, since a crash came between their commits and this, get theirs. When the index is up to date this costs reading
    it once to compare its hash. Processes that do this at once may each build an index; what is left is one of them, of
    the newest snapshot. No object is opened.

    Args:
        store: the catalog.
        work: private folder for scratch files.

    Returns:
        Whether there is an index: nothing may have been released.

    Raises:
        CorruptStore: when the public store is damaged.
    """
    while numbers := snapshot_numbers(store):
        if not is_sound(store, numbers[-1]):
            for number in missing(store, numbers):
                _build_and_install(store, work, [each for each in numbers if each <= number])
        # Whoever is slow may write an older index over a newer one, so look again after writing.
        if not renew_copies(store, numbers[-1]):
            return True
    return False


def _build_and_install(store: Store, work: Path, numbers: Sequence[int]) -> None:
    with scratch_folder(work, "index") as folder:
        built = folder / "index.duckdb"
        build_index(store, built, numbers, newest_sound(store, numbers))
        install(store, numbers[-1], built, built.with_suffix(".sql"))


def build_index(store: Store, built: Path, numbers: Sequence[int], start: int | None) -> None:
    """Make the index of the snapshots with these numbers, in the file ``built``, and its script beside it.

    Args:
        store: the catalog.
        built: a new file in a folder of its own.
        numbers: ascending.
        start: the snapshot whose index is gone on from; ``None``: from nothing.

    Raises:
        CorruptStore: when the public store is damaged.
    """
    earlier = None
    if start is not None:
        shutil.copyfile(store.local(index_path(start)), built)
        earlier = store.local(script_path(start))
    with scratch_database(built.parent) as connection:
        options = f"STORAGE_VERSION {literal(STORAGE_VERSION)}, BLOCK_SIZE {BLOCK_SIZE}"
        connection.execute(f"ATTACH {literal(str(built))} AS {_ALIAS} ({options})")
        # Views are made inside the database: a qualified name would bake this alias into them.
        connection.execute(f"USE {_ALIAS}")
        # It is written out once, in the end: written out between, it would keep the room of what was written before.
        connection.execute("SET wal_autocheckpoint = '1TB'")
        stubs = Stubs(connection, built.parent / "stubs")
        connection.execute(f"SET VARIABLE catalog_root = {literal(str(stubs.folder))}")
        if start is None:
            with _transaction(connection):
                _run(connection, opening_statements())
        changed = _add_snapshots(connection, store, stubs, start, numbers)
        write_script(connection, built.with_suffix(".sql"), earlier, changed)
        connection.execute("USE memory")
        connection.execute(f"DETACH {_ALIAS}")


def _add_snapshots(
    connection: duckdb.DuckDBPyConnection, store: Store, stubs: Stubs, start: int | None, numbers: Sequence[int]
) -> set[str]:
    """Add all snapshots after ``start``; return the datasets in which they differ from it."""
    base = load_snapshot(store, start) if start is not None else Snapshot(0, "", None, {})
    events: dict[str, list[tuple[Snapshot, Snapshot]]] = defaultdict(list)
    newest = base
    with _transaction(connection):
        for number in numbers[numbers.index(start) + 1 :] if start is not None else numbers:
            before, newest = newest, load_snapshot(store, number)
            add_snapshot(connection, newest)
            for dataset in _changed(before, newest):
                events[dataset].append((before, newest))
    codelists: dict[str, tuple[int, str]] = {}
    for batch in batched(sorted(events)):
        with _transaction(connection):
            histories = History.load(connection, store, batch)
            for history in histories:
                for before, snapshot in events[history.dataset]:
                    _add_event(store, history, before, snapshot, codelists)
            History.write(connection, histories)
    with _transaction(connection):
        _set_codelists(connection, store, codelists)
    for batch in batched(sorted(events)):
        with _transaction(connection):
            _show_latest(connection, store, stubs, batch, base.datasets, newest.datasets)
    return set(events)


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is done in the block at once: it is faster than one by one. What fails leaves a file that nobody keeps."""
    connection.execute("BEGIN")
    yield
    connection.execute("COMMIT")


def _changed(before: Snapshot, after: Snapshot) -> list[str]:
    """Datasets of which ``after`` shows another version, or whose versions it withdrew."""
    known = before.datasets.keys() | after.datasets.keys() | after.tombstones.keys()
    return [
        dataset
        for dataset in sorted(known)
        if before.datasets.get(dataset) != after.datasets.get(dataset)
        or before.tombstones.get(dataset) != after.tombstones.get(dataset)
    ]


def _add_event(
    store: Store, history: History, before: Snapshot, snapshot: Snapshot, codelists: dict[str, tuple[int, str]]
) -> None:
    """Add what a snapshot tells of a dataset, and note the code lists that it refers to."""
    dataset = history.dataset
    entry = snapshot.datasets.get(dataset)
    if before.datasets.get(dataset) != entry:
        history.show(snapshot, None if entry is None else entry.version)
    if entry is not None and entry.version not in history.numbers:  # Else it had left the catalog, and is back.
        manifest = load_manifest(store, entry.manifest)
        history.add(snapshot, manifest, entry.manifest)
        _note_codelists(codelists, snapshot, manifest)
    for version, sha256 in sorted(snapshot.tombstones.get(dataset, {}).items()):
        if before.tombstone_of(dataset, version) != sha256:
            history.bury(version, load_tombstone(store, sha256))


def _show_latest(
    connection: duckdb.DuckDBPyConnection, store: Store, stubs: Stubs, datasets: Sequence[str],
    before: Mapping[str, SnapshotEntry], after: Mapping[str, SnapshotEntry],
) -> None:  # fmt: skip
    for dataset in datasets:
        old, new = before.get(dataset), after.get(dataset)
        if old is not None and (new is None or old.theme != new.theme):
            _run(connection, removal_statements(dataset, old.theme))
    shown = (after[dataset].manifest for dataset in datasets if dataset in after)
    set_latest(connection, datasets, {sha256: load_manifest(store, sha256) for sha256 in shown})
    for indexed in read_indexed(connection, datasets):
        stubs.stand_for(indexed.files)
        _run(connection, dataset_statements(indexed))


def _note_codelists(noted: dict[str, tuple[int, str]], snapshot: Snapshot, manifest: Manifest) -> None:
    for name, sha256 in manifest.codelists.items():
        noted[name] = max(noted.get(name, (0, "")), (snapshot.number, sha256))


def _set_codelists(connection: duckdb.DuckDBPyConnection, store: Store, noted: Mapping[str, tuple[int, str]]) -> None:
    """Show each code list as the newest version that refers to it does."""
    rows = connection.execute("SELECT codelist, snapshot, sha256 FROM main.code_lists").fetchall()
    known = {name: (snapshot, sha256) for name, snapshot, sha256 in rows}
    for name, (snapshot, sha256) in sorted(noted.items()):
        if (snapshot, sha256) > known.get(name, (0, "")):
            set_codes(connection, name, sha256, snapshot, load_codelist(store, sha256))
            _run(connection, codelist_statements([name]))


def _run(connection: duckdb.DuckDBPyConnection, statements: Iterator[str]) -> None:
    for statement in statements:
        connection.execute(statement)
