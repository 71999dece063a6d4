"""The rows of a raw table: errors to the log, faulty rows to quarantine, the others typed to Parquet."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.accounts import Stage, require_all
from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.records import COORDINATES, ROW_COLUMN, RawTable
from pipelines.registry import Dataset
from pipelines.validate.engine import ForeignTable, JudgedBatch, ReferenceFailed, judge_batches
from pipelines.validate.explain import explain
from pipelines.validate.patterns import PatternTooSlow, bounded_patterns
from pipelines.validate.quarantine import Quarantine
from pipelines.validate.references import with_lookups
from pipelines.validate.report import FindingLog
from pipelines.validate.rows import Arrangement, Coordinates, raw_batches
from pipelines.validate.typed import TypedWriter


@dataclass(frozen=True)
class RowVerdicts:
    """Where the verdicts on rows go. ``typed``: the Parquet file for rows without errors."""

    log: FindingLog
    quarantine: Quarantine
    typed: Path


def judge_rows(raw: RawTable, dataset: Dataset, arrangement: Arrangement, references: Mapping[str, ForeignTable],
               verdicts: RowVerdicts, progress: Callable[[int], None] | None) -> bool:  # fmt: skip
    """Judge every row; return whether any refers to something that does not exist.

    Raises:
        DeliveryRejected: frictionless itself raised on a value, or a pattern takes too long: there is no verdict.
        RowsUnaccounted: not every row got a verdict.
    """
    schema, lookups = with_lookups(dataset, {**references, dataset.id: _own_rows(raw, arrangement)})
    explainer = _Explainer(raw, dataset, arrangement)
    judged = 0
    folder = verdicts.typed.parent
    with (
        tempfile.TemporaryDirectory(dir=folder) as work,
        TypedWriter(verdicts.typed, dataset) as writer,
        bounded_patterns(),
    ):
        batches = judge_batches(lambda: raw_batches(raw.parquet), schema, labels=raw.labels, work=Path(work),
                                specs=dataset.fields, foreign=lookups)  # fmt: skip
        try:
            for batch in batches:
                _keep(batch, explainer.findings(batch), writer, verdicts)
                judged += batch.rows
                if progress is not None:
                    progress(batch.rows)
        except ReferenceFailed as failed:
            raise DeliveryRejected([explainer.failure(failed)]) from None
        except PatternTooSlow as slow:
            raise DeliveryRejected([explainer.too_slow(slow.pattern)]) from None
    require_all(Stage.VALIDATE, raw.rows, judged)
    return explainer.unresolved


def _keep(batch: JudgedBatch, findings: Iterable[tuple[int, Finding]], writer: TypedWriter,
          verdicts: RowVerdicts) -> None:  # fmt: skip
    """Log the findings, by ordinal; store the rows without errors, and quarantine the others."""
    verdicts.log.engine = batch.engine
    verdicts.log.engine_reason = batch.reason
    rules: dict[int, set[str]] = defaultdict(set)
    for ordinal, finding in findings:
        verdicts.log.add(finding)
        if finding.severity is Severity.ERROR:
            rules[ordinal].add(finding.rule)
    keep = np.ones(batch.rows, dtype=np.bool_)
    for ordinal in sorted(rules):
        keep[ordinal - batch.first] = False
        verdicts.quarantine.add(ordinal, rules[ordinal])
    writer.write(batch.first, batch.source, batch.typed, keep)


class _Explainer:
    """Errors of a raw table's rows as findings."""

    def __init__(self, raw: RawTable, dataset: Dataset, arrangement: Arrangement) -> None:
        self._dataset = dataset
        self._columns = arrangement.columns
        self._coordinates = Coordinates(raw)
        self.unresolved = False

    def findings(self, batch: JudgedBatch) -> Iterator[tuple[int, Finding]]:
        """Findings with the ordinals of their rows. What cannot be stored is told of rows without other errors."""
        counts = Counter(ordinal for ordinal, _ in batch.errors)
        faulty = set()
        for ordinal, error in batch.errors:
            place = _place(batch, ordinal)
            finding = explain(error, place, self._dataset, self._columns, self._coordinates,
                              alone=counts[ordinal] == 1)  # fmt: skip
            self.unresolved = self.unresolved or finding.rule == "foreign-key"
            if finding.severity is Severity.ERROR:
                faulty.add(ordinal)
            yield ordinal, finding
        for ordinal, field, reason in batch.unstorable:
            if ordinal not in faulty:
                place = _place(batch, ordinal)
                remedy = Message("validate-unstorable-remedy")
                yield ordinal, Finding(Check.TABLE_SCHEMA, "type-error", Severity.ERROR, reason, remedy,
                                       Location(place.file, place.sheet, place.row, field))  # fmt: skip

    def failure(self, failed: ReferenceFailed) -> Finding:
        """There is no verdict from a row on."""
        file, row = self._coordinates.of(failed.ordinal)
        return Finding(Check.TABLE_SCHEMA, "reference-failed", Severity.ERROR,
                       Message("validate-reference-failed", {"kind": failed.kind}),
                       Message("validate-reference-failed-remedy"), Location(file, None, row))  # fmt: skip

    def too_slow(self, pattern: str) -> Finding:
        """A pattern of the descriptor cannot be checked."""
        field = next(spec.name for spec in self._dataset.fields if spec.constraints.pattern == pattern)
        return Finding(Check.TABLE_SCHEMA, "pattern-too-slow", Severity.ERROR,
                       Message("file-slow-pattern", {"field": field}), Message("file-slow-pattern-remedy"),
                       Location(None, None, None, field))  # fmt: skip


def _place(batch: JudgedBatch, ordinal: int) -> Location:
    file, sheet, row = (batch.source.column(name)[ordinal - batch.first].as_py() for name in COORDINATES)
    return Location(file, sheet, row)


def _own_rows(raw: RawTable, arrangement: Arrangement) -> ForeignTable:
    """The delivery itself as a lookup table, for foreign keys that point into their own dataset."""

    def batches(columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        places = {name: f"c{arrangement.columns[name]}" for name in columns if name in arrangement.columns}
        # The row's number is always there, so that a batch has its rows even where none of the columns was delivered.
        read = [ROW_COLUMN, *dict.fromkeys(places.values())]
        with pq.ParquetFile(raw.parquet) as stored:
            for batch in stored.iter_batches(columns=read):
                absent = pa.nulls(batch.num_rows, pa.string())
                texts = [batch.column(places[name]) if name in places else absent for name in columns]
                yield pa.record_batch(texts, names=list(columns))

    return ForeignTable(batches)
