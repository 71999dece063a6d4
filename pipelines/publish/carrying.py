"""Taking out of a version what may not be public like that any more.

A segment that cannot be made anew (its deliveries are rejected by today's descriptor, or were not processed yet) is
replaced by one without the columns in question; a period whose key is among them leaves the version. The objects
of earlier versions stay in the store: this decides what the current release shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import InvalidPeriod
from pipelines.core.messages import Message
from pipelines.core.records import FieldReceipt
from pipelines.core.sql import identifier, literal
from pipelines.publish.clearances import no_longer_public, without
from pipelines.publish.parts import Rows, write_parts
from pipelines.publish.records import Segment, merge_receipts
from pipelines.publish.schemas import columns, primary_key
from pipelines.publish.sql import scratch_database
from pipelines.publish.store import object_path
from pipelines.publish.stores import Store
from pipelines.registry import Dataset


@dataclass(frozen=True)
class Carried:
    """What of the current version's segments goes on into the next.

    ``replaced`` are the segments that do not go on as they are; ``notices`` say why.
    """

    segments: tuple[Segment, ...]
    replaced: tuple[Segment, ...] = ()
    notices: tuple[Message, ...] = ()


def carry_over(
    dataset: Dataset, segments: Iterable[Segment], new: Iterable[str], store: Store, folder: Path
) -> Carried:
    """The published segments that stay beside candidates, each as far as it may still be public.

    Args:
        dataset: as the registry has it now.
        segments: of the current version.
        new: periods that candidates bring.
        store: the public store.
        folder: private work folder; receives the segments that are made anew.
    """
    arriving = set(new)
    staying = [segment for segment in segments if segment.period not in arriving]
    fitting = [segment for segment in staying if _has_period(dataset, segment.period)]
    # Until there is something of the new period class, what was published by the old one is better than nothing.
    other_class = [segment for segment in staying if segment not in fitting] if fitting or arriving else []
    kept: list[Segment] = []
    reduced: list[tuple[Segment, frozenset[str]]] = []
    withdrawn: list[tuple[Segment, frozenset[str]]] = []
    for segment in staying:
        gone = no_longer_public(segment.schema, dataset)
        if segment in other_class:
            continue
        if not gone:
            kept.append(segment)
        elif gone & set(primary_key(segment.schema)) or gone >= set(columns(segment.schema)):
            withdrawn.append((segment, gone))
        else:
            kept.append(_without_columns(segment, dataset, gone, store, folder))
            reduced.append((segment, gone))
    notices = _notices(dataset, other_class, reduced, withdrawn)
    replaced = [*other_class, *(segment for segment, _ in (*reduced, *withdrawn))]
    return Carried(tuple(kept), tuple(replaced), notices)


def _has_period(dataset: Dataset, period: str) -> bool:
    try:
        dataset.period(period)
    except InvalidPeriod:
        return False
    return True


def _without_columns(segment: Segment, dataset: Dataset, gone: frozenset[str], store: Store, folder: Path) -> Segment:
    schema = without(segment.schema, gone)
    names = ", ".join(identifier(name) for name in columns(schema))
    files = ", ".join(literal(str(store.local(object_path(part.sha256)))) for part in segment.parts)
    with scratch_database(folder) as connection:
        rows = Rows(f"SELECT {names} FROM read_parquet([{files}])", segment.rows, schema)
        parts = write_parts(connection, rows, folder)
    return Segment(
        period=segment.period,
        parts=parts,
        schema=schema,
        sources=segment.sources,
        receipt=merge_receipts([segment.receipt, _receipt(segment, dataset, gone)]),
    )


def _receipt(segment: Segment, dataset: Dataset, gone: frozenset[str]) -> list[FieldReceipt]:
    """Columns taken out of a published segment, as what they are: dropped."""
    receipts = []
    for entry in segment.schema["fields"]:
        if entry["name"] not in gone:
            continue
        field = entry.get("disclosure", {}).get("field", entry["name"])
        said = dataset.field(field).disclosure if dataset.has_field(field) else None
        attribute, basis = (said.attribute.value, said.basis) if said is not None else ("withheld", None)
        receipts.append(FieldReceipt(field, attribute, "drop", basis, None, segment.rows))
    return receipts


def _notices(dataset: Dataset, other_class: list[Segment], reduced: list[tuple[Segment, frozenset[str]]],
             withdrawn: list[tuple[Segment, frozenset[str]]]) -> tuple[Message, ...]:  # fmt: skip
    notices = []
    if other_class:
        notices.append(Message("publish-periods-of-another-class", {
            "dataset": dataset.id, "periods": _listed(other_class), "period_class": dataset.period_class.value,
        }))  # fmt: skip
    for message_id, entries in (("publish-fields-withdrawn", reduced), ("publish-periods-withdrawn", withdrawn)):
        if entries:
            fields = sorted(frozenset[str]().union(*(gone for _, gone in entries)))
            notices.append(Message(message_id, {
                "dataset": dataset.id, "periods": _listed(segment for segment, _ in entries),
                "fields": ", ".join(fields),
            }))  # fmt: skip
    return tuple(notices)


def _listed(segments: Iterable[Segment]) -> str:
    return ", ".join(segment.period for segment in segments)
