"""What foreign keys are looked up in, for the engine and for frictionless alike."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.validate.engine.canonical import family_of
from pipelines.validate.engine.columns import ColumnReader
from pipelines.validate.engine.model import Uncertified
from pipelines.validate.engine.plan import ForeignKey, Plan, foreign_keys_of
from pipelines.validate.engine.store import LookupTable, Store, key_names

Record = tuple[str | None, ...]
_BATCH = 65_536


@dataclass(frozen=True)
class ForeignTable:
    """A table that foreign keys point into.

    Attributes:
        batches: gives the records of the named columns, as text, a column each and in their order; a record may
            come again.
        fields: Table Schema field descriptors by name; a column that is not named has the type of the field
            that refers to it, without constraints.
    """

    batches: Callable[[tuple[str, ...]], Iterable[pa.RecordBatch]]
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of_records(cls, records: Callable[[tuple[str, ...]], Iterable[Record]],
                   fields: Mapping[str, Mapping[str, Any]] | None = None) -> ForeignTable:  # fmt: skip
        """A table given record by record."""

        def batches(columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
            rows = iter(records(columns))
            while chunk := list(itertools.islice(rows, _BATCH)):
                arrays = [pa.array(texts, pa.string()) for texts in zip(*chunk, strict=True)]
                yield pa.record_batch(arrays, names=key_names(len(columns)))

        return cls(batches, fields or {})

    def records(self, columns: tuple[str, ...]) -> Iterator[Record]:
        """The records of the named columns, one by one."""
        for batch in self.batches(columns):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def lookup_schema(table: ForeignTable, keys: Sequence[ForeignKey], descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """The Table Schema of the columns that ``keys`` refer to in ``table``."""
    own = {spec["name"]: spec for spec in descriptor.get("fields", ())}
    fields: dict[str, Any] = {}
    for key in keys:
        for source, target in zip(key.fields, key.reference, strict=True):
            spec = table.fields.get(target) or {k: v for k, v in own[source].items() if k not in NOT_READING}
            fields.setdefault(target, {**spec, "name": target})
    schema: dict[str, Any] = {name: descriptor[name] for name in ("$schema", "missingValues") if name in descriptor}
    return {**schema, "fields": list(fields.values())}


#: Properties of a field that judge its values and have no part in reading them.
NOT_READING = {"constraints", "categories", "categoriesOrdered"}


def lookups_of(plan: Plan, descriptor: Mapping[str, Any], foreign: Mapping[str, ForeignTable],
               store: Store, own_keys: Callable[[tuple[str, ...]], Iterator[pa.RecordBatch]] | None,
               ) -> list[LookupTable]:  # fmt: skip
    """Look-up tables for the foreign keys of ``plan``, in order.

    Args:
        foreign: the referenced tables by resource name.
        own_keys: canonical keys of the table itself, by columns, for references to itself.

    Raises:
        Uncertified: a table is not given, or values of the two sides cannot be compared as text.
    """
    tables: dict[tuple[str, tuple[str, ...]], LookupTable] = {}
    for key in plan.foreign:
        place = (key.resource, key.reference)
        if key.resource in foreign:
            fields = _reference_fields(key, descriptor, foreign[key.resource])
        elif own_keys is not None and key.resource == "":
            if not set(key.reference) <= plan.fields.keys():
                raise Uncertified("uncertified-own-reference")
            fields = [plan.fields[name] for name in key.reference]
        else:
            raise Uncertified("uncertified-table")
        _require_comparable(plan, key, fields)
        if place in tables:
            continue
        if key.resource in foreign:
            batches = _canonical(foreign[key.resource].batches(key.reference), fields)
        else:
            batches = own_keys(key.reference) if own_keys is not None else iter(())
        tables[place] = store.lookup(len(key.reference), batches)
    return [tables[key.resource, key.reference] for key in plan.foreign]


def _reference_fields(key: ForeignKey, descriptor: Mapping[str, Any], table: ForeignTable) -> list[Any]:
    """Frictionless's fields of the columns that ``key`` refers to."""
    from frictionless import Schema

    same = [other for other in foreign_keys_of(descriptor) if other.resource == key.resource]
    schema = Schema.from_descriptor(lookup_schema(table, same, descriptor))
    return [schema.get_field(name) for name in key.reference]


def _canonical(batches: Iterable[pa.RecordBatch], fields: Sequence[Any]) -> Iterator[pa.RecordBatch]:
    """Records, as text, with the canonical texts of what frictionless reads in them."""
    readers = [ColumnReader(field, field.create_cell_reader(), keyed=True) for field in fields]
    for batch in batches:
        columns = zip(readers, batch.columns, strict=True)
        yield keys_batch([reader.keys(reader.judge(texts)) for reader, texts in columns])


def keys_batch(columns: Sequence[pa.Array]) -> pa.RecordBatch:
    """Canonical texts as a batch with the columns ``k0``, ``k1`` …"""
    return pa.record_batch(list(columns), names=key_names(len(columns)))


def _require_comparable(plan: Plan, key: ForeignKey, others: Sequence[Any]) -> None:
    for name, other in zip(key.fields, others, strict=True):
        if family_of(plan.fields[name]) != family_of(other):
            raise Uncertified("uncertified-foreign-types")
