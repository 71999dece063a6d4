"""Deliveries that are wrong, each for one reason that a person recognises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FlawKind(StrEnum):
    """What is wrong."""

    WRONG_UNIT = "wrong_unit"
    """Amounts in yuan under the note 单位：万元: ten thousand times last year's."""
    PARENT_TOTAL = "parent_total"
    """A parent subject is not the sum of its items."""
    UNBALANCED = "unbalanced"
    """Revenue and expenditure of a phase differ."""
    CORRUPT = "corrupt"
    """The workbook ends in the middle."""
    MOBILE_IN_NOTE = "mobile_in_note"
    """Somebody's mobile number in a note."""
    IDENTITY_IN_FACTS = "identity_in_facts"
    """Somebody's identity number in the description of a case."""
    MISSING_COLUMN = "missing_column"
    """The column 里程碑状态 is not there."""
    MISNAMED_FOLDER = "misnamed_folder"
    """The dataset's folder has a typing error in its name."""
    FAULTY_ROWS = "faulty_rows"
    """Some rows have impossible dates, repeated or unknown codes; the others are good."""
    MOJIBAKE = "mojibake"
    """UTF-8 text that was read as GBK and saved again."""


@dataclass(frozen=True)
class Flaw:
    """One flawed delivery, the verdict it must get (``unplaced``: it is no delivery) and the rule that says so."""

    kind: FlawKind
    organisation: str
    dataset: str
    period: str
    verdict: str
    rule: str


FLAWS = (
    Flaw(FlawKind.WRONG_UNIT, "health_commission", "department_budget", "2026", "rejected", "drift"),
    Flaw(FlawKind.PARENT_TOTAL, "agriculture_bureau", "department_budget", "2026", "rejected", "total-mismatch"),
    Flaw(FlawKind.UNBALANCED, "emergency_bureau", "department_budget", "2026", "rejected",
         "expect_column_values_to_be_between"),
    Flaw(FlawKind.CORRUPT, "education_bureau", "department_budget", "2026", "rejected", "damaged-file"),
    Flaw(FlawKind.MOBILE_IN_NOTE, "water_bureau", "project_progress", "2026-03", "rejected", "personal-data"),
    Flaw(FlawKind.MISSING_COLUMN, "housing_bureau", "project_progress", "2026-04", "rejected", "missing-label"),
    Flaw(FlawKind.MISNAMED_FOLDER, "transport_bureau", "project_progress", "2026-04", "unplaced", "unplaced"),
    Flaw(FlawKind.FAULTY_ROWS, "agriculture_bureau", "subsidy_distribution", "2026-Q1", "partly_accepted",
         "type-error"),
    Flaw(FlawKind.FAULTY_ROWS, "market_regulation_bureau", "administrative_licences", "2026-02", "partly_accepted",
         "foreign-key"),
    Flaw(FlawKind.IDENTITY_IN_FACTS, "ecology_environment_bureau", "administrative_penalties", "2026-02", "rejected",
         "personal-data"),
    Flaw(FlawKind.MOJIBAKE, "emergency_bureau", "subsidy_distribution", "2026-Q1", "rejected", "implausible-text"),
)  # fmt: skip
_BY_KEY = {(flaw.dataset, flaw.period, flaw.organisation): flaw for flaw in FLAWS}


def flaw_of(dataset: str, period: str, organisation: str) -> Flaw | None:
    """What is wrong with that delivery, if anything."""
    return _BY_KEY.get((dataset, period, organisation))
