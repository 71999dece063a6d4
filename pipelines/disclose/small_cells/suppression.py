"""Which rows lose their quasi-identifiers: those in small classes, and those that a version would give away.

Whoever has two versions can take one from the other. So among the rows of a period that are new or changed in the
later version, and among those that are gone or changed from the earlier one, no combination of quasi-identifiers may
have fewer than ``k`` persons either; otherwise somebody who knows that one household was added finds its row. The same
is asked for every earlier version, not for the last one alone, since people keep what they downloaded (the threat and
the remedy are those of X. Xiao and Y. Tao, m-Invariance, SIGMOD 2007, and J.-W. Byun et al., Secure anonymization for
incremental datasets, SDM 2006; the groups here are of rows that changed, since keys show which these are).

A row that is suppressed changes too, so rows are added until nothing is missing. Suppressing everything always fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.sql import identifier, literal
from pipelines.disclose.small_cells.plan import Plan, combined
from pipelines.disclose.small_cells.tally import Rows

#: Property of a public schema's field that says how it was protected.
PROPERTY = "small_cells"


@dataclass(frozen=True)
class Earlier:
    """A published version of the same period: its files, its schema, and the level of each quasi-identifier."""

    files: tuple[Path, ...]
    schema: Mapping[str, Any]
    levels: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return tuple(entry["name"] for entry in self.schema["fields"])

    def quasi_identifiers(self, plan: Plan) -> tuple[str, ...]:
        """What told people apart then, as far as known; else what does now."""
        said = [entry["name"] for entry in self.schema["fields"] if PROPERTY in entry.get("disclosure", {})]
        return tuple(said) or tuple(name for name in plan.names if name in self.names)


class Suppression:
    """Finds the rows for a table whose quasi-identifiers have been generalised already."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows) -> None:
        self._connection, self._plan, self._rows = connection, plan, rows
        self._contents: dict[tuple[str, ...], str] = {}
        self._versions = 0
        key = ", ".join(identifier(name) for name in plan.key)
        sensitive = "".join(
            f", CAST({identifier(name)} AS VARCHAR) AS s{place}" for place, name in enumerate(plan.sensitive)
        )
        combination = _combination(plan, plan.names, rows.names)
        # Numbered by the key: whatever is chosen among equals is chosen by it.
        connection.execute(
            f"CREATE TABLE small_new AS SELECT row_number() OVER (ORDER BY {key}) AS row, {key}, "
            f"{plan.person_sql(rows.names)} AS person, {combination} AS class{sensitive} "
            f"FROM ({rows.select})"
        )
        connection.execute("CREATE TABLE small_hidden (row BIGINT PRIMARY KEY)")
        connection.execute("CREATE TABLE small_old (version INTEGER, class UHUGEINT, person VARCHAR, row BIGINT)")
        connection.execute("CREATE TABLE small_fresh (version INTEGER, row BIGINT)")

    def compare(self, earlier: Sequence[Earlier]) -> None:
        """Note what separates the table from earlier versions, before anything is suppressed."""
        for version in earlier:
            self._compare(self._versions, version)
            self._versions += 1

    def run(self) -> int:
        """Add rows until no group is too small; how many there are."""
        while self._hide_classes() + (self._hide_fresh() + self._hide_companions() if self._versions else 0):
            pass
        return self.count("SELECT count(*) FROM small_hidden")

    def write(self, target: Path) -> None:
        """Write the keys of the suppressed rows, in their order."""
        key = ", ".join(identifier(name) for name in self._plan.key)
        self._connection.execute(
            f"COPY (SELECT {key} FROM small_new SEMI JOIN small_hidden USING (row) ORDER BY row) "
            f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        )

    def count(self, query: str) -> int:
        """A number out of the tables."""
        ((count,),) = self._connection.execute(query).fetchall()
        return int(count)

    def close(self) -> None:
        """Drop the tables."""
        for name in ("small_new", "small_hidden", "small_old", "small_fresh", *self._contents.values()):
            self._connection.execute(f"DROP TABLE {name}")

    def _compare(self, number: int, version: Earlier) -> None:
        plan, names = self._plan, version.names
        common = tuple(name for name in self._rows.names if name in names)
        keyed = all(name in names for name in plan.key)
        listed = "".join(f"{identifier(name)}, " for name in plan.key) if keyed else ""
        files = ", ".join(literal(str(path)) for path in version.files)
        self._connection.execute(
            f"CREATE TABLE small_then AS SELECT {listed}{plan.person_sql(names)} AS person, "
            f"{_combination(plan, version.quasi_identifiers(plan), names)} AS class, {_content(common)} AS content "
            f"FROM read_parquet([{files}])"
        )
        # A row that is in both versions with the same content has its number there; any other has gone or changed.
        matched = (
            f"SELECT o.class, o.person, n.row FROM small_then o LEFT JOIN {self._content(common)} n "
            f"ON {plan.same_key('n', 'o')} AND n.content = o.content"
            if keyed
            else "SELECT class, person, NULL AS row FROM small_then"
        )
        self._connection.execute(f"CREATE TABLE small_both AS {matched}")
        self._connection.execute(
            f"INSERT INTO small_old SELECT {number}, class, person, row FROM small_both WHERE class IS NOT NULL"
        )
        self._connection.execute(
            f"INSERT INTO small_fresh SELECT {number}, row FROM small_new "
            "WHERE class IS NOT NULL AND row NOT IN (SELECT row FROM small_both WHERE row IS NOT NULL)"
        )
        self._connection.execute("DROP TABLE small_then")
        self._connection.execute("DROP TABLE small_both")

    def _content(self, common: tuple[str, ...]) -> str:
        """A table of the rows' content in these columns; most versions have the same ones."""
        if common not in self._contents:
            name = f"small_content_{len(self._contents)}"
            key = ", ".join(identifier(each) for each in self._plan.key)
            self._connection.execute(
                f"CREATE TABLE {name} AS SELECT n.*, s.row FROM (SELECT {key}, {_content(common)} AS content "
                f"FROM ({self._rows.select})) n JOIN small_new s ON {self._plan.same_key('n', 's')}"
            )
            self._contents[common] = name
        return self._contents[common]

    def _hide(self, rows: str) -> int:
        before = self.count("SELECT count(*) FROM small_hidden")
        self._connection.execute(f"INSERT OR IGNORE INTO small_hidden {rows}")
        return self.count("SELECT count(*) FROM small_hidden") - before

    def _hide_classes(self) -> int:
        """Rows in classes of fewer than k persons, or of too few sensitive values."""
        diverse = "".join(
            f" OR count(DISTINCT s{place}) < {least}" for place, least in enumerate(self._plan.sensitive.values())
        )
        return self._hide(
            "SELECT row FROM small_new SEMI JOIN (SELECT class FROM small_new ANTI JOIN small_hidden USING (row) "
            f"WHERE class IS NOT NULL GROUP BY class HAVING count(DISTINCT person) < {self._plan.k}{diverse}) "
            "USING (class)"
        )

    def _hide_fresh(self) -> int:
        """Rows that are new, changed or shown again, where fewer than k persons of a combination are."""
        shown = (
            "SELECT version, row, class, person FROM small_fresh JOIN small_new USING (row) "
            "ANTI JOIN small_hidden USING (row)"
        )
        return self._hide(
            f"SELECT DISTINCT row FROM ({shown}) SEMI JOIN (SELECT version, class FROM ({shown}) GROUP BY ALL "
            f"HAVING count(DISTINCT person) < {self._plan.k}) USING (version, class)"
        )

    def _hide_companions(self) -> int:
        """Where fewer than k persons of an earlier combination are gone, changed or suppressed, further rows of it.

        A row each of the persons who come first by their keys; all that remain where there are not enough persons.
        """
        changed = (
            "SELECT version, class, person FROM small_old WHERE row IS NULL "
            "UNION ALL SELECT version, class, person FROM small_old SEMI JOIN small_hidden USING (row)"
        )
        short = (
            f"SELECT version, class, {self._plan.k} - count(DISTINCT person) AS missing FROM ({changed}) "
            f"GROUP BY version, class HAVING count(DISTINCT person) < {self._plan.k}"
        )
        self._connection.execute(f"CREATE TABLE small_short AS {short}")
        staying = (
            "SELECT o.version, o.class, o.person, o.row, s.missing FROM small_old o JOIN small_short s "
            "USING (version, class) ANTI JOIN small_hidden h ON h.row = o.row WHERE o.row IS NOT NULL"
        )
        others = f"SELECT * FROM ({staying}) ANTI JOIN ({changed}) USING (version, class, person)"
        placed = (
            "SELECT *, dense_rank() OVER (PARTITION BY version, class ORDER BY row) AS place FROM "
            f"(SELECT version, class, person, missing, min(row) AS row FROM ({others}) GROUP BY ALL)"
        )
        found = 0
        if self.count("SELECT count(*) FROM small_short"):
            found = self._hide(f"SELECT DISTINCT row FROM ({placed}) WHERE place <= missing")
            # Else all persons have changed already, with one row or another.
            found = found or self._hide(f"SELECT DISTINCT row FROM ({staying})")
        self._connection.execute("DROP TABLE small_short")
        return found


def _combination(plan: Plan, names: Sequence[str], available: Sequence[str]) -> str:
    """SQL for a number that stands for a combination; none where no quasi-identifier is shown, or nobody is meant."""
    present = [identifier(name) for name in names if name in available]
    shown = " OR ".join(f"{name} IS NOT NULL" for name in present) or "false"
    applies = f"({plan.applies(available)}) AND ({shown})"
    return f"CASE WHEN {applies} THEN md5_number({combined(present)}) END"


def _content(names: Sequence[str]) -> str:
    """SQL for a number that stands for a row's content (MD5, RFC 1321). Departments that would make two rows of equal
    digests on purpose have the rows anyway."""
    return f"md5_number({combined([identifier(name) for name in names])})"
