"""Registers that the catalog keeps about itself, as it published them: rows read from their newest version.

Which published dataset is which register is said by the registry (``register_of``), not by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.catalog.downloads.rows import version_rows
from pipelines.core.errors import CorruptStore
from pipelines.core.sql import identifier
from pipelines.publish import Manifest, Snapshot, Store, load_manifest, manifest_path
from pipelines.publish.schemas import columns
from pipelines.publish.sql import scratch_database
from pipelines.registry import Catalog
from pipelines.registry.dataset import RegisterKind

#: Sorting beyond this spills into the work folder; rows are handed on so many at a time.
_MEMORY, _BATCH = "256MB", 500

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Register:
    """A register that is published. ``digest`` is the SHA-256 of the manifest of its newest version."""

    dataset: str
    digest: str
    store: Store
    work: Path

    @property
    def manifest(self) -> Manifest:
        """Its newest version.

        Raises:
            CorruptStore: when it cannot be read.
        """
        return load_manifest(self.store, self.digest)

    def select(self, names: Sequence[str], what: str, sql: str = "") -> Iterator[Row]:
        """Rows of a query, one after the other: what does not fit into memory is sorted on disk.

        Args:
            names: columns that the query is about; of one that the register does not have all values are null.
            what: the list of a SELECT over them.
            sql: what follows FROM.

        Raises:
            CorruptStore: when rows are missing or are none.
        """
        manifest = self.manifest
        there = columns(manifest.schema)
        given = ", ".join(identifier(name) if name in there else f"NULL AS {identifier(name)}" for name in names)
        query = f"SELECT {what} FROM (SELECT {given} FROM ({version_rows(self.store, manifest)})) {sql}"
        try:
            with scratch_database(self.work, threads=1, memory_limit=_MEMORY) as connection:
                connection.execute(query)
                found = [entry[0] for entry in connection.description or ()]
                while batch := connection.fetchmany(_BATCH):
                    yield from (dict(zip(found, row, strict=True)) for row in batch)
        except duckdb.Error as problem:
            raise CorruptStore(manifest_path(self.digest), type(problem).__name__) from problem


def register_kind(catalog: Catalog, dataset: str) -> RegisterKind | None:
    """Which register of the catalog a dataset is; ``None`` where it is none.

    Sums over other datasets are none of them: there may be many, and each is a dataset of its own subject.
    """
    known = catalog.datasets.get(dataset)
    kind = known.descriptor.register_of if known else None
    return None if kind is RegisterKind.AGGREGATE else kind


def published_registers(
    store: Store, catalog: Catalog, snapshot: Snapshot, work: Path
) -> Mapping[RegisterKind, Register]:
    """The registers that a snapshot shows, by kind; of several of a kind the first by identifier."""
    found: dict[RegisterKind, Register] = {}
    for dataset, entry in sorted(snapshot.datasets.items()):
        kind = register_kind(catalog, dataset)
        if kind is not None:
            found.setdefault(kind, Register(dataset, entry.manifest, store, work))
    return found
