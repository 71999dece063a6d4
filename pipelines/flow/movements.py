"""When a delivery's report says what moved: after it could not be read, or not fitted what its columns are to hold."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipelines.core.findings import Check, Finding
from pipelines.core.records import Delivery, RawTable
from pipelines.ingest.detection.samples import TAIL_ROWS
from pipelines.ingest.movements import Movement, movements_of
from pipelines.registry import Dataset
from pipelines.validate import FindingLog
from pipelines.validate.any_file.encodings import found
from pipelines.validate.any_file.refusals import Refusal
from pipelines.validate.any_file.text_scan import scan

#: Rules of files in which no table was found: nothing has been said about its columns.
_NO_TABLE = frozenset(
    {"undecodable", "implausible-text", "other-encoding", "header-not-found", "no-sheet", "no-layout"}
)
#: What is said already where a table was found: by ``header-elsewhere``, ``missing-label`` and ``extra-label``.
_SAID = frozenset({"moved-header-row", "moved-columns-missing", "moved-columns-new"})


def moved_findings(delivery: Delivery, dataset: Dataset, raw: RawTable | None, log: FindingLog,
                   folder: Path) -> list[Finding]:  # fmt: skip
    """Findings about what moved, besides those that are in the log.

    Files are looked at once more only when the log has something that a movement can explain: errors in reading, a
    missing column, an unknown one while a known one is absent, faulty rows where remarks and totals may stand.
    """
    summaries = log.summaries()
    if "landed-bytes-missing" in summaries[Check.READ].rules:
        return []
    rules = summaries[Check.TABLE_SCHEMA].rules
    if raw is not None and "missing-label" not in rules and not _replaced(dataset, raw, rules) and not _ends(raw, log):
        return []
    said = frozenset[str]() if _NO_TABLE & summaries[Check.READ].rules.keys() else _SAID
    return [movement.finding(delivery.id) for movement in look(delivery, dataset, folder) if movement.rule not in said]


def look(delivery: Delivery, dataset: Dataset, folder: Path) -> list[Movement]:
    """What moved in the landed files of a delivery. ``folder`` is private."""
    with tempfile.TemporaryDirectory(prefix=".moved-", dir=folder) as scratch:
        return movements_of(delivery, dataset, Path(scratch), _encodings)


def _replaced(dataset: Dataset, raw: RawTable, rules: Mapping[str, int]) -> bool:
    """Whether a column that nobody knows may be one that is absent, which is no error where it is not required."""
    return "extra-label" in rules and any(spec.name not in raw.labels for spec in dataset.fields)


def _ends(raw: RawTable, log: FindingLog) -> bool:
    """Whether faulty rows may be among the last of a table; of several tables only the first's end is known."""
    return log.last_row > 0 and (len(raw.readings) > 1 or log.last_row + TAIL_ROWS >= raw.rows_in_files)


def _encodings(path: Path) -> tuple[str | None, tuple[str, ...]]:
    """The encoding that a text file proves to be in, or those that nothing tells apart."""
    try:
        encoding = found(path, scan(path))
    except Refusal as refusal:
        return None, tuple(filter(None, str(refusal.message.params.get("candidates", "")).split(", ")))
    return encoding.name.removesuffix("-sig"), ()
