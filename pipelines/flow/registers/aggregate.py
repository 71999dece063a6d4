"""Tables of sums over another dataset's rows: per period one table, with all margins.

A table that was published is replaced only by one that tells nothing about those who changed: see
:mod:`pipelines.disclose.aggregates.revising`. Else it stays, whatever the rows say now, and the log tells why.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.core.databases import private_database
from pipelines.core.errors import CorruptStore
from pipelines.core.files import sha256_of
from pipelines.disclose.aggregates import (
    Counted,
    Rules,
    Table,
    Tally,
    UnknownCode,
    reason_to_keep,
    suppress,
)
from pipelines.disclose.aggregates.table import Coordinates
from pipelines.flow.installation import Installation
from pipelines.flow.machine import machine_trouble
from pipelines.flow.published import Published
from pipelines.flow.registers.aggregate_rows import NoRows, SourcePeriod, source_periods
from pipelines.flow.registers.aggregate_state import Shown, State, contributions_to, load_state, save_state
from pipelines.flow.registers.telling import Told, register_file, remembered
from pipelines.flow.results import Work
from pipelines.registry import Dataset
from pipelines.registry.aggregates import AMOUNT, FREE, PERSONS, PRIMARY, SECONDARY, STATUS, Aggregate

_logger = logging.getLogger(__name__)
Row = Mapping[str, str]


def aggregate(inst: Installation, dataset: Dataset, at: dt.datetime) -> Told:
    """The table of each period of the source; only periods that have changed are added up."""
    del at
    said = dataset.descriptor.aggregate
    source = inst.catalog.datasets.get(said.dataset) if said is not None else None
    if said is None or source is None:
        return Told({})
    known = remembered(inst, dataset)
    found: dict[str, tuple[Row, ...]] = {}
    told: dict[str, str] = {}
    for period in source_periods(inst, source, said):
        work, looked = Work(dataset.id, period.period), _looked(inst, period)
        if known.get(work.period) == looked and register_file(inst, dataset, work.period).exists():
            told[work.period] = looked
            continue
        with inst.exclusive(work):
            state = _state(inst, dataset, work, period, looked)
        if state is not None and state.looked == looked:
            told[work.period] = looked
        if state is not None and state.rows:
            found[work.period] = state.rows
    return Told(found, told)


def unsummed(inst: Installation) -> tuple[str, ...]:
    """Rows that await being added up though no release of theirs will: those of sources that are not published.

    Returns:
        A text for each table, period and rows.
    """
    found = []
    for dataset in inst.catalog.datasets.values():
        said = dataset.descriptor.aggregate
        source = inst.catalog.datasets.get(said.dataset) if said is not None else None
        if said is None or source is None or source.is_disclosed:
            continue
        told = remembered(inst, dataset)
        for period in source_periods(inst, source, said):
            looked = _looked(inst, period)
            if told.get(period.period) == looked:
                continue
            state = _known(inst, dataset, Work(dataset.id, period.period))
            if state is not None and state.looked != looked:
                found.append(f"{dataset.id} {period.period} {looked}")
    return tuple(found)


def _state(inst: Installation, dataset: Dataset, work: Work, period: SourcePeriod, looked: str) -> State | None:
    """A period's table as things stand now; ``None`` where what was published of it has to stay."""
    state = _known(inst, dataset, work)
    if state is None:
        _logger.warning("%s %s: the table stays: what was kept of it is lost", work.dataset, work.period)
        return None
    if state.looked == looked:
        return state
    try:
        return _Revision(inst, work, period, state).made(looked)
    except (NoRows, CorruptStore, MemoryError) as missing:
        _logger.warning("%s %s: the table is left as it is: %s", work.dataset, work.period, missing)
        return state


def _known(inst: Installation, dataset: Dataset, work: Work) -> State | None:
    """What was kept of a period's table, an empty one where none was made; ``None``: it is lost."""
    try:
        state = load_state(inst, work)
    except CorruptStore:
        return None
    return State("", "") if state is None and not _was_delivered(inst, dataset, work) else state


def _looked(inst: Installation, period: SourcePeriod) -> str:
    """Changes with the rows of a period, and with what a table of them depends on besides."""
    return _digest(_declared(inst, period), period.identity)


def _was_delivered(inst: Installation, dataset: Dataset, work: Work) -> bool:
    """Whether a table of the period is public, or on its way there."""
    file = register_file(inst, dataset, work.period)
    return file.exists() or bool(inst.ledger.deliveries(work)) or Published(inst, work).segment is not None


def _declared(inst: Installation, period: SourcePeriod) -> str:
    """Changes with whatever makes tables of the same rows differ, and with how persons are told apart."""
    said = period.said.model_dump_json()
    tables = [inst.catalog.tables[codelist].digest for codelist in period.said.dimensions.values()]
    return _digest(said, str(period.source.is_disclosed), inst.key.id, *tables)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class _Revision:
    """Looks at the rows of a period that have changed, or were never looked at."""

    inst: Installation
    work: Work
    period: SourcePeriod
    before: State

    def made(self, looked: str) -> State:
        """The period's table after that; saved.

        Raises:
            NoRows: the rows cannot be told now.
            CorruptStore: what is published of the source, or was kept of earlier tables, is missing or damaged.
            MemoryError: it takes more than there is.
        """
        declared = _declared(self.inst, self.period)
        if self.before.shown and self.before.declared != declared:
            return self._kept(looked, "it was made by other rules")
        name = f"{self.work.dataset}.{self.work.period}"
        with self.inst.scratch(name) as folder, machine_trouble(), private_database(folder) as connection:
            source = self.period.read(connection)
            try:
                tally = Tally(connection, source)
            except UnknownCode as unknown:
                return self._kept(looked, f"“{unknown}” has codes that its code list has not")
            try:
                return self._next(replace(self.before, looked=looked, declared=declared), tally, folder)
            finally:
                tally.close()

    def _next(self, state: State, tally: Tally, folder: Path) -> State:
        rules = _rules(self.period.said)
        table, counted = tally.table(rules.largest), tally.counted()
        contributions = folder / "contributions.parquet"
        tally.write_contributions(contributions)
        shown = Shown(table.cells, table.known, sha256_of(contributions))
        if not self.before.shown:
            hidden = suppress(table, rules).cells
        else:
            hidden = self.before.hidden
            if not any(each.is_like(shown) for each in self.before.shown):
                paths = [contributions_to(self.inst, self.work, each) for each in self.before.shown]
                earlier = [each.table(table.dimensions) for each in self.before.shown]
                changed = [tally.changed(path) for path in paths]
                reason = reason_to_keep(table, earlier, changed, rules, hidden)
                if reason is not None:
                    return self._kept(state.looked, reason.value)
        rows = tuple(_row(table, at, counted[at], rules, hidden) for at in table.cells)
        tables = tuple(each for each in self.before.shown if not each.is_like(shown))
        state = replace(state, rows=rows, hidden=hidden, shown=(*tables, shown))
        save_state(self.inst, self.work, state, contributions)
        return state

    def _kept(self, looked: str, reason: str) -> State:
        what = "the earlier table stays" if self.before.shown else "no table is made"
        _logger.warning("%s %s: %s: %s", self.work.dataset, self.work.period, what, reason)
        state = replace(self.before, looked=looked)
        save_state(self.inst, self.work, state)
        return state


def _rules(said: Aggregate) -> Rules:
    rules = said.rules
    dominance = (rules.dominance.largest, rules.dominance.percent) if rules.dominance else None
    return Rules(rules.k, dominance, rules.p_percent, rules.protection)


def _row(table: Table, at: Coordinates, counted: Counted, rules: Rules, hidden: frozenset[Coordinates]) -> Row:
    """A cell as it is delivered; nothing of a suppressed one but why."""
    row = {each.name: code for each, code in zip(table.dimensions, at, strict=True)}
    if at not in hidden:
        return {**row, PERSONS: str(counted.persons), AMOUNT: str(counted.amount), STATUS: FREE}
    return {**row, PERSONS: "", AMOUNT: "", STATUS: PRIMARY if rules.is_sensitive(table.cells[at]) else SECONDARY}
