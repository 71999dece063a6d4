"""Which rows lose their quasi-identifiers: those in small classes, and those that a version would give away.

Whoever has two versions can take one from the other. So among the rows of a period that are new or changed in the
later version, and among those that are gone or changed from the earlier one, no combination of quasi-identifiers may
have fewer than ``k`` persons either; otherwise somebody who knows that one household was added finds its row. Keys
join the versions row by row, so they tell rows that are new from corrected ones, and of the others what they showed
before: rows with a new key, and rows that showed something else (more than today's levels explain), have to be ``k``
persons by themselves. Against whoever knows whose record was removed or corrected nothing helps but another key.

The same is asked for every earlier version, not for the last one alone, since people keep what they downloaded (the
threat and the remedy are those of X. Xiao and Y. Tao, m-Invariance, SIGMOD 2007, and J.-W. Byun et al., Secure
anonymization for incremental datasets, SDM 2006; the groups here are of rows that changed).

A row that is suppressed changes too, so rows are added until nothing is missing. Suppressing everything always fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.sql import identifier, literal
from pipelines.disclose.small_cells.plan import Known, Node, Plan, combined
from pipelines.disclose.small_cells.tally import Rows, looked_up

#: Property of a public schema's field that says how it was protected.
PROPERTY = "small_cells"


@dataclass(frozen=True)
class Earlier:
    """A published version of the same period: its files, its schema, and how each quasi-identifier is shown."""

    files: tuple[Path, ...]
    schema: Mapping[str, Any]
    shown: Mapping[str, Known]

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return tuple(entry["name"] for entry in self.schema["fields"])

    def quasi_identifiers(self, plan: Plan) -> tuple[str, ...]:
        """What told people apart then, as far as known; else what does now."""
        said = [entry["name"] for entry in self.schema["fields"] if PROPERTY in entry.get("disclosure", {})]
        return tuple(said) or tuple(name for name in plan.names if name in self.names)


class Suppression:
    """Finds the rows for a table whose quasi-identifiers have been generalised already: ``rows`` at ``node``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, node: Node, rows: Rows) -> None:
        self._connection, self._plan, self._node, self._rows = connection, plan, node, rows
        self._contents: dict[tuple[str, ...], str] = {}
        self._versions = 0
        places = range(len(plan.key))
        # Not by the names of fields, which may be those of the other columns.
        self._key = ", ".join(f"{identifier(name)} AS k{place}" for place, name in enumerate(plan.key))
        self._same_key = " AND ".join(
            f"CAST(n.k{place} AS VARCHAR) IS NOT DISTINCT FROM CAST(o.k{place} AS VARCHAR)" for place in places
        )
        sensitive = "".join(
            f", CAST({identifier(name)} AS VARCHAR) AS s{place}" for place, name in enumerate(plan.sensitive)
        )
        self._diverse = "".join(
            f" OR count(DISTINCT s{place}) < {least}" for place, least in enumerate(plan.sensitive.values())
        )
        combination = _combination(plan, plan.names, rows.names)
        ordered = ", ".join(map(identifier, plan.key))
        # Numbered by the key: whatever is chosen among equals is chosen by it.
        connection.execute(
            f"CREATE TABLE small_new AS SELECT row_number() OVER (ORDER BY {ordered}) AS row, {self._key}, "
            f"{plan.person_sql(rows.names)} AS person, {combination} AS class{sensitive} "
            f"FROM ({rows.select})"
        )
        connection.execute("CREATE TABLE small_hidden (row BIGINT PRIMARY KEY)")
        connection.execute("CREATE TABLE small_old (version INTEGER, class UHUGEINT, person VARCHAR, row BIGINT)")
        # ``origin``: what the row showed then, at today's levels; 0 where its key is new, none where it shows the same.
        connection.execute("CREATE TABLE small_fresh (version INTEGER, row BIGINT, origin UHUGEINT)")

    def compare(self, earlier: Sequence[Earlier]) -> None:
        """Note what separates the table from earlier versions, before anything is suppressed."""
        for version in earlier:
            self._compare(self._versions, version)
            self._versions += 1

    def keep_hidden(self, earlier: Sequence[Earlier]) -> None:
        """Rows that are suppressed in the newest version that has them stay so; ``earlier`` is newest first.

        Sums over them have been published, of which each row that is shown later could be taken off.
        """
        plan, seen = self._plan, []
        for number, version in enumerate(earlier):
            if all(name in version.names for name in plan.key):
                class_ = _combination(plan, version.quasi_identifiers(plan), version.names)
                then = f"SELECT {self._key}, {class_} IS NOT NULL AS shown FROM read_parquet([{_files(version)}])"
                rows = f"SELECT {number} AS version, n.row, o.shown FROM ({then}) o JOIN small_new n"
                seen.append(f"{rows} ON {self._same_key} WHERE n.class IS NOT NULL")
        if seen:
            listed = " UNION ALL ".join(seen)
            self._hide(f"SELECT row FROM ({listed}) GROUP BY row HAVING NOT arg_min(shown, version)")

    def run(self) -> int:
        """Add rows until no group is too small; how many there are."""
        while self._hide_classes() + (self._hide_fresh() + self._hide_companions() if self._versions else 0):
            pass
        return self.count("SELECT count(*) FROM small_hidden")

    def write(self, target: Path) -> None:
        """Write the keys of the suppressed rows, in their order."""
        key = ", ".join(f"k{place} AS {identifier(name)}" for place, name in enumerate(self._plan.key))
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
        common = tuple(name for name in self._rows.names if name in version.names)
        keyed = all(name in common for name in self._plan.key)
        self._connection.execute(f"CREATE TABLE small_then AS {self._then(version, common, keyed)}")
        # A row that is in both versions with the same content has its number there; any other has gone or changed.
        matched = (
            f"SELECT o.class, o.person, n.row FROM small_then o LEFT JOIN {self._content(common)} n "
            f"ON {self._same_key} AND n.content = o.content"
            if keyed
            else "SELECT class, person, NULL AS row FROM small_then"
        )
        self._connection.execute(f"CREATE TABLE small_both AS {matched}")
        self._connection.execute(
            f"INSERT INTO small_old SELECT {number}, class, person, row FROM small_both WHERE class IS NOT NULL"
        )
        self._connection.execute(
            "CREATE TABLE small_come AS SELECT row FROM small_new "
            "WHERE class IS NOT NULL AND row NOT IN (SELECT row FROM small_both WHERE row IS NOT NULL)"
        )
        # Without the key nobody can tell which rows are the same.
        origins = (
            "SELECT c.row, CASE WHEN NOT coalesce(known.same, false) THEN coalesce(known.origin, 0) END AS origin "
            "FROM small_come c LEFT JOIN (SELECT n.row, min(o.origin) AS origin, bool_or(o.origin = n.origin) AS same "
            f"FROM ({self._content(common)} SEMI JOIN small_come USING (row)) n JOIN small_then o ON {self._same_key} "
            "GROUP BY n.row) known USING (row)"
            if keyed
            else "SELECT row, NULL AS origin FROM small_come"
        )
        self._connection.execute(f"INSERT INTO small_fresh SELECT {number}, row, origin FROM ({origins})")
        for name in ("small_then", "small_both", "small_come"):
            self._connection.execute(f"DROP TABLE {name}")

    def _then(self, version: Earlier, common: tuple[str, ...], keyed: bool) -> str:
        """SQL for an earlier version's rows: their content, and what they showed of people at today's levels."""
        plan, names = self._plan, version.names
        shown, values, joins = [], [], []
        for place, (each, level) in enumerate(zip(plan.hierarchies, self._node, strict=True)):
            if each.name in common:
                shown.append(f"TRY_CAST({identifier(each.name)} AS {each.kind}) AS v{place}")
                codes = each.codes(level)
                values.append(each.sql(level, f"t.v{place}") if codes is None else f"g{place}.above")
                joins += [looked_up(codes, f"t.v{place}", f"g{place}")] if codes is not None else []
        columns = [
            *([self._key] if keyed else []), *shown, f"{plan.person_sql(names)} AS person",
            f"{_combination(plan, version.quasi_identifiers(plan), names)} AS class",
            f"{_content(common)} AS content", f"{plan.applies(names)} AS meant",
        ]  # fmt: skip
        keys = "".join(f"t.k{place}, " for place in range(len(plan.key))) if keyed else ""
        return (
            f"SELECT {keys}t.person, t.class, t.content, {_origin('t.meant', values)} AS origin "
            f"FROM (SELECT {', '.join(columns)} FROM read_parquet([{_files(version)}])) t {' '.join(joins)}"
        )

    def _content(self, common: tuple[str, ...]) -> str:
        """A table of the rows' content in these columns, and of what they show of people; most versions have the same
        columns."""
        if common not in self._contents:
            name = f"small_content_{len(self._contents)}"
            shown = [identifier(each) for each in self._plan.names if each in common]
            self._connection.execute(
                f"CREATE TABLE {name} AS SELECT n.*, o.row FROM (SELECT {self._key}, {_content(common)} AS content, "
                f"{_origin('true', shown)} AS origin FROM ({self._rows.select})) n JOIN small_new o ON {self._same_key}"
            )
            self._contents[common] = name
        return self._contents[common]

    def _hide(self, rows: str) -> int:
        before = self.count("SELECT count(*) FROM small_hidden")
        self._connection.execute(f"INSERT OR IGNORE INTO small_hidden {rows}")
        return self.count("SELECT count(*) FROM small_hidden") - before

    def _hide_classes(self) -> int:
        """Rows in classes of fewer than k persons, or of too few sensitive values."""
        return self._hide(
            "SELECT row FROM small_new SEMI JOIN (SELECT class FROM small_new ANTI JOIN small_hidden USING (row) "
            f"WHERE class IS NOT NULL GROUP BY class HAVING count(DISTINCT person) < {self._plan.k}{self._diverse}) "
            "USING (class)"
        )

    def _hide_fresh(self) -> int:
        """Rows that are new, changed or shown again, where fewer than k persons of a combination are.

        Keys tell rows that are new from those that were there, and what these showed: each kind needs k persons of
        its own, and as many sensitive values as a class.
        """
        columns = "".join(f", s{place}" for place in range(len(self._plan.sensitive)))
        shown = (
            f"SELECT version, row, class, person, origin{columns} FROM small_fresh JOIN small_new USING (row) "
            "ANTI JOIN small_hidden USING (row)"
        )
        few = f"count(DISTINCT person) < {self._plan.k}"
        return self._hide(
            f"SELECT row FROM ({shown}) SEMI JOIN (SELECT version, class FROM ({shown}) GROUP BY ALL HAVING {few}) "
            f"USING (version, class) UNION SELECT row FROM ({shown}) SEMI JOIN (SELECT version, class, origin "
            f"FROM ({shown}) WHERE origin IS NOT NULL GROUP BY ALL HAVING {few}{self._diverse}) "
            "USING (version, class, origin)"
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


def _files(version: Earlier) -> str:
    return ", ".join(literal(str(path)) for path in version.files)


def _combination(plan: Plan, names: Sequence[str], available: Sequence[str]) -> str:
    """SQL for a number that stands for a combination; none where no quasi-identifier is shown, or nobody is meant."""
    present = [identifier(name) for name in names if name in available]
    shown = " OR ".join(f"{name} IS NOT NULL" for name in present) or "false"
    applies = f"({plan.applies(available)}) AND ({shown})"
    return f"CASE WHEN {applies} THEN md5_number({combined(present)}) END"


def _origin(meant: str, shown: Sequence[str]) -> str:
    """SQL for a number that stands for what a row shows of people, and whether it is about them."""
    return f"md5_number({combined([meant, *shown])})"


def _content(names: Sequence[str]) -> str:
    """SQL for a number that stands for a row's content (MD5, RFC 1321). Departments that would make two rows of equal
    digests on purpose have the rows anyway."""
    return f"md5_number({combined([identifier(name) for name in names])})"
