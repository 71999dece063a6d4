"""Finding rows by their public form in stored tables. Tables are streamed; values are bound, never pasted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.errors import CorruptStore
from pipelines.core.records import COORDINATES
from pipelines.core.sql import identifier, literal
from pipelines.disclose.keys import SurrogateKey
from pipelines.disclose.plan import FieldPlan, public
from pipelines.disclose.treatments import treat
from pipelines.flow.tracing.conditions import Condition, where
from pipelines.publish.clearances import PROPERTY, SMALL_CELLS
from pipelines.publish.schemas import columns
from pipelines.publish.store import MALFORMED
from pipelines.registry.types import sql_type

#: Cannot be fields' names: those begin with a letter.
_NUMBER, _RULES = identifier("_number"), "_rules"
_ROW_NUMBER = "file_row_number"
_BATCH_ROWS = 1 << 16


@dataclass(frozen=True)
class FoundRow:
    """A row of a delivery: its source coordinates, asked-for values, and the rules that it breaks."""

    file: str
    sheet: str | None
    row: int
    values: Mapping[str, str | None]
    rules: tuple[str, ...] = ()


class TableSearch:
    """Searches tables with one database. ``conditions`` are on public fields."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, conditions: Sequence[Condition]) -> None:
        self._connection = connection
        self._conditions = conditions

    def size(self, table: Path) -> int:
        """How many rows a table has.

        Raises:
            CorruptStore: when it cannot be read.
        """
        with _readable(table):
            return int(pq.read_metadata(table).num_rows)

    def count(self, table: Path) -> int:
        """How many rows of a public table meet the conditions.

        Raises:
            CorruptStore: when it cannot be read.
        """
        with _readable(table):
            test, values = where(self._conditions, pq.read_schema(table).names)
            ((count,),) = self._connection.execute(
                f"SELECT count(*) FROM read_parquet({literal(str(table))}) WHERE {test}", values
            ).fetchall()
        return int(count)

    def disclosed(
        self, cleared: Path, validated: Path, wanted: Sequence[str], limit: int, segment: Segmented | None = None
    ) -> list[FoundRow]:
        """Rows of a delivery's public table, with the coordinates that stand in the same places of its private one.

        Args:
            cleared: the public table.
            validated: the table it was made of, row by row.
            wanted: fields of the public table whose values are asked for; one that it does not have has none.
            limit: rows to give at most.
            segment: only rows that a segment has too.

        Raises:
            CorruptStore: when a table cannot be read, or they do not have the same number of rows.
        """
        if self.size(cleared) != self.size(validated):
            raise CorruptStore(str(validated), f"another number of rows than {cleared.name}")
        with _readable(validated):
            return self._disclosed(cleared, validated, wanted, limit, segment)

    def _disclosed(
        self, cleared: Path, validated: Path, wanted: Sequence[str], limit: int, segment: Segmented | None
    ) -> list[FoundRow]:
        names = pq.read_schema(cleared).names
        # What small cells made of a value is known of the segment alone.
        hazy = blurred(segment.schema) if segment is not None else frozenset()
        test, values = where([each for each in self._conditions if each.field not in hazy], names)
        test = test or "true"
        shown = "".join(f", CAST({f'd.{identifier(name)}' if name in names else 'NULL'} AS VARCHAR)" for name in wanted)
        source = f"SELECT * FROM {_numbered(cleared)} WHERE {test}"
        if segment is not None:
            source, values = _also_in(source, values, names, segment, self._conditions)
        rows = self._connection.execute(
            f"SELECT {', '.join(f'v.{name}' for name in COORDINATES)}{shown} FROM "
            f"(SELECT * FROM ({source}) ORDER BY {_NUMBER} LIMIT {int(limit)}) d "
            f"JOIN {_numbered(validated)} v ON v.{_NUMBER} = d.{_NUMBER} ORDER BY d.{_NUMBER}",
            values,
        ).fetchall()
        return [FoundRow(row[0], row[1], row[2], dict(zip(wanted, row[3:], strict=True))) for row in rows]

    def delivered(
        self, parquet: Path, plans: Sequence[FieldPlan], key: SurrogateKey, *, quarantined: bool
    ) -> Iterator[FoundRow]:
        """Rows of a private table whose public form would meet the conditions, by what disclosure would make of them.

        ``quarantined``: the table has rules, and cells that have not been typed; they count as far as they can be read.

        Raises:
            CorruptStore: when the table cannot be read.
        """
        with _readable(parquet):
            yield from self._delivered(parquet, plans, key, quarantined)

    def _delivered(
        self, parquet: Path, plans: Sequence[FieldPlan], key: SurrogateKey, quarantined: bool
    ) -> Iterator[FoundRow]:
        plain = {name: plan for name, plan in public(plans) if name in {each.field for each in self._conditions}}
        relation = self._connection.sql(_typed_cells(parquet, plain, plans, quarantined))
        test, values = where(self._conditions, plain)
        asking = self._connection.cursor()
        for batch in relation.to_arrow_reader(_BATCH_ROWS):
            made = {name: treat(plan, batch, key).column for name, plan in plain.items()}
            table = pa.table({**{name: batch.column(name) for name in (*COORDINATES, _RULES)}, **made})
            asking.register("public_rows", table)
            listed = ", ".join(identifier(name) for name in (*COORDINATES, _RULES))
            for file, sheet, row, rules in asking.execute(
                f"SELECT {listed} FROM public_rows WHERE {test}", values
            ).fetchall():
                yield FoundRow(file, sheet, row, {}, tuple(rules or ()))
        asking.close()


@dataclass(frozen=True)
class Segmented:
    """A segment's file and the schema it was written by."""

    parquet: Path
    schema: Mapping[str, Any]


@contextlib.contextmanager
def _readable(table: Path) -> Iterator[None]:
    """Tell a damaged table; DuckDB's and Arrow's texts, which may quote a value, are not passed on."""
    try:
        yield
    except (pa.ArrowInvalid, duckdb.InvalidInputException, duckdb.SerializationException) as problem:
        raise CorruptStore(str(table), MALFORMED) from problem


def _numbered(parquet: Path) -> str:
    """A table with the places of its rows, from 0."""
    path = literal(str(parquet))
    if _ROW_NUMBER in pq.read_schema(parquet).names:  # then DuckDB refuses to add its own
        return f"(SELECT *, row_number() OVER () - 1 AS {_NUMBER} FROM read_parquet({path}))"
    return (f"(SELECT * EXCLUDE ({_ROW_NUMBER}), {_ROW_NUMBER} AS {_NUMBER} "
            f"FROM read_parquet({path}, {_ROW_NUMBER} = true))")  # fmt: skip


def _also_in(
    source: str, values: list[str], names: Sequence[str], segment: Segmented, conditions: Sequence[Condition]
) -> tuple[str, list[str]]:
    """Those rows of ``source`` that are published: equal to a row of the segment in all columns that both have."""
    kinds = columns(segment.schema)
    shared = [name for name in kinds if name in names and name not in blurred(segment.schema)]
    same = " AND ".join(
        f"s.{identifier(name)} IS NOT DISTINCT FROM TRY_CAST(r.{identifier(name)} AS {kinds[name]})" for name in shared
    )
    test, more = where(conditions, kinds)
    found = f"SELECT * FROM read_parquet({literal(str(segment.parquet))}) WHERE {test}"
    return f"SELECT r.* FROM ({source}) r SEMI JOIN ({found}) s ON {same or 'true'}", [*values, *more]


def blurred(schema: Mapping[str, Any]) -> frozenset[str]:
    """Columns that a segment may show less exactly than they were cleared."""
    return frozenset(entry["name"] for entry in schema["fields"] if SMALL_CELLS in entry.get(PROPERTY, {}))


def _typed_cells(parquet: Path, plain: Mapping[str, FieldPlan], plans: Sequence[FieldPlan], quarantined: bool) -> str:
    """SQL for the coordinates, the rules and the delivered fields that these public ones are made of."""
    names = pq.read_schema(parquet).names
    needed = {plan.spec.name for plan in plain.values()} | {name for plan in plain.values() for name in plan.spared}
    cells = "".join(
        f", TRY_CAST({identifier(plan.spec.name) if plan.spec.name in names else 'NULL'} AS {sql_type(plan.spec)}) "
        f"AS {identifier(plan.spec.name)}"
        for plan in plans
        if plan.spec.name in needed
    )
    rules = "rules" if quarantined else "CAST(NULL AS VARCHAR[])"
    listed = ", ".join(COORDINATES)
    return f"SELECT {listed}, {rules} AS {_RULES}{cells} FROM read_parquet({literal(str(parquet))})"
