"""What became of deliveries, in figures: counted once per outcome, added up by SQL over the ledger.

An outcome that is recorded has no figures; whoever wants some first has those counted that have none. So what was
counted is not opened again, and a lost ledger loses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipelines.core.sqlite_files import writing

#: Indexes of the ledger's tables that only counting needs. Verdicts are written out: parameters would not use them.
COUNT_INDEXES = """
CREATE INDEX IF NOT EXISTS deliveries_by_landing ON deliveries (landed);
CREATE INDEX IF NOT EXISTS deliveries_by_organisation ON deliveries (organisation, landed);
CREATE INDEX IF NOT EXISTS outcomes_uncounted ON outcomes (delivery) WHERE rows_accepted IS NULL;
CREATE INDEX IF NOT EXISTS outcomes_to_correct ON outcomes (delivery) WHERE verdict != 'accepted';
"""
#: The outcome that stood at a time, of those of a delivery.
_STANDING = (
    "o.rowid = (SELECT p.rowid FROM outcomes p WHERE p.delivery = d.id AND p.decided <= :moment "
    "ORDER BY p.decided DESC LIMIT 1) AND o.rows_accepted IS NOT NULL"
)
#: Whether a delivery is of one of the datasets; the plus keeps SQLite from looking up all deliveries of each.
_WANTED = "+d.dataset IN (SELECT value FROM json_each(:datasets))"


@dataclass(frozen=True)
class Uncounted:
    """An outcome without figures; ``folder`` is relative to the outcomes folder."""

    delivery: str
    processing_key: str
    decided: str
    folder: str


@dataclass(frozen=True)
class Figures:
    """The rows of an outcome."""

    outcome: Uncounted
    rows_accepted: int
    rows_quarantined: int


@dataclass(frozen=True)
class Landed:
    """What a department landed in a time, and what became of it."""

    deliveries: int = 0
    rejected: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0


@dataclass(frozen=True)
class Counts:
    """Figures of the ledger's outcomes. Times are UTC, ISO 8601 to the microsecond."""

    connection: sqlite3.Connection

    def uncounted(self) -> list[Uncounted]:
        """Outcomes that have been recorded since the last count, and those whose folder was lost before it."""
        rows = self.connection.execute(
            "SELECT delivery, processing_key, decided, folder FROM outcomes WHERE rows_accepted IS NULL"
        )
        return [Uncounted(*row) for row in rows]

    def count(self, figures: Iterable[Figures]) -> None:
        """Remember figures; those of an outcome that was recorded again meanwhile are left out."""
        entries = [
            (entry.rows_accepted, entry.rows_quarantined, entry.outcome.delivery, entry.outcome.processing_key,
             entry.outcome.decided)
            for entry in figures
        ]  # fmt: skip
        if entries:
            with writing(self.connection) as connection:
                connection.executemany(
                    "UPDATE outcomes SET rows_accepted = ?, rows_quarantined = ? "
                    "WHERE delivery = ? AND processing_key = ? AND decided = ?",
                    entries,
                )

    def first_landed(self, datasets: Collection[str]) -> str | None:
        """When the first delivery of any of the datasets was landed."""
        row = self.connection.execute(
            f"SELECT d.landed FROM deliveries d WHERE {_WANTED} ORDER BY d.landed LIMIT 1",
            {"datasets": json.dumps([*datasets])},
        ).fetchone()
        return row[0] if row else None

    def organisations(self, datasets: Collection[str], until: str) -> list[str]:
        """Departments that landed anything of the datasets before a time: one look into the index for each."""
        rows = self.connection.execute(
            "WITH RECURSIVE names (name) AS (SELECT min(organisation) FROM deliveries UNION ALL SELECT "
            "(SELECT min(organisation) FROM deliveries WHERE organisation > name) FROM names WHERE name NOTNULL) "
            "SELECT name FROM names WHERE EXISTS (SELECT 1 FROM deliveries d WHERE d.organisation = name "
            f"AND d.landed < :until AND {_WANTED})",
            {"datasets": json.dumps([*datasets]), "until": until},
        )
        return [row[0] for row in rows]

    def landed(self, datasets: Collection[str], since: str, until: str, moment: str) -> dict[str, Landed]:
        """Per department, what it landed in a time, and what stood decided about it at a moment."""
        rows = self.connection.execute(
            "SELECT d.organisation, count(*), sum(o.verdict = 'rejected'), sum(o.rows_accepted), "
            "sum(o.rows_quarantined) FROM deliveries d JOIN outcomes o ON o.delivery = d.id "
            f"WHERE d.landed >= :since AND d.landed < :until AND {_WANTED} AND {_STANDING} GROUP BY d.organisation",
            {"datasets": json.dumps([*datasets]), "since": since, "until": until, "moment": moment},
        )
        return {row[0]: Landed(*row[1:]) for row in rows}

    def to_correct(self, datasets: Collection[str], until: str, moment: str) -> dict[str, int]:
        """Per department, how many of its periods' newest deliveries before a time stood not wholly accepted."""
        rows = self.connection.execute(
            "SELECT d.organisation, count(*) FROM outcomes o JOIN deliveries d ON d.id = o.delivery "
            f"WHERE o.verdict != 'accepted' AND d.landed < :until AND {_WANTED} AND {_STANDING} "
            "AND NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.dataset = d.dataset AND n.period = d.period "
            "AND n.organisation = d.organisation AND n.sequence > d.sequence AND n.landed < :until) "
            "GROUP BY d.organisation",
            {"datasets": json.dumps([*datasets]), "until": until, "moment": moment},
        )
        return dict(rows.fetchall())
