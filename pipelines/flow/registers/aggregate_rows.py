"""The rows that a table of sums is made of, and which of them are public anyway.

Where the source is published, its rows are those of the newest release. Rows that lost their quasi-identifiers there
(small cells) have their places looked up in what the departments delivered, at the levels of the release; all other
rows can be added up by everybody. Where the source is not published, its rows are those that stand accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from pipelines.core.sql import identifier, is_one_of, literal
from pipelines.disclose.aggregates import Dimension, Source, dimension
from pipelines.disclose.small_cells import Decision, Plan, make_plan
from pipelines.disclose.small_cells.applying import generalised
from pipelines.disclose.small_cells.plan import ALL, Hierarchy
from pipelines.disclose.small_cells.tally import Rows, looked_up
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import StoredOutcome
from pipelines.flow.lookups import identity, standing_outcomes
from pipelines.flow.outcomes import disclosed_table
from pipelines.flow.period_history import published_of
from pipelines.flow.protection import load_record
from pipelines.flow.results import Work
from pipelines.publish import Segment, latest_snapshot, load_manifest, newest_entries, object_path
from pipelines.publish.changes import levels
from pipelines.publish.store import check_object
from pipelines.registry import Dataset, published_name
from pipelines.registry.aggregates import Aggregate


class NoRows(Exception):
    """What a table would be made of cannot be told now, or not at all. The text names no value."""


@dataclass(frozen=True)
class SourcePeriod:
    """One period of a source. ``segment`` is what the newest release shows of it; ``None``: it is not published."""

    inst: Installation
    source: Dataset
    said: Aggregate
    period: str
    segment: Segment | None
    outcomes: tuple[StoredOutcome, ...]

    @property
    def identity(self) -> str:
        """Changes with the rows."""
        return self.segment.digest if self.segment is not None else identity(self.outcomes)

    def read(self, connection: duckdb.DuckDBPyConnection) -> Source:
        """The rows.

        Raises:
            NoRows: they cannot be told.
            CorruptStore: what is published of the period is missing or damaged.
        """
        if self.segment is not None:
            return _Shown(self, self.segment).read(connection)
        if self.versions:
            raise NoRows("rows of the source were published before it was closed")
        tables = self.inst.catalog.tables
        dimensions = tuple(dimension(name, tables[codelist]) for name, codelist in self.said.dimensions.items())
        listed = ", ".join(identifier(name) for name in self.said.dimensions)
        select = (
            f"SELECT {listed}, {identifier(self.said.persons)} AS person, {identifier(self.said.measure)} AS amount, "
            f"true AS hidden FROM {_files(self.delivered)} WHERE {self.applies('')}"
        )
        return Source(select, dimensions, None)

    def applies(self, alias: str) -> str:
        """SQL: whether a row is counted."""
        tests = [is_one_of(name, values, alias) for name, values in self.said.applies_to.items()]
        return " AND ".join(tests) or "true"

    @property
    def delivered(self) -> list[Path]:
        """Files of the departments' rows as cleared for disclosure, before small cells were looked at."""
        return [disclosed_table(self.inst, outcome).parquet for outcome in self.outcomes]

    @property
    def versions(self) -> list[Segment]:
        """What versions that can still be read show of the period, newest first."""
        store = self.inst.store
        snapshot = latest_snapshot(store)
        entry = newest_entries(store, snapshot, {self.source.id}).get(self.source.id) if snapshot else None
        if snapshot is None or entry is None:
            return []
        return [*published_of(self.inst.workspace, store, snapshot, entry, self.work).values()]

    @property
    def work(self) -> Work:
        """The source's period."""
        return Work(self.source.id, self.period)


def source_periods(inst: Installation, source: Dataset, said: Aggregate) -> tuple[SourcePeriod, ...]:
    """The periods of a source that it has rows of, in their order; of a published one those that are released."""
    outcomes: dict[str, list[StoredOutcome]] = {}
    for key, outcome in standing_outcomes(inst, source.id).items():
        outcomes.setdefault(key.period, []).append(outcome)
    segments: dict[str, Segment | None] = dict.fromkeys(outcomes)
    if source.is_disclosed:
        snapshot = latest_snapshot(inst.store)
        entry = snapshot.datasets.get(source.id) if snapshot else None
        shown = load_manifest(inst.store, entry.manifest).segments if entry else ()
        segments = {segment.period: segment for segment in shown}
    return tuple(
        SourcePeriod(inst, source, said, period, segment, tuple(outcomes.get(period, ())))
        for period, segment in sorted(segments.items())
    )


@dataclass(frozen=True)
class _Shown:
    """The rows of a period that is published."""

    of: SourcePeriod
    segment: Segment

    def read(self, connection: duckdb.DuckDBPyConnection) -> Source:
        said, names = self.of.said, [entry["name"] for entry in self.segment.schema["fields"]]
        needed = {*said.dimensions, said.measure, said.persons, *said.applies_to, *self._key}
        if not needed <= set(names):
            raise NoRows("the release does not have all fields")
        shown = f"SELECT * FROM {self._published(self.segment)} r WHERE {self.of.applies('r.')}"
        if not self._concealed:
            return Source(self._select(f"SELECT *, false AS hidden FROM ({shown})"), self._dimensions, frozenset())
        connection.execute(f"CREATE TABLE sums_shown AS {self._found(shown)}")
        self._require_agreement(connection)
        for segment in self.of.versions:
            if segment.digest != self.segment.digest:
                self._note_known(connection, segment)
        return Source(self._select("SELECT * FROM sums_shown"), self._dimensions, frozenset(self._concealed))

    @cached_property
    def _key(self) -> tuple[str, ...]:
        names = (published_name(self.of.source.field(name)) for name in self.of.source.primary_key)
        return tuple(name for name in names if name is not None) if self._plan else ()

    @cached_property
    def _plan(self) -> Plan | None:
        return make_plan(self.of.source, self.of.inst.catalog.tables)

    @cached_property
    def _leveled(self) -> tuple[Plan, tuple[int, ...]] | None:
        """The plan's hierarchies at the levels of the release."""
        if self._plan is None:
            return None
        record = load_record(self.of.inst.workspace, self.of.work, self.segment.digest)
        decision = record.decision if record else Decision(levels(self.segment), {}, {}, {}, 0, 0)
        try:
            return decision.node(self._plan)
        except ValueError:
            raise NoRows("the release was made by other levels than today's") from None

    @cached_property
    def _generalised(self) -> Mapping[str, tuple[Hierarchy, int]]:
        """Dimensions that are quasi-identifiers, with their levels."""
        if self._leveled is None:
            return {}
        plan, node = self._leveled
        pairs = zip(plan.hierarchies, node, strict=True)
        return {each.name: (each, level) for each, level in pairs if each.name in self.of.said.dimensions}

    @cached_property
    def _concealed(self) -> list[str]:
        """Dimensions that rows may lack though others show them."""
        return [name for name, (each, level) in self._generalised.items() if each.steps[level].kind != ALL]

    @cached_property
    def _dimensions(self) -> tuple[Dimension, ...]:
        tables, found = self.of.inst.catalog.tables, []
        for name, codelist in self.of.said.dimensions.items():
            each, level = self._generalised.get(name, (None, 0))
            if each is not None and each.steps[level].kind == ALL:
                found.append(Dimension(name, {}))
            else:
                found.append(dimension(name, tables[codelist], each.codes(level) if each is not None else None))
        return tuple(found)

    def _published(self, segment: Segment) -> str:
        store = self.of.inst.store
        for part in segment.parts:
            check_object(store, part.sha256, part.bytes)
        return _files(store.local(object_path(part.sha256)) for part in segment.parts)

    def _select(self, rows: str) -> str:
        said = self.of.said
        listed = ", ".join(identifier(name) for name in said.dimensions)
        person, measure = identifier(said.persons), identifier(said.measure)
        return f"SELECT {listed}, {person} AS person, {measure} AS amount, hidden FROM ({rows})"

    def _found(self, shown: str) -> str:
        """Published rows; those that lost their dimensions with the ones that were delivered."""
        if self._leveled is None or not self.of.outcomes:
            raise NoRows("the delivered rows are not there")
        said = self.of.said
        plan, node = self._leveled
        # All have the same columns: they were cleared under one descriptor.
        names = tuple(entry["name"] for entry in disclosed_table(self.of.inst, self.of.outcomes[0]).schema["fields"])
        delivered = generalised(plan, node, Rows(f"SELECT * FROM {_files(self.of.delivered)}", names)).select
        lost = " OR ".join(f"r.{identifier(name)} IS NULL" for name in self._concealed)
        columns = [
            f"coalesce(r.{identifier(name)}, o.{identifier(name)}) AS {identifier(name)}"
            if name in self._concealed else f"r.{identifier(name)}"
            for name in said.dimensions
        ]  # fmt: skip
        kept = [f"r.{identifier(name)}" for name in dict.fromkeys((*self._key, said.persons, said.measure))
                if name not in said.dimensions]  # fmt: skip
        alike = " AND ".join(
            f"o.{identifier(name)} IS NOT DISTINCT FROM r.{identifier(name)}" for name in (said.persons, said.measure)
        )
        return (
            f"SELECT {', '.join((*columns, *kept))}, ({lost}) AS hidden, "
            f"NOT ({lost}) OR coalesce(o.there AND {alike}, false) AS agrees "
            f"FROM ({shown}) r LEFT JOIN (SELECT *, true AS there FROM ({delivered})) o ON {plan.same_key('o', 'r')}"
        )

    def _require_agreement(self, connection: duckdb.DuckDBPyConnection) -> None:
        if connection.execute("SELECT count(*) FROM sums_shown WHERE NOT agrees").fetchall() != [(0,)]:
            raise NoRows("the departments have delivered other rows than are released")

    def _note_known(self, connection: duckdb.DuckDBPyConnection, segment: Segment) -> None:
        """Rows that another version shows where they are: whoever has it need not look for them."""
        names = {entry["name"] for entry in segment.schema["fields"]}
        if self._plan is None or not {*self._concealed, *self._key} <= names:
            return
        joins: list[str] = []
        tests: list[str] = []
        for name in self._concealed:
            each, level = self._generalised[name]
            codes, column = each.codes(level), f"v.{identifier(name)}"
            if codes is not None:
                alias = f"g{len(joins)}"
                joins.append(looked_up(codes, column, alias))
                column = f"{alias}.above"
            tests.append(f"{column} = sums_shown.{identifier(name)}")
        connection.execute(
            f"UPDATE sums_shown SET hidden = false WHERE hidden AND EXISTS (SELECT 1 FROM {self._published(segment)} v "
            f"{' '.join(joins)} WHERE {self._plan.same_key('v', 'sums_shown')} AND {' AND '.join(tests)})"
        )


def _files(paths: Iterable[Path]) -> str:
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}], union_by_name = true)"
