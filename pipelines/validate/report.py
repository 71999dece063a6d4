"""The report of a delivery: every finding in ``findings.parquet``, counted by check and rule as they come."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.records import CheckSummary

FINDINGS_FILE = "findings.parquet"
_FIRST = 20
_BATCH = 5_000

_SCHEMA = pa.schema(
    [
        ("check", pa.string()),
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("file", pa.string()),
        ("sheet", pa.string()),
        ("row", pa.int64()),
        ("field", pa.string()),
        ("value", pa.string()),
        ("message", pa.string()),
        ("message_params", pa.string()),
        ("remedy", pa.string()),
        ("remedy_params", pa.string()),
    ]
)


class FindingLog:
    """Writes findings to disk as they come; keeps counts and the first twenty. A context manager.

    ``last_row`` is the last row of a file about which the table schema said an error.
    ``engine`` and ``engine_reason`` say which engine judged the rows (``fast``, ``reference``), and why the latter.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FINDINGS_FILE
        self.first: list[Finding] = []
        self.ran: set[Check] = set()
        self.last_row = 0
        self.engine: str | None = None
        self.engine_reason: Message | None = None
        self._counts: Counter[tuple[Check, Severity, str]] = Counter()
        self._rows: list[dict[str, object]] = []
        self._writer = pq.ParquetWriter(self.path, _SCHEMA, compression="zstd")

    def __enter__(self) -> FindingLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._flush()
        self._writer.close()

    def add(self, finding: Finding) -> None:
        """Record one finding; its check counts as having run."""
        self.ran.add(finding.check)
        self._counts[finding.check, finding.severity, finding.rule] += 1
        if finding.check is Check.TABLE_SCHEMA and finding.severity is Severity.ERROR:
            self.last_row = max(self.last_row, finding.location.row or 0)
        if len(self.first) < _FIRST:
            self.first.append(finding)
        self._rows.append(_as_row(finding))
        if len(self._rows) >= _BATCH:
            self._flush()

    def extend(self, findings: Iterable[Finding]) -> None:
        """Record several findings."""
        for finding in findings:
            self.add(finding)

    def summaries(self) -> dict[Check, CheckSummary]:
        """Per check: whether it ran, and how much it found."""
        return {check: self._summary(check) for check in Check}

    def _summary(self, check: Check) -> CheckSummary:
        found = {key: count for key, count in self._counts.items() if key[0] is check}
        rules: Counter[str] = Counter()
        for (_, _, rule), count in found.items():
            rules[rule] += count
        return CheckSummary(
            ran=check in self.ran,
            errors=sum(count for (_, severity, _), count in found.items() if severity is Severity.ERROR),
            warnings=sum(count for (_, severity, _), count in found.items() if severity is Severity.WARNING),
            rules=dict(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
        )

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=_SCHEMA))
            self._rows = []


def _as_row(finding: Finding) -> dict[str, object]:
    place = finding.location
    return {
        "check": finding.check.value,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "field": place.field,
        "value": finding.value,
        "message": finding.message.id,
        "message_params": json.dumps(dict(finding.message.params), ensure_ascii=False, sort_keys=True),
        "remedy": finding.remedy.id,
        "remedy_params": json.dumps(dict(finding.remedy.params), ensure_ascii=False, sort_keys=True),
    }


def read_findings(folder: Path, limit: int | None = None) -> Iterator[Finding]:
    """The findings of a report, in the order they were made; at most ``limit``."""
    left = limit if limit is not None else -1
    with pq.ParquetFile(folder / FINDINGS_FILE) as stored:
        for batch in stored.iter_batches():
            for row in batch.to_pylist():
                if left == 0:
                    return
                left -= 1
                yield as_finding(row)


def as_finding(row: Mapping[str, Any]) -> Finding:
    """A row of ``findings.parquet`` as the finding it was made from."""
    return Finding(
        Check(row["check"]),
        row["rule"],
        Severity(row["severity"]),
        Message(row["message"], json.loads(row["message_params"])),
        Message(row["remedy"], json.loads(row["remedy_params"])),
        Location(row["file"], row["sheet"], row["row"], row["field"]),
        row["value"],
    )
