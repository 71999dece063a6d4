"""The files of the index in the catalog: where they lie, whether they are complete, putting finished ones in place.

``index/catalog-000042.duckdb`` and ``.sql`` are made once per snapshot and not changed; a ``.sha256`` file beside
them tells complete ones from damaged ones. ``catalog.duckdb`` and ``index.sql`` are copies of the newest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from pipelines.core.identifiers import is_sha256
from pipelines.publish import Store

INDEX = "catalog.duckdb"
SCRIPT = "index.sql"
_FOLDER = "index"
_NAME = re.compile(r"catalog-([0-9]{6,})\.duckdb")
#: Counts the forms that indexes have had: one of another form is made anew, not built on.
_FORM = b"# form 4\n"


def index_path(snapshot: int) -> str:
    """Where the index of a snapshot lies, relative to the store's root."""
    return f"{_FOLDER}/catalog-{snapshot:06d}.duckdb"


def script_path(snapshot: int) -> str:
    """Where the script that makes the same lies."""
    return f"{_FOLDER}/catalog-{snapshot:06d}.sql"


def current_files(snapshot: int) -> dict[str, str]:
    """What is a copy of a file of the newest snapshot: path → the path of which it is a copy."""
    return {SCRIPT: script_path(snapshot), INDEX: index_path(snapshot)}


def index_sums(store: Store, snapshot: int) -> dict[str, str]:
    """Path → SHA-256 of a snapshot's index and script and of the file with their hashes.

    Empty where that file is not there or damaged.
    """
    recorded, record = _recorded(store, snapshot), store.sha256(_record_path(snapshot))
    return {**recorded, _record_path(snapshot): record} if recorded and record is not None else {}


def is_sound(store: Store, snapshot: int) -> bool:
    """Whether a snapshot's index and script are there as they were made."""
    recorded = _recorded(store, snapshot)
    return bool(recorded) and all(store.sha256(path) == sha256 for path, sha256 in recorded.items())


def newest_sound(store: Store, numbers: Collection[int]) -> int | None:
    """The newest of the snapshots of which there is a sound index."""
    names = (_NAME.fullmatch(name) for name in store.names(_FOLDER))
    present = {int(match[1]) for match in names if match} & set(numbers)
    return next((number for number in sorted(present, reverse=True) if is_sound(store, number)), None)


def missing(store: Store, numbers: Sequence[int]) -> list[int]:
    """The newest of the snapshots, ascending, and those before it that an index was never finished of."""
    finished = {f"{_FOLDER}/{name}" for name in store.names(_FOLDER)}
    return [*(number for number in numbers[:-1] if _record_path(number) not in finished), numbers[-1]]


def install(store: Store, snapshot: int, index: Path, script: Path) -> None:
    """Put a finished index in its place; its hashes follow, so a crash in between only means building it again."""
    for path, file in ((index_path(snapshot), index), (script_path(snapshot), script)):
        if not store.upload(path, file):
            # Damaged, or another process's: either way it is there without a moment's gap.
            store.replace_with(path, file)
    while not is_sound(store, snapshot):
        record = _FORM
        for path in (index_path(snapshot), script_path(snapshot)):
            # The form that `sha256sum --check` reads; it passes over the first line.
            record += f"{store.sha256(path)}  {path.rpartition('/')[2]}\n".encode("ascii")
        store.replace(_record_path(snapshot), record)


def renew_copies(store: Store, snapshot: int) -> bool:
    """Bring the copies up to the newest snapshot's files, which must be sound; tell whether they were not."""
    recorded = _recorded(store, snapshot)
    outdated = [copy for copy, original in current_files(snapshot).items() if store.sha256(copy) != recorded[original]]
    for copy in outdated:
        store.replace_with(copy, store.local(current_files(snapshot)[copy]))
    return bool(outdated)


def _record_path(snapshot: int) -> str:
    return f"{_FOLDER}/catalog-{snapshot:06d}.sha256"


def _recorded(store: Store, snapshot: int) -> dict[str, str]:
    """Path → hash of index and script; none for those of another form, or without a record."""
    try:
        record = store.read(_record_path(snapshot))
    except FileNotFoundError:
        return {}
    lines = record.removeprefix(_FORM).decode("ascii", errors="replace").splitlines()
    found = {f"{_FOLDER}/{name}": digest for digest, _, name in (line.partition("  ") for line in lines)}
    whole = found.keys() == {index_path(snapshot), script_path(snapshot)} and all(map(is_sha256, found.values()))
    return found if record.startswith(_FORM) and whole else {}
