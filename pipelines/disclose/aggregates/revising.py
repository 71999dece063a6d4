"""Whether a table may take the place of an earlier one: whoever has both may take one from the other.

The cells of a period that are suppressed are chosen once, with its first table. A later one is shown only if

- every cell that differs, margins among them, differs by as many persons as a published cell has, or by none; the same
  for every earlier table, not the last alone, since people keep what they downloaded;
- it has no sensitive cell besides those that were suppressed all along;
- these stay protected in every table from somebody who knows what all the changes were: such a one knows that none of
  them was ever below zero, in the table in which it was smallest.

Whoever knows less learns less. Else the earlier table stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from pipelines.disclose.aggregates.audit import Quantity
from pipelines.disclose.aggregates.primary import Rules, primary_cells
from pipelines.disclose.aggregates.secondary import is_protected, targets_of
from pipelines.disclose.aggregates.table import Coordinates, Table


class Kept(StrEnum):
    """Why an earlier table stays."""

    OTHER_CELLS = "it has other cells"
    FEW_PERSONS = "cells would change by fewer persons than a cell may be shown of"
    SENSITIVE = "cells that are shown would have to be suppressed"
    UNPROTECTED = "suppressed cells could be worked out from both tables"


def reason_to_keep(new: Table, earlier: Sequence[Table], changed: Sequence[Mapping[Coordinates, int]], rules: Rules,
                   hidden: Collection[Coordinates]) -> Kept | None:  # fmt: skip
    """Why ``new`` may not be published with ``hidden`` suppressed; ``None`` when it may.

    Args:
        new: the table as it would be.
        earlier: all that were published of the period.
        changed: per earlier table, how many persons' contributions to a cell are not what they were; cells without any
            may be absent.
        rules: the rules that all were made by.
        hidden: what was suppressed in all of them.
    """
    if any(each.cells.keys() != new.cells.keys() or each.known != new.known for each in earlier):
        return Kept.OTHER_CELLS
    if any(0 < persons < rules.least for each in changed for persons in each.values()):
        return Kept.FEW_PERSONS
    if not set(primary_cells(new, rules)) <= set(hidden):
        return Kept.SENSITIVE
    tables = (new, *earlier)
    for table in tables:
        floors = {
            quantity: {
                at: quantity.of(cell) - min(quantity.of(each.cells[at]) for each in tables)
                for at, cell in table.cells.items()
                if at in hidden
            }
            for quantity in Quantity
        }
        if not is_protected(table, rules, targets_of(table, rules, primary_cells(table, rules)), hidden, floors):
            return Kept.UNPROTECTED
    return None
