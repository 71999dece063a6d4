"""Making the downloads of one version, and putting them in their place.

A version's files are made in a private folder and put one by one; ``files.json`` is put last and taken away first, so
that where it is, everything it names is there. The same version gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.catalog.downloads.csv_file import write_csv
from pipelines.catalog.downloads.dictionary import Described, about_rows, dictionary_rows
from pipelines.catalog.downloads.package import write_package
from pipelines.catalog.downloads.parquet_file import write_parquet
from pipelines.catalog.downloads.rows import Survey, schema_that_holds
from pipelines.catalog.downloads.texts import batches_of
from pipelines.catalog.downloads.workbook import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNITS,
    Sheet,
    TooLarge,
    write_workbook,
)
from pipelines.core.errors import CorruptStore
from pipelines.core.files import scratch_folder, sha256_of
from pipelines.core.identifiers import is_sha256
from pipelines.core.messages import Message, in_both
from pipelines.core.paths import is_plain_name
from pipelines.core.sql import literal
from pipelines.publish import Manifest, Store
from pipelines.publish.download_files import FILES, downloads_folder
from pipelines.publish.parts import have_unique_keys
from pipelines.publish.records import canonical_json
from pipelines.publish.schemas import columns, primary_key
from pipelines.publish.sql import MEMORY_LIMIT, scratch_database
from pipelines.publish.store import MALFORMED

#: Raised when files of the same version come to be other ones: then those that there are are made anew.
REVISION = 1
MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class DownloadFile:
    """A file of a version: its name, media type (RFC 6838), size in bytes, hash and number of rows."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    rows: int


@dataclass(frozen=True)
class VersionFiles:
    """What ``files.json`` says: the files of a version, and which was not made and why."""

    dataset: str
    version: str
    manifest: str
    rows: int
    files: tuple[DownloadFile, ...]
    not_made: Mapping[str, Message]
    revision: int = REVISION

    def content(self) -> bytes:
        """The bytes that are stored."""
        left_out = [{"name": name, "reason": reason.as_dict()} for name, reason in self.not_made.items()]
        return canonical_json({**vars(self), "files": [vars(file) for file in self.files], "not_made": left_out})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> VersionFiles:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        files = tuple(DownloadFile(**entry) for entry in document["files"])
        if not all(is_plain_name(file.name) and is_sha256(file.sha256) for file in files):
            raise ValueError("not a list of files")
        not_made = {entry["name"]: Message.from_dict(entry["reason"]) for entry in document["not_made"]}
        return cls(**{**document, "files": files, "not_made": not_made})


def load_files(store: Store, dataset: str, version: str) -> VersionFiles | None:
    """What there is of a version; ``None`` where its downloads are not there or not complete.

    Raises:
        CorruptStore: when ``files.json`` is not what it should be.
    """
    path = f"{downloads_folder(dataset, version)}/{FILES}"
    try:
        return VersionFiles.from_dict(json.loads(store.read(path)))
    except FileNotFoundError:
        return None
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(path, MALFORMED) from problem


def made_files(store: Store, manifest: Manifest, sha256: str) -> VersionFiles | None:
    """A version's downloads, if they are there in the sizes that they were made with; nothing is hashed."""
    with suppress(CorruptStore):
        found = load_files(store, manifest.dataset, manifest.version)
        folder = downloads_folder(manifest.dataset, manifest.version)
        if (
            found is not None
            and (found.manifest, found.revision) == (sha256, REVISION)
            and all(store.size(f"{folder}/{file.name}") == file.bytes for file in found.files)
        ):
            return found
    return None


def make_version(
    store: Store, manifest: Manifest, sha256: str, work: Path, memory_limit: str = MEMORY_LIMIT
) -> VersionFiles:
    """Make a version's downloads, in place of those that there are.

    Args:
        store: the catalog.
        manifest: the version.
        sha256: of its manifest.
        work: private folder for scratch files: the files themselves, and what does not fit into memory.
        memory_limit: for sorting, as DuckDB has it.

    Raises:
        CorruptStore: when an object or a code list is missing or damaged.
        duckdb.Error, OSError: when memory or disk do not suffice.
    """
    described = Described.load(store, manifest, sha256)
    with scratch_folder(work, "downloads") as folder:
        made = folder / "made"
        made.mkdir()
        # Each thread holds a whole page of text, which may be most of a row group.
        with scratch_database(folder, 1, memory_limit) as connection:
            not_made = _write_files(connection, store, described, made)
        files = tuple(
            DownloadFile(path.name, media_type, path.stat().st_size, sha256_of(path), manifest.rows)
            for suffix, media_type in MEDIA_TYPES.items()
            if (path := made / f"{described.name}{suffix}").is_file()
        )
        version = VersionFiles(manifest.dataset, manifest.version, sha256, manifest.rows, files, not_made)
        _install(store, version, made)
    return version


def _write_files(
    connection: duckdb.DuckDBPyConnection, store: Store, described: Described, folder: Path
) -> dict[str, Message]:
    """Write a version's files; tell which were not made, and why."""
    parquet, csv, workbook, package = (folder / f"{described.name}{suffix}" for suffix in MEDIA_TYPES)
    manifest, found = described.manifest, Survey()
    key = primary_key(manifest.schema)
    by_key = write_parquet(connection, store, described, parquet)
    write_csv(list(columns(manifest.schema)), found.watching(batches_of(parquet)), csv)
    reason = _write_workbook(described, parquet, found, workbook)

    def is_unique(names: Sequence[str]) -> bool:
        if tuple(names) == key:
            return by_key
        return have_unique_keys(connection, f"FROM read_parquet({literal(str(parquet))})", {"primaryKey": names})

    write_package(described, csv, schema_that_holds(manifest, found, is_unique), package)
    return {} if reason is None else {workbook.name: reason}


def _write_workbook(described: Described, parquet: Path, found: Survey, target: Path) -> Message | None:
    """Write a version as a workbook; if it does not fit into one, tell why not."""
    manifest = described.manifest
    kinds = columns(manifest.schema)
    for kind, size, most in (
        ("rows", manifest.rows, MOST_ROWS),
        ("columns", len(kinds), MOST_COLUMNS),
        ("cell", found.longest, MOST_UNITS),
    ):
        if size > most:
            return Message("downloads-no-workbook", {"kind": kind, "size": size, "most": most})
    titles = [in_both(f"downloads-sheet-{name}", " ") for name in ("data", "dictionary", "about")]
    sheets = [
        Sheet(titles[0], list(kinds), manifest.rows, batches_of(parquet)),
        Sheet.of_texts(titles[1], dictionary_rows(described)),
        Sheet.of_texts(titles[2], about_rows(described)),
    ]
    try:
        write_workbook(sheets, target)
    except TooLarge:
        target.unlink()
        return Message("downloads-no-workbook", {"kind": "bytes", "size": manifest.rows, "most": MOST_ROWS})
    return None


def _install(store: Store, version: VersionFiles, folder: Path) -> None:
    target = downloads_folder(version.dataset, version.version)
    listed = f"{target}/{FILES}"
    store.remove(listed)
    for file in version.files:
        path = f"{target}/{file.name}"
        if not store.upload(path, folder / file.name) and store.sha256(path) != file.sha256:
            store.replace_with(path, folder / file.name)
    kept = {FILES, *(file.name for file in version.files)}
    for name in store.names(target):
        if name not in kept:
            store.remove(f"{target}/{name}")
    store.replace(listed, version.content())
