"""Small cells of a period: what is decided against all that has been published of it, and kept.

::

    <protection>/<dataset>/<period>/<segment>.json     the decision, by the digest of the segment that it made
    <protection>/<dataset>/<period>/<sha256>.parquet   keys of the rows that lost their quasi-identifiers

Both are private: together with a version they tell which rows are rare. `gongkai rebuild` needs them, since a decision
depends on what was published before it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb

from pipelines.core.errors import CorruptStore
from pipelines.core.files import PRIVATE_FILE_MODE, make_private_folders, replace_by_copy, replace_file, sha256_of
from pipelines.core.identifiers import is_sha256
from pipelines.core.paths import Workspace
from pipelines.core.records import FieldReceipt
from pipelines.disclose.small_cells import Decision, Earlier, Known, Plan, apply, decide, receipts, require_hidden
from pipelines.disclose.small_cells.tally import Rows
from pipelines.flow.installation import Installation
from pipelines.flow.period_history import published_of
from pipelines.flow.results import Work
from pipelines.publish import (
    Compared,
    Contribution,
    Segment,
    Snapshot,
    SnapshotEntry,
    latest_snapshot,
    newest_entries,
    object_path,
)
from pipelines.publish.changes import levels
from pipelines.publish.records import canonical_json
from pipelines.publish.store import MALFORMED, check_object

_logger = logging.getLogger(__name__)
#: Records of segments that were never released go after so long: a release may be taking one up.
_GRACE_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Record:
    """A decision, what it was made of, and where the keys of suppressed rows lie."""

    decision: Decision
    input: str
    keys: Path


@dataclass
class Protection:
    """Decides for one period, and keeps what was decided. Used once, under the period's lock."""

    inst: Installation
    work: Work
    plan: Plan
    contributions: Sequence[Contribution]
    folder: Path
    _made: list[tuple[Decision, Path]] = field(default_factory=list)

    def protect(self, connection: duckdb.DuckDBPyConnection, select: str, names: tuple[str, ...]
                ) -> tuple[str, tuple[FieldReceipt, ...]]:  # fmt: skip
        """As :data:`pipelines.publish.segments.Protect`. Rows that were published once are published as they were then.

        Raises:
            RowsNotSuppressed: when rows would be shown that were decided not to be.
            CorruptStore: when something that was published of the period is missing or damaged: what a new version
                would give away cannot be told then.
        """
        rows = Rows(select, names)
        decision, keys = self._decided_before() or self._decide(connection, rows)
        require_hidden(connection, self.plan, decision, rows, keys)
        self._made.append((decision, keys))
        return apply(self.plan, decision, rows, keys).select, receipts(self.plan, decision)

    def keep(self, segment: Segment) -> None:
        """Keep the decision that made a segment; those of segments that were never released are forgotten in time."""
        for decision, keys in self._made:
            _save(self.inst.workspace, self.work, segment.digest, Record(decision, self._input, keys))
        _forget(self.inst.workspace, self.work, {segment.digest, *self._published})

    def _decide(self, connection: duckdb.DuckDBPyConnection, rows: Rows) -> tuple[Decision, Path]:
        self.folder.mkdir(parents=True, exist_ok=True)
        keys = self.folder / "suppressed.parquet"
        earlier, lasting = list(self._earlier.values()), self.work.dataset in self.inst.catalog.summed
        return decide(connection, self.plan, rows, earlier, keys, lasting=lasting), keys

    def _decided_before(self) -> tuple[Decision, Path] | None:
        """What was decided of the very same rows, unless versions since then are less exact."""
        known = [version.shown for version in self._earlier.values()]
        for record in self._records.values():
            if record.input != self._input:
                continue
            fitting, floor = self.plan.covering(known)
            _, node = record.decision.node(fitting)
            if all(level >= least for level, least in zip(node, floor, strict=True)):
                return record.decision, record.keys
        return None

    @cached_property
    def _input(self) -> str:
        """Changes with the rows and with what is declared."""
        tables = sorted(sha256_of(each.table.parquet) for each in self.contributions)
        return hashlib.sha256("\n".join([self.plan.digest, *tables]).encode()).hexdigest()

    @property
    def compared(self) -> Compared:
        """What the rows were compared with: a release of them has to find nothing else."""
        _, entry = self._newest
        return Compared(entry.manifest if entry else None, frozenset(self._published))

    @cached_property
    def _newest(self) -> tuple[Snapshot | None, SnapshotEntry | None]:
        """The current release, and the dataset's newest version, whether or not that release shows it."""
        store = self.inst.store
        snapshot = latest_snapshot(store)
        return snapshot, newest_entries(store, snapshot, {self.work.dataset}).get(
            self.work.dataset
        ) if snapshot else None

    @cached_property
    def _published(self) -> Mapping[str, Segment]:
        """Every segment of the period that a version had whose bytes were not removed for good; newest first."""
        snapshot, entry = self._newest
        if snapshot is None or entry is None:
            return {}
        return published_of(self.inst.workspace, self.inst.store, snapshot, entry, self.work)

    @cached_property
    def _earlier(self) -> Mapping[str, Earlier]:
        store, found = self.inst.store, dict[str, Earlier]()
        for digest, segment in self._published.items():
            for part in segment.parts:
                check_object(store, part.sha256, part.bytes)
            files = tuple(store.local(object_path(part.sha256)) for part in segment.parts)
            record = self._records.get(digest)
            codes = record.decision.codes if record else {}
            shown = {name: Known(level, codes.get(name)) for name, level in levels(segment).items()}
            found[digest] = Earlier(files, segment.schema, shown)
        return found

    @cached_property
    def _records(self) -> Mapping[str, Record]:
        """What is still known of how the published segments were decided."""
        found = {}
        for digest in self._published:
            try:
                record = load_record(self.inst.workspace, self.work, digest)
            except CorruptStore as damaged:
                _logger.warning("%s", damaged)  # What is decided anew is as safe, if not always the same.
                continue
            if record is not None:
                found[digest] = record
        return found


def load_record(workspace: Workspace, work: Work, segment: str) -> Record | None:
    """The decision that made a segment; ``None`` where it is lost.

    Raises:
        CorruptStore: when it is damaged.
    """
    folder = _folder(workspace, work)
    path = folder / f"{segment}.json"
    try:
        document = json.loads(path.read_bytes())
        keys = folder / f"{document['keys']}.parquet"
        record = Record(Decision.from_dict(document["decision"]), str(document["input"]), keys)
        if not is_sha256(document["keys"]) or sha256_of(keys) != document["keys"]:
            raise CorruptStore(str(keys), MALFORMED)
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(str(path), MALFORMED) from problem
    return record


def record_path(work: Work, segment: str) -> str:
    """Where a record lies in the protection's folder."""
    return f"{work.dataset}/{work.period}/{segment}.json"


def _folder(workspace: Workspace, work: Work) -> Path:
    return workspace.protection / work.dataset / work.period


def _save(workspace: Workspace, work: Work, segment: str, record: Record) -> None:
    folder = _folder(workspace, work)
    make_private_folders(workspace.protection, folder)
    digest = sha256_of(record.keys)
    target = folder / f"{digest}.parquet"
    if not target.exists():
        replace_by_copy(target, record.keys)
    document = {"decision": record.decision.as_dict(), "input": record.input, "keys": digest}
    replace_file(folder / f"{segment}.json", canonical_json(document), PRIVATE_FILE_MODE)


def _forget(workspace: Workspace, work: Work, needed: set[str]) -> None:
    """Remove old records of segments that are not needed, then keys that no record names."""
    folder = _folder(workspace, work)
    old = time.time() - _GRACE_SECONDS
    for path in folder.glob("*.json"):
        if path.stem not in needed and path.stat().st_mtime < old:
            path.unlink()
    try:
        named = {json.loads(path.read_bytes())["keys"] for path in folder.glob("*.json")}
    except (KeyError, TypeError, ValueError):
        return  # Of a damaged record nobody knows which keys it names.
    for path in folder.glob("*.parquet"):
        if path.stem not in named:
            path.unlink()
