"""The ledger: an SQLite index of what has been landed, decided and composed.

It answers "what is there to do?" without reading every record. Everything in it can be rebuilt from the landing
records and the outcome folders (:mod:`pipelines.flow.rebuild`), so losing it loses nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.records import Delivery, DeliveryKey, Verdict
from pipelines.core.sqlite_files import writing
from pipelines.flow.counts import COUNT_INDEXES, Counts
from pipelines.flow.results import Work

#: Stands in ``unresolved`` where a defect of the program kept a delivery from being judged: it is tried again.
FAILED = "failed"

#: Begins ``unresolved`` where rows of other departments with the same keys kept a delivery out.
CLASH = "clash:"

#: Stands in ``frames_read`` where a newer delivery stands for the period: it is judged again if it comes to stand.
SET_ASIDE = "aside"

#: Raised when the tables change.
_FORMAT = 3

#: What makes the tables of an earlier format today's, where nothing of them has to be made anew.
_UPGRADES: Mapping[int, tuple[str, ...]] = {
    2: ("ALTER TABLE outcomes ADD COLUMN rows_accepted INTEGER",
        "ALTER TABLE outcomes ADD COLUMN rows_quarantined INTEGER"),
}  # fmt: skip

_TABLES = """
CREATE TABLE IF NOT EXISTS inbox (
    dataset TEXT, period TEXT, organisation TEXT, signature TEXT NOT NULL,
    PRIMARY KEY (dataset, period, organisation));
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, dataset TEXT NOT NULL, period TEXT NOT NULL, organisation TEXT NOT NULL,
    sequence INTEGER NOT NULL, digest TEXT NOT NULL, landed TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_by_key ON deliveries (dataset, period, organisation, sequence);
CREATE TABLE IF NOT EXISTS outcomes (
    delivery TEXT, processing_key TEXT, verdict TEXT NOT NULL, folder TEXT NOT NULL,
    unresolved TEXT, decided TEXT NOT NULL, frames_read TEXT, rows_accepted INTEGER, rows_quarantined INTEGER,
    PRIMARY KEY (delivery, processing_key));
CREATE TABLE IF NOT EXISTS compositions (
    dataset TEXT, period TEXT, composition TEXT NOT NULL, segment TEXT, rows INTEGER NOT NULL,
    PRIMARY KEY (dataset, period));
CREATE TABLE IF NOT EXISTS lost_clashes (delivery TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS released (registry TEXT NOT NULL, snapshot INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS unreported (dataset TEXT, period TEXT, PRIMARY KEY (dataset, period));
"""
#: A stored outcome's columns, as :class:`StoredOutcome` has them; the others are of :mod:`pipelines.flow.counts`.
_OUTCOME = "delivery, processing_key, verdict, folder, unresolved, decided, frames_read"


@dataclass(frozen=True)
class LandedDelivery:
    """A landed delivery as the ledger knows it. ``landed``: UTC time, ISO 8601."""

    id: str
    key: DeliveryKey
    sequence: int
    digest: str
    landed: str


@dataclass(frozen=True)
class StoredOutcome:
    """What was decided about a delivery under a processing key. ``folder`` is relative to the outcomes folder;
    ``unresolved`` identifies the referenced rows that foreign keys were not found in, if any were not, or (with
    ``CLASH`` before it) the other departments' deliveries that have the same keys; ``frames_read`` the rows of other
    deliveries that expectation frames were judged by, if any read some."""

    delivery: str
    processing_key: str
    verdict: Verdict
    folder: str
    unresolved: str | None
    decided: str
    frames_read: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether its rows count, all or some of them."""
        return self.verdict is not Verdict.REJECTED


class Ledger:
    """The index. Every method is one transaction; several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._bring_up_to_date()
        self._connection.executescript(_TABLES + COUNT_INDEXES)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _bring_up_to_date(self) -> None:
        """An index of another format is upgraded, or emptied: it is rebuilt from the records it was made from."""
        if self._format() == _FORMAT:
            return
        with writing(self._connection) as connection:
            statements = _UPGRADES.get(self._format())
            if statements is None and self._format() != _FORMAT:  # Another process may have been quicker.
                tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                statements = tuple(f'DROP TABLE "{table}"' for (table,) in tables)
            for statement in statements or ():
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_FORMAT}")

    def _format(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    @property
    def counts(self) -> Counts:
        """What became of deliveries, in figures."""
        return Counts(self._connection)

    def is_empty(self) -> bool:
        """Tell whether nothing has been recorded yet."""
        return self._connection.execute("SELECT 1 FROM deliveries LIMIT 1").fetchone() is None

    # What has been landed

    def signatures(self) -> dict[DeliveryKey, str]:
        """Per inbox folder, the signature it had when it was landed."""
        rows = self._connection.execute("SELECT dataset, period, organisation, signature FROM inbox")
        return {DeliveryKey(*row[:3]): row[3] for row in rows}

    def record_landing(self, delivery: Delivery, signature: str | None, landed: str) -> None:
        """Remember a landed delivery, and that the inbox folder with ``signature`` needs no second look."""
        key = delivery.key
        with writing(self._connection) as connection:
            connection.execute(
                "INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?)",
                (delivery.id, key.dataset, key.period, key.organisation, delivery.sequence, delivery.digest, landed),
            )
            if signature is not None:
                connection.execute(
                    "INSERT OR REPLACE INTO inbox VALUES (?, ?, ?, ?)",
                    (key.dataset, key.period, key.organisation, signature),
                )

    def deliveries(self, work: Work | None = None, dataset: str | None = None) -> list[LandedDelivery]:
        """Landed deliveries, newest of each key first."""
        clause, values = "", ()  # type: str, tuple[str, ...]
        if work is not None:
            clause, values = "WHERE dataset = ? AND period = ?", (work.dataset, work.period)
        elif dataset is not None:
            clause, values = "WHERE dataset = ?", (dataset,)
        rows = self._connection.execute(
            f"SELECT id, dataset, period, organisation, sequence, digest, landed FROM deliveries {clause} "
            "ORDER BY dataset, period, organisation, sequence DESC",
            values,
        )
        return [LandedDelivery(row[0], DeliveryKey(*row[1:4]), *row[4:]) for row in rows]

    def landed_after(self, place: int, delivery: str, landed: str) -> Iterator[tuple[int, LandedDelivery]]:
        """Deliveries in the order in which they were recorded, each with its place in it.

        Args:
            place: only those after this one.
            delivery: which delivery was recorded there. If it is not there any more, all are given.
            landed: when that one was landed.
        """
        known = self._connection.execute("SELECT id, landed FROM deliveries WHERE rowid = ?", (place,)).fetchone()
        rows = self._connection.execute(
            "SELECT rowid, id, dataset, period, organisation, sequence, digest, landed FROM deliveries "
            "WHERE rowid > ? ORDER BY rowid",
            (place if known == (delivery, landed) else 0,),
        )
        for row in rows:
            yield row[0], LandedDelivery(row[1], DeliveryKey(*row[2:5]), *row[5:])

    def newest(self, name: str) -> LandedDelivery | None:
        """The delivery of that identifier; of an identifier without its sequence, the newest."""
        row = self._connection.execute(
            "SELECT id, dataset, period, organisation, sequence, digest, landed FROM deliveries WHERE id = ?1 "
            "OR dataset || '.' || period || '.' || organisation = ?1 ORDER BY sequence DESC LIMIT 1",
            (name,),
        ).fetchone()
        return LandedDelivery(row[0], DeliveryKey(*row[1:4]), *row[4:]) if row else None

    # What has been decided

    def record_outcome(self, outcome: StoredOutcome, work: Work) -> None:
        """Remember what was decided about a delivery: its period is to be composed anew, and reported."""
        with writing(self._connection) as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO outcomes ({_OUTCOME}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (outcome.delivery, outcome.processing_key, outcome.verdict.value, outcome.folder, outcome.unresolved,
                 outcome.decided, outcome.frames_read),
            )  # fmt: skip
            place = (work.dataset, work.period)
            connection.execute("INSERT OR IGNORE INTO compositions VALUES (?, ?, '', NULL, 0)", place)
            connection.execute("UPDATE compositions SET composition = '' WHERE dataset = ? AND period = ?", place)
            connection.execute("INSERT OR IGNORE INTO unreported VALUES (?, ?)", place)

    def outcome(self, delivery: str, processing_key: str) -> StoredOutcome | None:
        """What was decided about a delivery under a processing key."""
        row = self._connection.execute(
            f"SELECT {_OUTCOME} FROM outcomes WHERE delivery = ? AND processing_key = ?", (delivery, processing_key)
        ).fetchone()
        return _outcome(row) if row else None

    def record_frames_read(self, outcome: StoredOutcome, frames_read: str) -> None:
        """Remember that what an outcome's expectation frames read has changed, and that it made no difference."""
        with writing(self._connection) as connection:
            connection.execute(
                "UPDATE outcomes SET frames_read = ? WHERE delivery = ? AND processing_key = ?",
                (frames_read, outcome.delivery, outcome.processing_key),
            )

    def set_aside_frames(self, deliveries: Iterable[str], processing_key: str) -> None:
        """What the frames of deliveries read that newer ones stand for matters only once they stand again."""
        clause = "WHERE delivery = ? AND processing_key = ? AND frames_read IS NOT NULL AND frames_read != ?"
        marked = [(name, processing_key, SET_ASIDE) for name in deliveries]
        if any(self._connection.execute(f"SELECT 1 FROM outcomes {clause}", entry).fetchone() for entry in marked):
            with writing(self._connection) as connection:
                connection.executemany(f"UPDATE outcomes SET frames_read = '{SET_ASIDE}' {clause}", marked)

    def frames_read(self, dataset: str, processing_key: str) -> list[tuple[DeliveryKey, str]]:
        """Outcomes with expectation frames that read other deliveries' rows, and which rows those were."""
        rows = self._connection.execute(
            "SELECT d.dataset, d.period, d.organisation, o.frames_read FROM outcomes o JOIN deliveries d "
            "ON d.id = o.delivery WHERE d.dataset = ? AND o.processing_key = ? AND o.frames_read != ?",
            (dataset, processing_key, SET_ASIDE),
        )
        return [(DeliveryKey(*row[:3]), row[3]) for row in rows]

    def was_accepted(self, delivery: str, processing_key: str) -> bool:
        """Tell whether a delivery has been accepted under another processing key than the given."""
        row = self._connection.execute(
            "SELECT 1 FROM outcomes WHERE delivery = ? AND processing_key != ? AND verdict != ?",
            (delivery, processing_key, Verdict.REJECTED.value),
        ).fetchone()
        return row is not None

    def outcomes(self, processing_keys: Iterable[str]) -> list[StoredOutcome]:
        """All outcomes under any of the processing keys."""
        found = []
        for key in sorted({*processing_keys}):
            rows = self._connection.execute(f"SELECT {_OUTCOME} FROM outcomes WHERE processing_key = ?", (key,))
            found += [_outcome(row) for row in rows]
        return found

    def forget_outcome(self, outcome: StoredOutcome) -> None:
        """Forget an outcome whose folder is lost: the delivery is decided again."""
        with writing(self._connection) as connection:
            connection.execute(
                "DELETE FROM outcomes WHERE delivery = ? AND processing_key = ?",
                (outcome.delivery, outcome.processing_key),
            )

    def current(self, dataset: str, processing_key: str) -> dict[DeliveryKey, StoredOutcome]:
        """Per department and period of a dataset, the newest accepted delivery's outcome."""
        rows = self._connection.execute(
            f"SELECT d.dataset, d.period, d.organisation, {_OUTCOME} FROM deliveries d JOIN outcomes o "
            "ON o.delivery = d.id WHERE d.dataset = ? AND o.processing_key = ? AND o.verdict != ? ORDER BY d.sequence",
            (dataset, processing_key, Verdict.REJECTED.value),
        )
        return {DeliveryKey(*row[:3]): _outcome(row[3:]) for row in rows}

    def rejected(self) -> int:
        """How many departments' newest deliveries stand rejected."""
        row = self._connection.execute(
            "SELECT count(*) FROM deliveries d WHERE NOT EXISTS (SELECT 1 FROM deliveries n "
            "WHERE n.dataset = d.dataset AND n.period = d.period AND n.organisation = d.organisation "
            "AND n.sequence > d.sequence) AND (SELECT verdict FROM outcomes o WHERE o.delivery = d.id "
            "ORDER BY o.decided DESC LIMIT 1) = ?",
            (Verdict.REJECTED.value,),
        ).fetchone()
        return int(row[0])

    def undecided(self, processing_keys: Mapping[str, str]) -> set[Work]:
        """Datasets and periods whose newest delivery of some department has no outcome under its current key."""
        with writing(self._connection) as connection:
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (dataset TEXT PRIMARY KEY, processing_key TEXT)")
            connection.execute("DELETE FROM wanted")
            connection.executemany("INSERT INTO wanted VALUES (?, ?)", processing_keys.items())
            rows = connection.execute(
                "SELECT DISTINCT d.dataset, d.period FROM deliveries d JOIN wanted w ON w.dataset = d.dataset "
                "WHERE NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.dataset = d.dataset AND n.period = d.period "
                "AND n.organisation = d.organisation AND n.sequence > d.sequence) "
                "AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.delivery = d.id "
                "AND o.processing_key = w.processing_key AND o.unresolved IS NOT ?)",
                (FAILED,),
            ).fetchall()
        return {Work(*row) for row in rows}

    def unresolved(self, dataset: str, processing_key: str) -> Iterator[tuple[Work, str]]:
        """Outcomes with foreign keys that found nothing, and what they were looked up in.

        A delivery that a newer accepted one stands for is never looked at again, so it is not among them.
        """
        rows = self._connection.execute(
            "SELECT d.dataset, d.period, o.unresolved FROM outcomes o JOIN deliveries d ON d.id = o.delivery "
            "WHERE d.dataset = ? AND o.processing_key = ? AND o.unresolved IS NOT NULL "
            "AND o.unresolved NOT LIKE ? AND NOT EXISTS (SELECT 1 FROM deliveries n JOIN outcomes p "
            "ON p.delivery = n.id AND p.processing_key = o.processing_key WHERE n.dataset = d.dataset "
            "AND n.period = d.period AND n.organisation = d.organisation AND n.sequence > d.sequence "
            "AND p.verdict != ?)",
            (dataset, processing_key, f"{CLASH}%", Verdict.REJECTED.value),
        )
        for dataset_id, period, looked_up in rows.fetchall():
            yield Work(dataset_id, period), looked_up

    def clashed(self, dataset: str, processing_key: str) -> list[tuple[Work, str, str]]:
        """Deliveries rejected for keys that other departments have: period, department, what they clashed with."""
        rows = self._connection.execute(
            "SELECT d.dataset, d.period, d.organisation, o.unresolved FROM outcomes o JOIN deliveries d "
            "ON d.id = o.delivery WHERE d.dataset = ? AND o.processing_key = ? AND o.unresolved LIKE ?",
            (dataset, processing_key, f"{CLASH}%"),
        )
        return [(Work(row[0], row[1]), row[2], row[3]) for row in rows]

    def lost_clashes(self) -> frozenset[str]:
        """Deliveries that have ever been rejected for keys that other departments have."""
        return frozenset(row[0] for row in self._connection.execute("SELECT delivery FROM lost_clashes"))

    def record_lost_clash(self, delivery: str) -> None:
        """Remember that a delivery has given way to another department's."""
        with writing(self._connection) as connection:
            connection.execute("INSERT OR IGNORE INTO lost_clashes VALUES (?)", (delivery,))

    # What has been composed, released and reported

    def composition(self, work: Work) -> tuple[str, str | None, int] | None:
        """Of which outcomes the newest segment of a dataset and period is made, its SHA-256, and its rows."""
        row = self._connection.execute(
            "SELECT composition, segment, rows FROM compositions WHERE dataset = ? AND period = ?",
            (work.dataset, work.period),
        ).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def uncomposed(self, processing_keys: Mapping[str, str]) -> set[Work]:
        """Datasets and periods whose outcomes, or whose descriptor, changed since their segment was made."""
        rows = self._connection.execute("SELECT dataset, period, composition FROM compositions").fetchall()
        return {
            Work(dataset, period)
            for dataset, period, composition in rows
            if dataset in processing_keys and not composition.startswith(processing_keys[dataset])
        }

    def record_composition(self, work: Work, composition: str, segment: str | None, rows: int) -> None:
        """Remember that a segment was made of these outcomes and saved as a candidate."""
        with writing(self._connection) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO compositions VALUES (?, ?, ?, ?, ?)",
                (work.dataset, work.period, composition, segment, rows),
            )

    def forget_composition(self, work: Work, segment: str) -> None:
        """Have a period composed anew if that segment is what its composition came to."""
        with writing(self._connection) as connection:
            connection.execute(
                "UPDATE compositions SET composition = '' WHERE dataset = ? AND period = ? AND segment = ?",
                (work.dataset, work.period, segment),
            )

    def released(self) -> tuple[str | None, int]:
        """The state of the registry at the last release, and its snapshot's number (0: there was none)."""
        row = self._connection.execute("SELECT registry, snapshot FROM released").fetchone()
        return (row[0], row[1]) if row else (None, 0)

    def record_released(self, registry: str, snapshot: int) -> None:
        """Remember the state of the registry that has been released, and as which snapshot."""
        with writing(self._connection) as connection:
            connection.execute("DELETE FROM released")
            connection.execute("INSERT INTO released VALUES (?, ?)", (registry, snapshot))

    def unreported(self) -> tuple[Work, ...]:
        """Datasets and periods with outcomes that Dagster has not been told of."""
        rows = self._connection.execute("SELECT dataset, period FROM unreported ORDER BY dataset, period")
        return tuple(Work(*row) for row in rows)

    def mark_reported(self, works: Iterable[Work]) -> None:
        """Take datasets and periods off the list of unreported ones."""
        with writing(self._connection) as connection:
            connection.executemany(
                "DELETE FROM unreported WHERE dataset = ? AND period = ?",
                [(work.dataset, work.period) for work in works],
            )


def _outcome(row: tuple[str, str, str, str, str | None, str, str | None]) -> StoredOutcome:
    return StoredOutcome(row[0], row[1], Verdict(row[2]), *row[3:])
