"""A report in short: findings grouped by rule and field, most frequent first, errors before warnings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.databases import private_database
from pipelines.core.files import replace_file
from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.validate.report import FINDINGS_FILE

SUMMARY_FILE = "summary.json"
_EXAMPLES = 5

# One pass over the file; the examples of a group are its first findings in the order they were made.
_GROUPS = f"""
    SELECT "check", rule, severity, field, any_value(remedy ORDER BY n) AS remedy,
           any_value(remedy_params ORDER BY n) AS remedy_params, count(*) AS findings,
           list({{'file': file, 'sheet': sheet, 'row': row, 'value': value, 'message': message,
                  'params': message_params}} ORDER BY n)[:{_EXAMPLES}] AS examples
    FROM (SELECT *, file_row_number AS n FROM read_parquet(?, file_row_number = true))
    GROUP BY "check", rule, severity, field
    ORDER BY severity = 'warning', findings DESC, min(n)
"""


@dataclass(frozen=True)
class FindingGroup:
    """All findings of one rule at one field: how many, what to do, and the first few."""

    check: Check
    rule: str
    severity: Severity
    field: str | None
    findings: int
    remedy: Message
    examples: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON form, both languages included."""
        return {
            "check": self.check.value,
            "rule": self.rule,
            "severity": self.severity.value,
            "field": self.field,
            "findings": self.findings,
            "remedy": self.remedy.as_dict(),
            "examples": [finding.as_dict() for finding in self.examples],
        }


def write_summary(folder: Path) -> None:
    """Write the groups beside the findings, as JSON."""
    groups = [group.as_dict() for group in finding_groups(folder)]
    replace_file(
        folder / SUMMARY_FILE, json.dumps({"groups": groups}, ensure_ascii=False, indent=1).encode(), mode=0o600
    )


def finding_groups(folder: Path) -> tuple[FindingGroup, ...]:
    """Group the findings of a report's folder; memory grows with the groups, not with the findings."""
    with private_database(folder / "spill", threads=1) as connection:
        rows = connection.execute(_GROUPS, [str(folder / FINDINGS_FILE)]).fetchall()
    return tuple(_group(*row) for row in rows)


def _group(check: str, rule: str, severity: str, field: str | None, remedy: str, remedy_params: str, count: int,
           examples: list[dict[str, Any]]) -> FindingGroup:  # fmt: skip
    told = Message(remedy, json.loads(remedy_params))
    kind, weight = Check(check), Severity(severity)
    first = tuple(
        Finding(
            kind,
            rule,
            weight,
            Message(example["message"], json.loads(example["params"])),
            told,
            Location(example["file"], example["sheet"], example["row"], field),
            example["value"],
        )
        for example in examples
    )
    return FindingGroup(kind, rule, weight, field, count, told, first)
