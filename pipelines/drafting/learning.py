"""What a trial that failed teaches the next draft, and what people should look at in the one that came through."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from pipelines.core.findings import Finding, Severity
from pipelines.core.messages import Message
from pipelines.drafting.columns import columns_by_time
from pipelines.drafting.fields import FieldDraft
from pipelines.drafting.intake import Intake
from pipelines.drafting.layouts import PLACE_FIELDS, Adjustments, merged_fields, names_by_place, summed
from pipelines.drafting.rounding import rounding_of

_TOTALS = {"total-mismatch", "total-mismatch-withheld", "total-not-a-number"}
#: Shares of faulty rows are rounded up to whole twentieths.
_STEPS = 20
#: Types and keys that so few rows show may not hold in the next delivery.
_FEW_ROWS = 20
#: Groups stand in the first columns; a column with so many gaps may be written once per group.
_GROUP_COLUMNS, _LEAST_GAPS = 3, 0.3


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stopped a file."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def learn(findings: Sequence[Finding], fields: Sequence[FieldDraft], adjustments: Adjustments) -> bool:
    """Take into account what stopped the file; ``False`` when none of it can be helped."""
    rounded = rounding_of((finding for finding in findings if finding.rule in _TOTALS), fields)
    for rounding in rounded.values():
        adjustments.rounding = adjustments.rounding.joined(rounding)
    left = [finding for finding in findings if finding.rule not in _TOTALS or finding.location.field not in rounded]
    learned = [bool(rounded), *(_learn(finding, adjustments) for finding in left)]
    if adjustments.plan is not None and any(finding.rule in _TOTALS for finding in findings):
        proving = set(summed(fields, adjustments))
        if not any(draft.name in proving and _says_something(draft) for draft in fields):
            # No column adds up: those rows are something else. Columns of zeros always do.
            adjustments.give_up_plan()
    return any(learned)


def _learn(finding: Finding, adjustments: Adjustments) -> bool:
    name = finding.location.field
    if finding.rule in _TOTALS and name is not None:
        adjustments.not_summed.add(name)
    elif finding.rule == "scale-not-a-number" and name is not None:
        adjustments.unscaled.add(name)
    elif finding.rule == "personal-data" and name is not None:
        adjustments.suspected.add(name)
    elif finding.rule == "unit-contradictory":
        adjustments.unit_note = False
    elif finding.rule == "too-many-faulty-rows":
        faulty, rows = (int(str(finding.message.params[key])) for key in ("faulty", "rows"))
        if faulty >= rows:
            return False
        adjustments.max_quarantined_share = math.ceil(faulty / rows * _STEPS) / _STEPS
    else:
        return False
    return True


def remarks(intake: Intake, fields: Sequence[FieldDraft], adjustments: Adjustments) -> Iterator[Message]:
    """What was decided without being certain."""
    for draft in fields:
        yield from draft.remarks
        if draft.scaled_from not in {None, "元"} and draft.name not in adjustments.unscaled:
            yield Message("draft-scaled", {"field": draft.name, "unit": str(draft.scaled_from)})
    yield from _divided_by_either(intake, fields)
    rows = max((draft.profile.rows for draft in fields), default=0)
    if rows < _FEW_ROWS:
        yield Message("draft-few-rows", {"rows": rows})
    if adjustments.row_key:
        yield Message("draft-row-key")
    elif adjustments.place_key:
        yield Message("draft-place-key", {"places": ", ".join(PLACE_FIELDS[place] for place in intake.places)})
    repeated = [number for number, label in enumerate(intake.guess.labels, start=1)
                if label and intake.guess.labels.count(label) > 1]  # fmt: skip
    if repeated:
        yield Message("draft-repeated-labels", {"columns": ", ".join(map(str, repeated))})
    yield from adjustments.left_out.remarks(intake.guess.labels, adjustments.columns_left)
    if adjustments.indent is not None and (adjustments.plan is None or adjustments.plan.indent is None):
        names = {draft.place: draft.name for draft in fields}
        yield Message("draft-levels", {"field": names[adjustments.indent]})
    for group in columns_by_time([draft.label for draft in fields if draft.is_measure]):
        yield Message("draft-wide", {"first": group[0], "last": group[-1], "columns": len(group)})
    groups = merged_fields(intake, names_by_place(intake, fields), adjustments)
    if groups:
        yield Message("draft-merged", {"fields": ", ".join(groups)})
    yield from _grouped(fields, adjustments)
    yield from _told_of_totals(fields, adjustments)
    if intake.guess.footer is not None:
        yield Message("draft-footer" if adjustments.footer else "draft-footer-unused", {"row": intake.guess.footer.row})
    if adjustments.leave_out_blanks:
        yield Message("draft-blank-rows")
    if adjustments.max_quarantined_share is not None:
        yield Message("draft-faulty-rows", {"percent": f"{adjustments.max_quarantined_share * 100:g}"})


def _divided_by_either(intake: Intake, fields: Sequence[FieldDraft]) -> Iterator[Message]:
    """Figures that are others with the other decimal mark, in files of a kind that is written with a decimal comma."""
    for draft in fields if intake.layout.delimiter == ";" else ():
        if draft.type in {"integer", "number"} and draft.profile.shapes.ambiguous:
            yield Message("draft-either-mark", {"field": draft.name, "type": draft.type})


def _grouped(fields: Sequence[FieldDraft], adjustments: Adjustments) -> Iterator[Message]:
    """Columns that seem to name a group in its first row only, before a column that is filled in every row."""
    filled = adjustments.plan.within if adjustments.plan is not None and adjustments.plan.fill else None
    for draft, following in itertools.pairwise(fields[: _GROUP_COLUMNS + 1]):
        profile = draft.profile
        sparse = 0 < profile.filled <= (1 - _LEAST_GAPS) * profile.rows
        if draft.type == "string" and draft.place != filled and sparse and not following.profile.missing:
            yield Message("draft-gaps", {"field": draft.name, "empty": profile.missing, "rows": profile.rows})


def _told_of_totals(fields: Sequence[FieldDraft], adjustments: Adjustments) -> Iterator[Message]:
    names = {draft.place: draft.name for draft in fields}
    plan, sums = adjustments.plan, summed(fields, adjustments)
    unproved = [*adjustments.given_up, *([plan] if plan is not None and not sums else [])]
    if plan is not None and sums:
        yield Message("draft-totals", {"fields": ", ".join(sums)})
        rounding = adjustments.rounding
        if rounding.tolerance:
            told = {"largest": f"{rounding.largest:f}", "tolerance": f"{rounding.tolerance:f}"}
            yield Message("draft-rounded", told)
        if plan.parents is not None:
            yield Message("draft-parents", {"field": names[plan.parents]})
        if plan.fill and plan.within is not None:
            yield Message("draft-filled", {"field": names[plan.within]})
        if not any(draft.name in sums and _says_something(draft) for draft in fields):
            yield Message("draft-totals-unproved")
    else:
        yield from (
            Message("draft-totals-kept") for _ in unproved[:1] if any(given.label is not None for given in unproved)
        )
    parents = {given.parents for given in unproved if given.parents is not None}
    if parents and (plan is None or plan.parents is None or not sums):
        columns = ", ".join(names.get(place, str(place + 1)) for place in sorted(parents))
        yield Message("draft-parents-kept", {"fields": columns})


def _says_something(draft: FieldDraft) -> bool:
    """Whether a column has any figure but zero."""
    values = draft.profile.values
    return values is None or any(re.search("[1-9]", value) for value in values)
