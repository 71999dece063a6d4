"""What a trial that failed teaches the next draft, and what people should look at in the one that came through."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from pipelines.core.findings import Finding, Severity
from pipelines.core.messages import Message
from pipelines.drafting.fields import FieldDraft
from pipelines.drafting.intake import Intake
from pipelines.drafting.layouts import PLACE_FIELDS, Adjustments, summed

_TOTALS = {"total-mismatch", "total-mismatch-withheld", "total-not-a-number"}
#: Shares of faulty rows are rounded up to whole twentieths.
_STEPS = 20
#: Types and keys that so few rows show may not hold in the next delivery.
_FEW_ROWS = 20


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stopped a file."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def learn(findings: Sequence[Finding], fields: Sequence[FieldDraft], adjustments: Adjustments) -> bool:
    """Take into account what stopped the file; ``False`` when none of it can be helped."""
    learned = [_learn(finding, adjustments) for finding in findings]
    if any(finding.rule in _TOTALS for finding in findings) and not summed(fields, adjustments):
        # No column adds up: those rows are something else than totals over everything.
        adjustments.totals = False
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
        faulty, rows = (int(finding.message.params[key]) for key in ("faulty", "rows"))
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
    rows = max((draft.profile.rows for draft in fields), default=0)
    if rows < _FEW_ROWS:
        yield Message("draft-few-rows", {"rows": rows})
    if adjustments.row_key:
        yield Message("draft-row-key")
    elif adjustments.place_key:
        yield Message("draft-place-key", {"places": ", ".join(PLACE_FIELDS[place] for place in intake.places)})
    if intake.guess.totals_place is not None:
        kept = summed(fields, adjustments)
        if not adjustments.totals or not kept:
            yield Message("draft-totals-kept")
        else:
            yield Message("draft-totals", {"fields": ", ".join(kept)})
    if intake.guess.footer is not None:
        yield Message("draft-footer" if adjustments.footer else "draft-footer-unused", {"row": intake.guess.footer.row})
    if adjustments.max_quarantined_share is not None:
        yield Message("draft-faulty-rows", {"percent": f"{adjustments.max_quarantined_share * 100:g}"})
