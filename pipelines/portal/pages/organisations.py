"""Departments: how they keep what they owe, and a page about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.catalog.metadata.texts import short
from pipelines.core.identifiers import is_identifier
from pipelines.portal.pages.card_lists import card_pages
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.places import ORGANISATIONS, organisation_place
from pipelines.portal.register_rows import (
    CORRECTION_KINDS,
    Correction,
    OverdueEntry,
    correction_entries,
    months_of_departments,
    overdue_entries,
)
from pipelines.portal.rendering import Site
from pipelines.portal.rules import time_limits
from pipelines.portal.scoreboard import Scoreboard, standings
from pipelines.portal.shelf import sizes
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter
from pipelines.registry.dataset import RegisterKind

#: Entries of registers on a department's page: what was due first, and the newest corrections.
_MOST = 30


@dataclass
class _Owed:
    """What registers say of a department; as much of it as its page shows."""

    overdue: list[OverdueEntry] = field(default_factory=list)
    overdue_count: int = 0
    corrections: list[Correction] = field(default_factory=list)


def organisation_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the list of departments and the page about each.

    Registers are gone through once, however many departments there are.

    Raises:
        CorruptStore: when a register cannot be read.
    """
    board, owed = _scoreboard(source), _owed(source)
    names = {**{name: rows[0].name for name, rows in board.departments.items() if is_identifier(name)}, **source.names}
    counts = sizes(source.groups.organisations)
    rows = standings(board, names, counts)
    register = source.register_name(RegisterKind.SCOREBOARD)
    context = {"rows": rows, "register": register if board.months else None, "month": next(iter(board.months), "")}
    put_pages(site, pages, "organisations.html.j2", ORGANISATIONS, context)
    kinds = (RegisterKind.SCOREBOARD, RegisterKind.OVERDUE, RegisterKind.CORRECTIONS)
    shared = {"registers": {kind.value: source.register_name(kind) for kind in kinds}, "kinds": CORRECTION_KINDS}
    for name, title in names.items():
        _organisation(site, source, pages, name, {
            "title": title, "months": board.departments.get(name, ()), **vars(owed.get(name, _Owed())), **shared,
        })  # fmt: skip


def _organisation(site: Site, source: SiteSource, pages: PageWriter, name: str, said: Mapping[str, Any]) -> None:
    known = source.catalog.organisations.get(name)
    # Of all datasets and names only those are told that its page may link to.
    linked = {entry.dataset for entry in (*said["overdue"], *said["corrections"])}
    others = {entry.department for entry in said["overdue"]}
    datasets = source.groups.organisations.get(name, [])
    context = {
        **said, "email": short(known.email) if known else "", "count": len(datasets),
        "shown": sorted(linked & source.groups.digests.keys()),
        "names": {other: source.names[other] for other in sorted(others & source.names.keys())},
    }  # fmt: skip
    card_pages(site, source, pages, "organisation.html.j2", organisation_place(name), datasets, context)


def _scoreboard(source: SiteSource) -> Scoreboard:
    register = source.registers.get(RegisterKind.SCOREBOARD)
    return Scoreboard.of(months_of_departments(register)) if register else Scoreboard()


def _owed(source: SiteSource) -> dict[str, _Owed]:
    found: dict[str, _Owed] = {}
    if overdue := source.registers.get(RegisterKind.OVERDUE):
        for entry in overdue_entries(overdue, time_limits(source.catalog)):
            of = found.setdefault(entry.responsible, _Owed())
            of.overdue_count += 1
            if len(of.overdue) < _MOST:
                of.overdue.append(entry)
    if corrections := source.registers.get(RegisterKind.CORRECTIONS):
        for correction in correction_entries(corrections):
            for name in source.groups.publishers.get(correction.dataset, ()):
                of = found.setdefault(name, _Owed())
                if len(of.corrections) < _MOST:
                    of.corrections.append(correction)
    return found
