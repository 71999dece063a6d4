"""The values that a condition field may have, as far as validation vouches for them, and those that spare rows."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.core.findings import Severity
from pipelines.registry.catalog import Dataset
from pipelines.registry.tables import CodeList


def vouched_values(dataset: Dataset, field: str, tables: Mapping[str, CodeList]) -> frozenset[str] | None:
    """Every value that a published row can have in ``field``; ``None`` when nothing holds rows to any.

    Only an enum does, or a foreign key of this field alone into one of the ``tables`` (code lists and
    organisations, by name) that is judged as an error. ``codelist`` by itself is a label: nobody checks it.
    """
    enum = dataset.field(field).constraints.enum
    if enum is not None:
        return frozenset(str(value) for value in enum)
    for key in dataset.foreign_keys:
        table = tables.get(key.reference.resource)
        severity = dataset.descriptor.acceptance.references.get(key.reference.resource, Severity.ERROR)
        if key.fields == (field,) and table is not None and severity is Severity.ERROR:
            column = key.reference.fields[0]
            return frozenset(row[column] for row in table.rows if column in row)
    return None


def condition_values(dataset: Dataset, tables: Mapping[str, CodeList]) -> dict[str, frozenset[str]]:
    """The vouched values of each field that a treatment, or looking after small cells, depends on.

    Args:
        dataset: the dataset.
        tables: code lists and organisations, by name.
    """
    names = {name for spec in dataset.fields for name in spec.disclosure.when or ()}
    if dataset.descriptor.small_cells is not None:
        names |= dataset.descriptor.small_cells.applies_to.keys()
    return {name: vouched_values(dataset, name, tables) or frozenset() for name in names}
