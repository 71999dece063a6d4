"""Totals that differ from their sums by rounding alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.core.findings import Finding
from pipelines.drafting.fields import FieldDraft

MISMATCH = "total-mismatch"
#: Rounding errors add up to half a unit of the last place for each part and the total; that many parts all rounded to
#: the same side are no chance any more, so more than these units is no rounding.
_MOST_UNITS = Decimal(5)
_COARSE = re.compile("(?i)[百千万亿]|thousand|million|billion|tsd|mio|mrd|millier|milliard|000|k[€$£]|[%％]")
#: Nor is a difference that is more than this share of its total: a part may be missing.
_LARGEST_SHARE = Decimal("0.005")


@dataclass(frozen=True)
class Rounding:
    """``tolerance`` is what a layout has to put up with, ``largest`` the largest difference that there is."""

    tolerance: Decimal = Decimal(0)
    largest: Decimal = Decimal(0)

    def joined(self, other: Rounding) -> Rounding:
        """What covers both."""
        return Rounding(max(self.tolerance, other.tolerance), max(self.largest, other.largest))


def rounding_of(findings: Iterable[Finding], fields: Sequence[FieldDraft]) -> dict[str, Rounding]:
    """By field, what explains all differences of its totals; fields with any that rounding does not explain are absent.

    All amounts that are summed count as rounded to the last place that any of them has: a step has one tolerance.
    """
    measures = [draft for draft in fields if draft.is_measure]
    unit = Decimal(1).scaleb(-max(map(_places, measures), default=0))
    # Persons and other things that are counted one by one are not rounded: a total that differs is wrong.
    if unit == 1 and not any(map(_is_coarse, measures)):
        return {}
    explained: dict[str, Rounding | None] = {}
    for finding in findings:
        name = finding.location.field
        if name is None:
            continue
        rounding = _explained(finding, unit) if finding.rule == MISMATCH else None
        known = explained.get(name, Rounding())
        explained[name] = None if rounding is None or known is None else known.joined(rounding)
    return {name: rounding for name, rounding in explained.items() if rounding is not None}


def _explained(finding: Finding, unit: Decimal) -> Rounding | None:
    params = finding.message.params
    stated, computed = Decimal(str(params["stated"])), Decimal(str(params["computed"]))
    difference = abs(stated - computed)
    tolerance = min((int(str(params["parts"])) + 1) * unit / 2, _MOST_UNITS * unit)
    if difference > tolerance or difference > abs(stated) * _LARGEST_SHARE:
        return None
    return Rounding(tolerance, difference)


def _is_coarse(draft: FieldDraft) -> bool:
    """Whether one of a field's unit stands for many: 万元, thousands."""
    return draft.scaled_from not in {None, "元"} or _COARSE.search(draft.unit or "") is not None


def _places(draft: FieldDraft) -> int:
    """Decimal places that a field's values are written with."""
    shapes = draft.profile.shapes
    return shapes.extents.get(shapes.marks or (".", ","), (0, 0))[1]
