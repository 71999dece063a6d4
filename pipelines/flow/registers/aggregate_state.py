"""What was published of a table of sums, and of whom: private; without it no revision is safe.

::

    <registers>/.aggregates/<dataset>/<period>/state.json        the table, its suppressed cells, what cells held
    <registers>/.aggregates/<dataset>/<period>/<sha256>.parquet  digests of who contributed what, of each table

It cannot be made again: where it is lost, the table that is published stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.core.errors import CorruptStore
from pipelines.core.files import PRIVATE_FILE_MODE, make_private_folders, replace_by_copy, replace_file, sha256_of
from pipelines.core.identifiers import is_sha256
from pipelines.disclose.aggregates import Cell, Dimension, Table
from pipelines.disclose.aggregates.table import Coordinates
from pipelines.flow.installation import Installation
from pipelines.flow.results import Work
from pipelines.publish.records import canonical_json
from pipelines.publish.store import MALFORMED

#: Hidden: the folder is laid out like an inbox.
_FOLDER, _STATE = ".aggregates", "state.json"


@dataclass(frozen=True)
class Shown:
    """One table that was published: what its cells held besides published rows, and the digest of who contributed."""

    cells: Mapping[Coordinates, Cell]
    known: frozenset[Coordinates]
    contributions: str

    def is_like(self, other: Shown) -> bool:
        """Whether both tell the same about the same persons: no revision of either gives away anything."""
        return (self.contributions, self.known) == (other.contributions, other.known)

    def table(self, dimensions: tuple[Dimension, ...]) -> Table:
        """As a table."""
        return Table(dimensions, self.cells, self.known)


@dataclass(frozen=True)
class State:
    """A period's table. ``looked`` names the rows and rules that were looked at last, ``declared`` the rules that the
    first table was made by; ``rows`` is what is published, ``hidden`` the cells that are not, ``shown`` all tables,
    oldest first."""

    looked: str
    declared: str
    rows: tuple[Mapping[str, str], ...] = ()
    hidden: frozenset[Coordinates] = frozenset()
    shown: tuple[Shown, ...] = ()


def load_state(inst: Installation, work: Work) -> State | None:
    """The state of a period; ``None`` where there is none.

    Raises:
        CorruptStore: it is damaged.
    """
    path = _folder(inst, work) / _STATE
    try:
        document = json.loads(path.read_bytes())
        state = State(
            looked=str(document["looked"]),
            declared=str(document["declared"]),
            rows=tuple({str(name): str(text) for name, text in row.items()} for row in document["rows"]),
            hidden=_cells(document["hidden"]),
            shown=tuple(_shown(each) for each in document["shown"]),
        )
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError, ArithmeticError) as problem:
        raise CorruptStore(str(path), MALFORMED) from problem
    return state


def save_state(inst: Installation, work: Work, state: State, contributions: Path | None = None) -> None:
    """Replace a period's state, in one step, after the file that its newest table names was put beside it."""
    folder = _folder(inst, work)
    make_private_folders(inst.workspace.registers, folder)
    if contributions is not None:
        replace_by_copy(_contributions(inst, work, state.shown[-1]), contributions)
    document = {
        "looked": state.looked,
        "declared": state.declared,
        "rows": [dict(row) for row in state.rows],
        "hidden": sorted(map(list, state.hidden)),
        "shown": [_document(each) for each in state.shown],
    }
    replace_file(folder / _STATE, canonical_json(document), PRIVATE_FILE_MODE)


def contributions_to(inst: Installation, work: Work, shown: Shown) -> Path:
    """The file of who contributed what to a table.

    Raises:
        CorruptStore: it is damaged or missing.
    """
    path = _contributions(inst, work, shown)
    if not path.is_file() or sha256_of(path) != shown.contributions:
        raise CorruptStore(str(path), MALFORMED)
    return path


def _contributions(inst: Installation, work: Work, shown: Shown) -> Path:
    return _folder(inst, work) / f"{shown.contributions}.parquet"


def _folder(inst: Installation, work: Work) -> Path:
    return inst.workspace.registers / _FOLDER / work.dataset / work.period


def _cells(listed: Sequence[Sequence[str]]) -> frozenset[Coordinates]:
    return frozenset(tuple(map(str, at)) for at in listed)


def _document(shown: Shown) -> dict[str, Any]:
    cells = [
        [list(at), str(cell.value), cell.contributors, list(map(str, cell.largest))] for at, cell in shown.cells.items()
    ]
    return {"cells": cells, "known": sorted(map(list, shown.known)), "contributions": shown.contributions}


def _shown(document: Mapping[str, Any]) -> Shown:
    cells = {
        tuple(map(str, at)): Cell(Decimal(value), int(contributors), tuple(map(Decimal, largest)))
        for at, value, contributors, largest in document["cells"]
    }
    if not is_sha256(document["contributions"]):
        raise ValueError("not a SHA-256 digest")
    return Shown(cells, _cells(document["known"]), document["contributions"])
