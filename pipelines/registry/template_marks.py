"""What ``gongkai template`` writes into a workbook so that it is known again: its dataset, and which schema it is of.

A mark is kept as the workbook's custom document properties, each short enough for every spreadsheet program (255
characters). It is a claim of the file, not a proof: it decides which layout reads the file, never what is accepted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.identifiers import is_identifier
from pipelines.registry.catalog import Dataset
from pipelines.registry.fields import FieldSpec
from pipelines.registry.layouts import TEMPLATE_LAYOUT, FileFormat, Layout
from pipelines.registry.steps import Constant, HalfWidth, Trim

PREFIX = "gongkai-"
_ABOUT, _SHEET, _BESIDE, _COLUMN = "template", "data-sheet", "other-sheets", "column-"
_SCHEMA_LENGTH, _MEANING_LENGTH = 16, 8
#: Excel's limit for sheets' names, which cannot hold the separator either.
_LONGEST_SHEET, _SEPARATOR = 31, "/"


class TemplateLayout(Layout):
    """How a filled template is read: its columns are those that its mark names."""

    beside: frozenset[str] = frozenset()
    """Sheets that the template came with and that hold no data."""

    def leaves_out(self, sheet: str) -> bool:
        """Whether a sheet is part of the template without being its table."""
        return sheet in self.beside


@dataclass(frozen=True)
class MarkedColumn:
    """A column of a template: which field it is for, a digest of what its cells mean, and its label."""

    field: str
    meaning: str
    label: str


@dataclass(frozen=True)
class TemplateMark:
    """The mark of one template. ``sheet`` holds the data; ``beside`` are its other sheets."""

    dataset: str
    schema: str
    sheet: str
    beside: tuple[str, ...]
    columns: tuple[MarkedColumn, ...]

    @classmethod
    def of(cls, dataset: Dataset, labels: Mapping[str, str], sheet: str, beside: tuple[str, ...]) -> TemplateMark:
        """The mark of a template of today's schema. ``labels``: by field, in the order of the columns."""
        columns = tuple(MarkedColumn(name, _meaning(dataset.field(name)), label) for name, label in labels.items())
        return cls(dataset.id, _schema_digest(dataset), sheet, beside, columns)

    @classmethod
    def of_properties(cls, properties: Mapping[str, str]) -> TemplateMark | None:
        """The mark that a file's properties hold; ``None`` when they hold none that is whole."""
        dataset, _, schema = properties.get(PREFIX + _ABOUT, "").partition(" ")
        sheet = properties.get(PREFIX + _SHEET, "")
        beside = tuple(filter(None, properties.get(PREFIX + _BESIDE, "").split(_SEPARATOR)))
        columns = tuple(_marked_columns(properties))
        whole = is_identifier(dataset) and columns and all(_is_sheet(name) for name in (sheet, *beside))
        return cls(dataset, schema, sheet, beside, columns) if whole and all(map(_is_column, columns)) else None

    def properties(self) -> dict[str, str]:
        """The mark as document properties."""
        numbered = enumerate(self.columns, start=1)
        return {
            PREFIX + _ABOUT: f"{self.dataset} {self.schema}",
            PREFIX + _SHEET: self.sheet,
            PREFIX + _BESIDE: _SEPARATOR.join(self.beside),
            **{f"{PREFIX}{_COLUMN}{n:04}": f"{each.field} {each.meaning} {each.label}" for n, each in numbered},
        }

    def layout(self, dataset: Dataset) -> TemplateLayout:
        """The layout that reads the template."""
        codes = tuple(each.field for each in self.columns if dataset.has_field(each.field)
                      and _is_plain(dataset.field(each.field)))  # fmt: skip
        return TemplateLayout(
            name=TEMPLATE_LAYOUT,
            format=FileFormat.XLSX,
            sheet=_literal(self.sheet),
            columns={each.label: each.field for each in self.columns},
            steps=(
                Trim(step="trim"),
                *([HalfWidth(step="half_width", fields=codes)] if codes else []),
                *self._columns_since(dataset),
            ),
            beside=frozenset(self.beside),
        )

    def _columns_since(self, dataset: Dataset) -> Iterator[Constant]:
        """Empty columns for fields that are younger than the template: older and new ones are delivered together."""
        marked = {each.field for each in self.columns}
        for spec in dataset.fields:
            missing = spec.missingValues if spec.missingValues is not None else dataset.schema.missingValues
            if spec.name not in marked and "" in missing:
                yield Constant(step="constant", field=spec.name, value="")

    def differences(self, dataset: Dataset) -> Differences:
        """How the template differs from today's schema."""
        marked = {each.field: each.meaning for each in self.columns}
        known = {spec.name: spec for spec in dataset.fields}
        needed = {name for name, spec in known.items() if spec.constraints.required} | set(dataset.primary_key)
        return Differences(
            self.schema != _schema_digest(dataset),
            tuple(name for name in marked if name not in known),
            tuple(name for name in known if name in needed and name not in marked),
            tuple(name for name in marked if name in known and marked[name] != _meaning(known[name])),
        )


@dataclass(frozen=True)
class Differences:
    """Between a template and today's schema. ``older``: it was made from another one.

    ``gone`` are columns without a field, ``absent`` needed fields without a column, ``changed`` are fields of another
    type, format or unit.
    """

    older: bool
    gone: tuple[str, ...]
    absent: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def fit(self) -> bool:
        """Whether the filled template can be read as today's table."""
        return not (self.gone or self.absent or self.changed)


def _marked_columns(properties: Mapping[str, str]) -> Iterator[MarkedColumn]:
    for name in sorted(properties):
        if name.startswith(PREFIX + _COLUMN):
            field, _, rest = properties[name].partition(" ")
            meaning, _, label = rest.partition(" ")
            yield MarkedColumn(field, meaning, label.strip())


def _is_column(column: MarkedColumn) -> bool:
    return is_identifier(column.field) and column.label != "" and column.label.isprintable()


def _is_sheet(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_SHEET and name.isprintable()


def _literal(name: str) -> str:
    """A glob that only ``name`` itself fits."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _is_plain(spec: FieldSpec) -> bool:
    """Whether cells of a field are nothing but ASCII, so that full-width characters are slips of an input method."""
    pattern = spec.constraints.pattern
    return spec.type in {"number", "integer", "date", "year", "yearmonth"} or (pattern or "\u3000").isascii()


def _meaning(spec: FieldSpec) -> str:
    return _digest({"type": spec.type, "format": spec.format, "unit": spec.unit})[:_MEANING_LENGTH]


def _schema_digest(dataset: Dataset) -> str:
    """Of all that the cells of a template depend on; what is said about fields, and disclosure, is not among it."""
    schema = dataset.schema.model_dump(mode="json")
    for field in schema["fields"]:
        del field["descriptions"], field["disclosure"], field["example"]
    return _digest(schema)[:_SCHEMA_LENGTH]


def _digest(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
