"""Earlier results that validation looks at: referenced tables, and a department's last accepted rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.core.databases import private_database
from pipelines.core.errors import GongkaiError
from pipelines.core.records import Delivery, DeliveryKey
from pipelines.core.sql import identifier, literal
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import LandedDelivery, StoredOutcome
from pipelines.registry import CodeList, Dataset, FieldSpec
from pipelines.registry.types import stored_descriptor
from pipelines.validate import ForeignTable
from pipelines.validate.validation import VALIDATED_FILE

#: The document in an outcome's folder that says what was decided.
OUTCOME_FILE = "outcome.json"
_PARTS = {"delivery": str, "verdict": str, "rows_in_files": int, "rows_excluded": dict, "rows_accepted": int,
          "rows_quarantined": int, "steps": dict, "readings": list, "engine": dict, "checks": dict}  # fmt: skip
_BATCH = 65_536


class DamagedOutcome(GongkaiError):
    """A stored outcome does not say what was decided: it was cut short or changed by hand."""

    message_id = "flow-damaged-outcome"

    def __init__(self, folder: Path) -> None:
        super().__init__(path=f"{folder.parent.name}/{folder.name}/{OUTCOME_FILE}", folder=str(folder))


def outcome_document(folder: Path) -> dict[str, Any]:
    """What ``outcome.json`` in an outcome's folder says.

    Raises:
        DamagedOutcome: it is not there, or is not what is written there.
    """
    try:
        document = json.loads((folder / OUTCOME_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError) as problem:
        raise DamagedOutcome(folder) from problem
    if not isinstance(document, dict) or any(not isinstance(document.get(part), kind) for part, kind in _PARTS.items()):
        raise DamagedOutcome(folder)
    return document


@dataclass(frozen=True)
class References:
    """Lookup tables by resource name; ``identity`` changes when the rows of a referenced dataset do."""

    tables: dict[str, ForeignTable]
    identity: str


def references(inst: Installation, dataset: Dataset, *, ever: bool = False) -> References:
    """What the foreign keys of ``dataset`` are looked up in, as things stand now.

    Args:
        inst: the installation.
        dataset: whose foreign keys.
        ever: also in accepted deliveries that newer ones stand for.
    """
    tables: dict[str, ForeignTable] = {}
    digest = hashlib.sha256()
    for resource in sorted({key.reference.resource for key in dataset.foreign_keys} - {dataset.id}):
        table = inst.catalog.table(resource)
        if table is not None:
            tables[resource] = _from_codelist(table)
        elif resource in inst.catalog.datasets:
            outcomes = _ever_accepted(inst, resource) if ever else current_outcomes(inst, resource)
            digest.update(identity(outcomes).encode())
            tables[resource] = _from_files(rows_of(inst, outcomes), inst.catalog.datasets[resource])
    return References(tables, digest.hexdigest())


def identity(outcomes: Iterable[StoredOutcome]) -> str:
    """Changes when the rows of these outcomes may have: a delivery that is decided again keeps its folder."""
    return "\0".join(sorted(f"{outcome.folder} {outcome.decided}" for outcome in outcomes))


def rows_of(inst: Installation, outcomes: Iterable[StoredOutcome]) -> list[Path]:
    """The files of accepted rows of these outcomes."""
    return [inst.workspace.outcomes / outcome.folder / VALIDATED_FILE for outcome in outcomes]


def stored_outcome(inst: Installation, dataset_id: str, delivery_id: str) -> StoredOutcome | None:
    """What was decided about a delivery under its dataset's current descriptor, if that is still there."""
    outcome = inst.ledger.outcome(delivery_id, inst.processing_keys.get(dataset_id, ""))
    return outcome if outcome is not None and is_stored(inst, outcome) else None


def is_stored(inst: Installation, outcome: StoredOutcome) -> bool:
    """Whether an outcome's folder is there. The ledger remembers it; the folder may have been lost or removed."""
    return (inst.workspace.outcomes / outcome.folder / OUTCOME_FILE).is_file()


def current_outcomes(inst: Installation, dataset: str) -> list[StoredOutcome]:
    """The outcomes whose rows stand for a dataset now, over all periods and departments."""
    return list(standing_outcomes(inst, dataset).values())


def _ever_accepted(inst: Installation, dataset: str) -> list[StoredOutcome]:
    outcomes = inst.ledger.outcomes([inst.processing_keys[dataset]])
    return [outcome for outcome in outcomes if outcome.accepted and is_stored(inst, outcome)]


def standing_outcomes(inst: Installation, dataset: str) -> dict[DeliveryKey, StoredOutcome]:
    """Per department and period, the outcome whose rows stand for a dataset now."""
    current = inst.ledger.current(dataset, inst.processing_keys[dataset])
    return {key: outcome for key, outcome in sorted(current.items()) if is_stored(inst, outcome)}


def _from_codelist(table: CodeList) -> ForeignTable:
    return ForeignTable.of_records(lambda columns: (tuple(row[column] for column in columns) for row in table.rows))


def _from_files(paths: list[Path], dataset: Dataset) -> ForeignTable:
    """Accepted rows of ``dataset``, as text and with the descriptors of that text: not of the form they came in."""

    def batches(columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        if not paths:
            return
        listed = ", ".join(_text_of(dataset.field(column)) for column in columns)
        files = ", ".join(literal(str(path)) for path in paths)
        with private_database(None, threads=1) as connection:
            rows = connection.sql(f"SELECT {listed} FROM read_parquet([{files}], union_by_name = true)")
            yield from rows.to_arrow_reader(_BATCH)

    return ForeignTable(batches, {spec.name: stored_descriptor(spec) for spec in dataset.fields})


def _text_of(spec: FieldSpec) -> str:
    column = identifier(spec.name)
    text = f"format('{{:04d}}', {column})" if spec.type == "year" else f"CAST({column} AS VARCHAR)"
    return f"{text} AS {column}"


def previous_rows(inst: Installation, dataset: Dataset, delivery: Delivery | LandedDelivery) -> Path | None:
    """The department's last accepted rows before this delivery: of the nearest earlier period, else of this one."""
    candidates = []
    for key, outcome in inst.ledger.current(dataset.id, inst.processing_keys[dataset.id]).items():
        same_or_earlier = dataset.period(key.period) <= dataset.period(delivery.key.period)
        if key.organisation != delivery.key.organisation or outcome.delivery == delivery.id:
            continue
        if same_or_earlier and is_stored(inst, outcome):
            candidates.append((key.period != delivery.key.period, dataset.period(key.period), outcome))
    if not candidates:
        return None
    _, _, outcome = max(candidates, key=lambda entry: entry[:2])
    return inst.workspace.outcomes / outcome.folder / VALIDATED_FILE
