"""The validation stage: RawTable → ValidatedTable, every finding logged, or DeliveryRejected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.core.accounts import Stage, require_all
from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message, Parameter
from pipelines.core.records import RawTable, ValidatedTable
from pipelines.ingest.names import shown_label
from pipelines.registry import Catalog, Dataset
from pipelines.registry.dataset import OnRowError
from pipelines.validate.constraints import check_constraints
from pipelines.validate.drift import check_drift
from pipelines.validate.engine import ForeignTable
from pipelines.validate.expectations import Sources, judge_frames, write_results
from pipelines.validate.quarantine import Quarantine, without_rows
from pipelines.validate.report import FindingLog
from pipelines.validate.row_verdicts import RowVerdicts, judge_rows
from pipelines.validate.rows import Arrangement, arrange
from pipelines.validate.sandbox import MACHINE_TROUBLE

VALIDATED_FILE = "validated.parquet"
QUARANTINE_FILE = "quarantine.parquet"


@dataclass(frozen=True)
class Validation:
    """What validation needs besides the table. ``previous``: the department's last accepted rows, if any;
    ``datasets``: files of accepted rows that expectation frames read, by dataset."""

    dataset: Dataset
    catalog: Catalog
    references: Mapping[str, ForeignTable]
    previous: Path | None
    datasets: Mapping[str, Sequence[Path]] = field(default_factory=dict)

    def sources(self, validated: Path) -> Sources:
        """What the expectation frames of a delivery with these accepted rows read."""
        names = {key.reference.resource for key in self.dataset.foreign_keys}
        tables = {name: table for name in sorted(names) if (table := self.catalog.table(name)) is not None}
        return Sources(validated, self.previous, self.datasets, tables)


def validate(raw: RawTable, validation: Validation, log: FindingLog, folder: Path,
             progress: Callable[[int], None] | None = None) -> ValidatedTable:  # fmt: skip
    """Judge a raw table.

    Faulty rows go to ``quarantine.parquet``, the others, typed, to ``validated.parquet``, both in ``folder``.

    Raises:
        DeliveryRejected: the header does not fit, or more rows are faulty than the dataset accepts, or an
            expectation or drift limit of severity error does not hold. It carries the findings that decided;
            all others are in ``log``.
        RowsUnaccounted: a defect: rows that were read are neither accepted nor quarantined.
    """
    dataset = validation.dataset
    quarantine = Quarantine(folder)
    typed = folder / "typed.parquet"
    unresolved = judge_table(raw, validation, RowVerdicts(log, quarantine, typed), folder, progress)
    validated = folder / VALIDATED_FILE
    rows = without_rows(typed, quarantine, validated, folder)
    quarantine.write(raw, folder / QUARANTINE_FILE, folder)
    typed.unlink()
    require_all(Stage.VALIDATE, raw.rows, rows, quarantine.rows)
    _accept(raw, dataset, rows, quarantine.rows)
    _judge_whole(validated, validation, log, folder)
    return ValidatedTable(raw.delivery, validated, rows, folder / QUARANTINE_FILE, quarantine.rows, unresolved)


def judge_table(raw: RawTable, validation: Validation, verdicts: RowVerdicts, folder: Path,
                progress: Callable[[int], None] | None = None) -> bool:  # fmt: skip
    """Judge the header and each row, as :func:`validate` does before it looks at the table as a whole.

    Returns:
        Whether any row refers to something that does not exist.

    Raises:
        DeliveryRejected: the header does not fit, or a row constraint fails.
    """
    verdicts.log.ran.add(Check.TABLE_SCHEMA)
    arrangement = arrange(raw.labels, validation.dataset)
    _judge_header(arrangement, raw, verdicts.log)
    unresolved = judge_rows(raw, validation.dataset, arrangement, validation.references, verdicts, progress)
    _judge_constraints(validation.dataset, verdicts, folder)
    return unresolved


def _judge_header(arrangement: Arrangement, raw: RawTable, log: FindingLog) -> None:
    place = Location(raw.readings[0].file, raw.readings[0].sheet, raw.readings[0].header_row) if raw.readings else None
    rejected = []
    for rule, names, severity in (
        ("missing-label", arrangement.missing, Severity.ERROR),
        ("duplicate-label", arrangement.repeated, Severity.ERROR),
        ("extra-label", arrangement.extra, Severity.WARNING),
    ):
        for label in names:
            name = _shown_label(label, raw)
            where = Location(place.file, place.sheet, place.row, name) if place else Location(field=name)
            finding = Finding(Check.TABLE_SCHEMA, rule, severity, Message(f"validate-{rule}", {"label": name}),
                              Message(f"validate-{rule}-remedy"), where)  # fmt: skip
            if severity is Severity.ERROR:
                rejected.append(finding)
            else:
                log.add(finding)
    if rejected:
        raise DeliveryRejected(rejected)


def _shown_label(label: str, raw: RawTable) -> str:
    return shown_label(label, raw.labels.index(label) + 1) if label in raw.labels else label


def _judge_constraints(dataset: Dataset, verdicts: RowVerdicts, work: Path) -> None:
    def found(ordinal: int, finding: Finding) -> None:
        verdicts.log.add(finding)
        if finding.severity is Severity.ERROR:
            verdicts.quarantine.add(ordinal, {finding.rule})

    try:
        check_constraints(verdicts.typed, dataset, work, found)
    except MACHINE_TROUBLE:
        raise
    except duckdb.Error as problem:
        # DuckDB's text may quote a value, so only the kind of error is told.
        finding = Finding(Check.TABLE_SCHEMA, "row-constraint", Severity.ERROR,
                          Message("validate-constraint-failed", {"reason": type(problem).__name__}),
                          Message("validate-constraint-failed-remedy"))  # fmt: skip
        raise DeliveryRejected([finding]) from None


def _accept(raw: RawTable, dataset: Dataset, rows: int, quarantined: int) -> None:
    policy = dataset.descriptor.acceptance
    if raw.rows == 0:
        _reject("no-rows", Message("validate-no-rows"))
    if quarantined and policy.on_row_error is OnRowError.REJECT:
        _reject("faulty-rows", Message("validate-faulty-rows", {"faulty": quarantined, "rows": raw.rows}))
    if rows == 0 or quarantined > policy.max_quarantined_share * raw.rows:
        percent = f"{policy.max_quarantined_share * 100:g}"
        params: dict[str, Parameter] = {"faulty": quarantined, "rows": raw.rows, "percent": percent}
        _reject("too-many-faulty-rows", Message("validate-too-many-faulty-rows", params))


def _reject(rule: str, message: Message) -> None:
    finding = Finding(Check.TABLE_SCHEMA, rule, Severity.ERROR, message, Message(f"validate-{rule}-remedy"))
    raise DeliveryRejected([finding])


def _judge_whole(validated: Path, validation: Validation, log: FindingLog, work: Path) -> None:
    """Expectations and drift: rules about the delivery as a whole; an error rejects it."""
    dataset = validation.dataset
    findings: list[Finding] = []
    for check, found in (
        (Check.EXPECTATIONS, _expectations(validated, validation, work)),
        (Check.DRIFT, check_drift(validated, validation.previous, dataset, work)),
    ):
        log.ran.add(check)
        findings += found
    log.extend(finding for finding in findings if finding.severity is Severity.WARNING)
    rejecting = [finding for finding in findings if finding.severity is Severity.ERROR]
    if rejecting:
        raise DeliveryRejected(rejecting)


def _expectations(validated: Path, validation: Validation, work: Path) -> Iterator[Finding]:
    results = list(judge_frames(validation.dataset, validation.sources(validated), work))
    if results:
        write_results(work, results)
    return (finding for result in results for finding in result.findings)
