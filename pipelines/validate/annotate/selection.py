"""The findings that one workbook's copy tells: a fair share of every rule where there are too many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.core.databases import private_database
from pipelines.core.findings import Finding
from pipelines.validate.report import FINDINGS_FILE, as_finding

#: Findings told in one copy. Excel takes 65,530 links per sheet, and each note takes about 6 kB of memory.
MAX_FINDINGS = 50_000

# Findings without a file are about the whole delivery. Where not all fit, the first of every group go before the
# second of any; then the largest group comes first, errors before warnings.
_SELECT = """
    WITH own AS (
        SELECT *, row_number() OVER (PARTITION BY "check", rule, severity, field ORDER BY n) AS place,
               count(*) OVER (PARTITION BY "check", rule, severity, field) AS findings,
               min(n) OVER (PARTITION BY "check", rule, severity, field) AS first,
               count(*) OVER () AS total
        FROM (SELECT *, file_row_number AS n FROM read_parquet($path, file_row_number = true))
        WHERE file IS NULL OR file = $file
    ), told AS (SELECT * FROM own ORDER BY place, n LIMIT $limit)
    SELECT * FROM told ORDER BY severity = 'warning', findings DESC, first, n
"""


@dataclass(frozen=True)
class Selection:
    """Findings in the order in which they are listed, and how many more there are."""

    findings: tuple[Finding, ...]
    left_out: int


def select_findings(report: Path, file: str) -> Selection:
    """The findings about one file, or about the whole delivery, in a report's folder; most frequent rule first."""
    with private_database(report / "spill", threads=1) as connection:
        result = connection.execute(_SELECT, {"path": str(report / FINDINGS_FILE), "file": file, "limit": MAX_FINDINGS})
        names = [column[0] for column in result.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    total = rows[0]["total"] if rows else 0
    return Selection(tuple(as_finding(row) for row in rows), total - len(rows))
