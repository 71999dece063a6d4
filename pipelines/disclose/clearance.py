"""The disclosure stage: validated rows in, public rows and the receipt out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.accounts import Stage, require_all
from pipelines.core.errors import CorruptStore, DeliveryRejected
from pipelines.core.files import PRIVATE_FILE_MODE, flush_file, flush_folder, temporary_beside
from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.records import COORDINATES, CheckSummary, DisclosedTable, FieldReceipt, ValidatedTable
from pipelines.disclose.keys import SurrogateKey
from pipelines.disclose.marks import Clearances
from pipelines.disclose.plan import FieldPlan, plan_fields, public
from pipelines.disclose.public_schema import public_schema
from pipelines.disclose.scan import PersonalDataScan
from pipelines.disclose.treatments import public_type, treat
from pipelines.registry import CodeList, Dataset
from pipelines.registry.disclosures import Attribute

DISCLOSED_FILE = "disclosed.parquet"

_BATCH_ROWS = 1 << 16


@dataclass(frozen=True)
class Disclosure:
    """What disclosure came to. A table is only ever returned when the personal-data check passed."""

    table: DisclosedTable
    findings: tuple[Finding, ...]
    summary: CheckSummary


def disclose(validated: ValidatedTable, dataset: Dataset, tables: Mapping[str, CodeList], key: SurrogateKey,
             folder: Path, progress: Callable[[int], None] | None = None,
             cleared: frozenset[str] = frozenset(), *, summed: bool = False) -> Disclosure:  # fmt: skip
    """Write the public fields of a validated table to ``disclosed.parquet`` in ``folder``.

    Args:
        validated: the rows that passed; streamed in batches of 65,536.
        dataset: says per field whether and how it is published.
        tables: code lists and organisations, by name: the values that conditions know.
        key: the key of surrogates.
        folder: private work folder of this outcome; created if absent.
        progress: called with the number of rows done since the last call.
        cleared: marks of findings that an officer has cleared (:class:`Clearances`).
        summed: tables of sums are made of the rows, so they are cleared even if they are not published themselves.

    Raises:
        DeliveryRejected: something looks like personal data in a field not meant to carry it (nothing is left in
            ``folder`` then), the dataset itself is not actively disclosed, or something of it is on the negative list.
        GongkaiError: the descriptor leaves open how a field is to be treated (see ``plan_fields``), or the
            validated file is not what its record says.
    """
    if not summed:
        _require_active(dataset)
    _require_not_barred(dataset)
    plans = plan_fields(dataset, tables)
    work = _Clearing(plans, key, PersonalDataScan(Clearances(dataset.id, key, cleared)))
    target = folder / DISCLOSED_FILE
    with temporary_beside(target) as temporary:
        rows = _write_public(validated, work, temporary, progress)
        findings = work.scan.findings()
        if findings:
            raise DeliveryRejected(findings)
        temporary.chmod(PRIVATE_FILE_MODE)
        flush_file(temporary)
        temporary.replace(target)
        flush_folder(folder)
    table = DisclosedTable(validated.delivery, target, rows, public_schema(dataset, plans), _receipt(work))
    return Disclosure(table, (), CheckSummary(ran=True))


def _require_active(dataset: Dataset) -> None:
    attribute = dataset.descriptor.disclosure.attribute
    if attribute is not Attribute.ACTIVE:
        message = Message("disclose-not-active", {"attribute": attribute.value})
        remedy = Message("disclose-not-active-remedy")
        raise DeliveryRejected(
            [Finding(Check.PERSONAL_DATA, "not-active", Severity.ERROR, message, remedy, Location())]
        )


def _require_not_barred(dataset: Dataset) -> None:
    if dataset.barred:
        raise DeliveryRejected([_barred(field, entry) for field, entry in dataset.barred.items()])


def _barred(field: str | None, entry: str) -> Finding:
    kind = "disclose-barred-dataset" if field is None else "disclose-barred-field"
    message = Message(kind, {"field": field or "-", "entry": entry})
    remedy = Message("disclose-barred-remedy", {"entry": entry})
    return Finding(Check.PERSONAL_DATA, "negative-list", Severity.ERROR, message, remedy, Location(field=field))


@dataclass
class _Clearing:
    """One table on its way: what has been treated and seen so far."""

    plans: tuple[FieldPlan, ...]
    key: SurrogateKey
    scan: PersonalDataScan
    treated: Counter[str] = field(default_factory=Counter)

    def schema(self, stored: pa.Schema) -> pa.Schema:
        """Columns of the public table. Made anew, so that no metadata of the private file comes along."""
        fields = [(name, plan, stored.field(plan.spec.name).type) for name, plan in public(self.plans)]
        return pa.schema([(name, public_type(plan, kind)) for name, plan, kind in fields])

    def columns(self, batch: pa.RecordBatch) -> list[pa.Array]:
        """The public columns of a batch, scanned."""
        columns = []
        for plan in self.plans:
            result = treat(plan, batch, self.key)
            self.treated[plan.spec.name] += result.rows
            if result.column is not None:
                self.scan.add(plan, result.column, batch)
                columns.append(result.column)
        return columns


def _write_public(validated: ValidatedTable, work: _Clearing, target: Path,
                  progress: Callable[[int], None] | None) -> int:  # fmt: skip
    """Write the public table; returns its number of rows."""
    rows = 0
    with pq.ParquetFile(validated.parquet) as source:
        _check_columns(source.schema_arrow, work.plans, validated)
        schema = work.schema(source.schema_arrow)
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in source.iter_batches(batch_size=_BATCH_ROWS):
                writer.write_batch(pa.record_batch(work.columns(batch), schema=schema))
                rows += batch.num_rows
                if progress is not None:
                    progress(batch.num_rows)
    require_all(Stage.DISCLOSE, validated.rows, rows)
    return rows


def _check_columns(stored: pa.Schema, plans: Iterable[FieldPlan], validated: ValidatedTable) -> None:
    expected = [*COORDINATES, *(plan.spec.name for plan in plans)]
    if stored.names != expected:
        raise CorruptStore(str(validated.parquet), f"columns {', '.join(stored.names)}, expected {', '.join(expected)}")


def _receipt(work: _Clearing) -> tuple[FieldReceipt, ...]:
    return tuple(
        FieldReceipt(
            field=plan.spec.name,
            attribute=plan.spec.disclosure.attribute.value,
            treatment=plan.action.type,
            basis=plan.spec.disclosure.basis,
            published_as=plan.public_name,
            rows=work.treated[plan.spec.name],
        )
        for plan in work.plans
        if not plan.is_active
    )
