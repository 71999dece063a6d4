"""The columns of a template: one per field, with its label, the kind of its cells, and what it is chosen from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

from pipelines.registry import Catalog, Dataset, FieldSpec
from pipelines.templates.choices import Choices, choices_of

#: Characters of a title in a label: document properties, which keep labels, take 255.
_LONGEST_TITLE = 100
_REQUIRED = " *"


class Kind(Enum):
    """What a spreadsheet program holds in a cell."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """One column of the data sheet."""

    spec: FieldSpec
    label: str
    required: bool
    kind: Kind
    choices: Choices | None

    @property
    def number_format(self) -> str:
        """Excel's format code. Texts are kept as typed: leading zeros, long numbers and months stay."""
        if self.kind is Kind.DECIMAL:
            decimals = self.spec.decimals
            return "General" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
        return {Kind.TEXT: "@", Kind.WHOLE: "0", Kind.DATE: "yyyy-mm-dd"}[self.kind]


def columns_of(dataset: Dataset, catalog: Catalog, language: str) -> tuple[Column, ...]:
    """The columns of a dataset's template, in the order of its schema."""
    labels = _labels(dataset, language)
    return tuple(
        Column(spec, labels[spec.name], is_required(dataset, spec), kind_of(spec), choices_of(dataset, spec, catalog))
        for spec in dataset.fields
    )


def is_required(dataset: Dataset, spec: FieldSpec) -> bool:
    """Whether a row needs a value: by a constraint, or as the key's only field."""
    return spec.constraints.required or dataset.primary_key == (spec.name,)


def kind_of(spec: FieldSpec) -> Kind:
    """The kind of cell whose text, as workbooks are read, is what the schema expects.

    Dates and numbers of another format than the readers write are typed as text.
    """
    if spec.type in {"integer", "year"}:
        return Kind.WHOLE
    if spec.type == "number" and spec.decimalChar in {None, "."} and spec.groupChar != ".":
        return Kind.DECIMAL
    if spec.type == "date" and spec.format in {None, "default", "any", "%Y-%m-%d"}:
        return Kind.DATE
    return Kind.TEXT


def _labels(dataset: Dataset, language: str) -> dict[str, str]:
    """By field: its title, with its name where fields share a title, and a star where a value is needed."""
    titles = {spec.name: _plain(spec.titles.in_language(language)) or spec.name for spec in dataset.fields}
    uses = Counter(map(_compared, titles.values()))
    labels = {}
    for spec in dataset.fields:
        title = titles[spec.name]
        named = f"{title} ({spec.name})" if uses[_compared(title)] > 1 else title
        labels[spec.name] = named + (_REQUIRED if is_required(dataset, spec) else "")
    return labels


def _plain(title: str) -> str:
    """A title on one line, without characters that cannot be seen: a mark would not take them."""
    return "".join(character for character in " ".join(title.split()) if character.isprintable())[:_LONGEST_TITLE]


def _compared(title: str) -> str:
    """Titles that are the same in this form make labels that headers could not tell apart."""
    return "".join(title.split()).rstrip(_REQUIRED.strip())
