"""What a field may be chosen from: an enumeration, categories, true and false, or the codes of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipelines.core.findings import Severity
from pipelines.registry import Catalog, CodeList, Dataset, FieldSpec
from pipelines.registry.fields import Category

#: Columns of a code list that say what a code stands for, where it has them.
_NAMES = ("name_zh", "name_en")
#: Table Schema's own texts for true and false.
_TRUE, _FALSE = "true", "false"


@dataclass(frozen=True)
class Choice:
    """A value as it is to be entered, and what it stands for."""

    value: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """The values that a field takes. ``codelist``: where they come from, if not from the field itself.

    ``strict``: nothing else is valid. Where it is not, other values are only asked about.
    """

    entries: tuple[Choice, ...]
    codelist: str | None = None
    strict: bool = True


def choices_of(dataset: Dataset, spec: FieldSpec, catalog: Catalog) -> Choices | None:
    """The values of a field that its own type and constraints accept; ``None`` where they cannot be listed."""
    found = _listed(dataset, spec, catalog)
    if found is None:
        return None
    valid = tuple(each for each in found.entries if not dataset.read_cell(spec.name, each.value)[1])
    return replace(found, entries=valid) if valid else None


def _listed(dataset: Dataset, spec: FieldSpec, catalog: Catalog) -> Choices | None:
    if spec.constraints.enum is not None:
        return Choices(tuple(Choice(str(value)) for value in spec.constraints.enum))
    if spec.categories is not None:
        return Choices(tuple(_category(entry) for entry in spec.categories))
    if spec.type == "boolean":
        pair = ((spec.trueValues or (_TRUE,))[0], (spec.falseValues or (_FALSE,))[0])
        return Choices(tuple(map(Choice, pair)))
    for key in dataset.foreign_keys:
        table = catalog.table(key.reference.resource)
        if spec.name in key.fields and table is not None:
            column = key.reference.fields[key.fields.index(spec.name)]
            severity = dataset.descriptor.acceptance.references.get(table.id, Severity.ERROR)
            return Choices(_codes(table, column), table.id, strict=severity is Severity.ERROR)
    labelled = catalog.table(spec.codelist) if spec.codelist is not None else None
    if labelled is None:
        return None
    return Choices(_codes(labelled, labelled.key), labelled.id, strict=False)


def _category(entry: str | int | Category) -> Choice:
    if isinstance(entry, Category):
        return Choice(str(entry.value), (entry.label,) if entry.label is not None else ())
    return Choice(str(entry))


def _codes(table: CodeList, column: str) -> tuple[Choice, ...]:
    """The texts of a column, each once, with the names beside it."""
    names = [name for name in _NAMES if name in table.columns]
    names = names or [name for name in table.columns if name != column][: len(_NAMES)]
    return _once(Choice(row[column], tuple(row[name] for name in names)) for row in table.rows if row[column])


def _once(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for choice in choices:
        found.setdefault(choice.value, choice)
    return tuple(found.values())
