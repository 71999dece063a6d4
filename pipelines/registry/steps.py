"""The closed list of tidy steps that bring delivered columns into field names and forms.

These models only describe; ``pipelines.ingest.steps`` carries them out. No step can name a function.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, Field, model_validator

from pipelines.core.identifiers import is_identifier
from pipelines.registry.base import Descriptor, Identifier, Text


def _is_regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(f"not a regular expression: {problem}") from problem
    return pattern


def _has_named_groups(pattern: str) -> str:
    """RE2 takes it, and its named groups are field names."""
    try:
        pc.extract_regex(pa.array([""]), f"^(?:{_is_regular_expression(pattern)})$")
    except pa.ArrowInvalid as problem:
        raise ValueError(f"RE2 wants named groups such as (?P<code>[0-9]+), and no others: {problem}") from None
    for name in re.compile(pattern).groupindex:
        if not is_identifier(name):
            raise ValueError(f"a group is named as a field is: {name}")
    return pattern


Pattern = Annotated[str, AfterValidator(_is_regular_expression)]
NamedGroups = Annotated[str, AfterValidator(_has_named_groups)]
Fields = Annotated[tuple[Text, ...], Field(min_length=1)]


class Trim(Descriptor):
    """Remove white space, U+3000 and no-break spaces at both ends. No ``fields`` = all."""

    step: Literal["trim"]
    fields: tuple[Text, ...] = ()


class HalfWidth(Descriptor):
    """Full-width letters, digits and signs become their ASCII forms (Unicode NFKC of U+FF01-U+FF5E, U+3000)."""

    step: Literal["half_width"]
    fields: tuple[Text, ...] = ()


class ParseNumber(Descriptor):
    """Numbers as people write them become plain decimals. What is not such a number stays, for validation to judge."""

    step: Literal["parse_number"]
    fields: Fields
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] = ","
    missing: tuple[str, ...] = ("-", "—", "－")
    """Marks that mean "no value" and become an absent cell."""


class ParseDate(Descriptor):
    """Dates in the given ``strptime`` formats become ISO 8601. What fits none stays."""

    step: Literal["parse_date"]
    fields: Fields
    formats: Annotated[tuple[Text, ...], Field(min_length=1)]


class Scale(Descriptor):
    """Amounts in 千元, 万元 or 亿元 become yuan, exactly. ``unit`` absent: the unit note's."""

    step: Literal["scale"]
    fields: Fields
    unit: Literal["元", "千元", "万元", "百万元", "亿元"] | None = None
    unit_field: Identifier | None = None
    """Field that receives the unit as delivered."""


class MapValues(Descriptor):
    """Delivered words become codes, by the table given here; other values stay."""

    step: Literal["map_values"]
    field: Text
    values: Annotated[dict[str, str], Field(min_length=1)]


class MapCodes(Descriptor):
    """Delivered names become codes of a code list (``column`` = the list's column that holds the names)."""

    step: Literal["map_codes"]
    field: Text
    codelist: Identifier
    column: Identifier = "name_zh"


class Lookup(Descriptor):
    """Fill ``field`` from ``column`` of a code list, by the code in ``by``; a delivered value is kept."""

    step: Literal["lookup"]
    field: Identifier
    by: Text
    codelist: Identifier
    column: Identifier


class Constant(Descriptor):
    """A column with the same text in every row; a delivered value is kept. An empty text adds an empty column:
    all files of a delivery have the same columns in the end."""

    step: Literal["constant"]
    field: Identifier
    value: str


class FromDelivery(Descriptor):
    """A column from the delivery itself; a delivered value is kept."""

    step: Literal["from_delivery"]
    field: Identifier
    source: Literal["period", "year", "organisation", "organisation_name", "credit_code", "file", "sheet", "row"]
    """``row`` is the number in the file or sheet, as people see it; with ``file`` and ``sheet`` it tells rows apart."""
    pattern: Pattern | None = None
    """With ``file`` and ``sheet``: the first group of its first match in the name is taken."""

    @model_validator(mode="after")
    def _pattern_of_a_name(self) -> FromDelivery:
        if self.pattern is not None and (self.source not in {"file", "sheet"} or not re.compile(self.pattern).groups):
            raise ValueError("pattern goes with source file or sheet, and has a group")
        return self


class FillDown(Descriptor):
    """Empty cells take the value above them (merged cells of a group)."""

    step: Literal["fill_down"]
    fields: Fields


class Unpivot(Descriptor):
    """Several amount columns become one row each. ``columns``: column → value of ``name_field``."""

    step: Literal["unpivot"]
    columns: Annotated[dict[Text, Text], Field(min_length=1)]
    name_field: Identifier
    value_field: Identifier
    keep_missing: bool = False
    """Keep rows whose amount is absent, empty or zero. Those left out are counted as ``empty_amount``."""


class Split(Descriptor):
    """One column becomes several: each named group of ``pattern``, which matches whole cells, is the column of its
    name. A cell that does not match stands in the first of them, for validation to judge."""

    step: Literal["split"]
    field: Text
    pattern: NamedGroups

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that it makes."""
        groups = re.compile(self.pattern).groupindex
        return tuple(sorted(groups, key=groups.__getitem__))


class Compose(Descriptor):
    """A column joined from others: ``{field}`` stands for a cell, everything else for itself."""

    step: Literal["compose"]
    field: Identifier
    template: Annotated[str, Field(pattern=r"^[^{}]*(\{[a-z][a-z0-9_]*\}[^{}]*)+$")]


class Indent(Descriptor):
    """The hierarchy that labels show by their indent: spaces, U+3000 or, in workbooks, the cells' alignment.

    A row is below the nearest row above it that is indented less, however much less. The labels lose their indent.
    """

    step: Literal["indent"]
    field: Text
    level_field: Identifier | None = None
    """Field that receives the level, from 1."""
    parent_field: Identifier | None = None
    """Field that receives the label of the row above in the hierarchy; absent at level 1."""
    path_field: Identifier | None = None
    """Field that receives the labels from level 1 down to the row's own, joined by ``/``."""

    @property
    def made(self) -> tuple[str, ...]:
        """The columns that it makes."""
        return tuple(name for name in (self.level_field, self.parent_field, self.path_field) if name is not None)

    @model_validator(mode="after")
    def _makes_something(self) -> Indent:
        if not self.made:
            raise ValueError("give level_field, parent_field or path_field, or several of them")
        if len({self.field, *self.made}) <= len(self.made):
            raise ValueError("field, level_field, parent_field and path_field are different columns")
        return self


class ExcludeTotals(Descriptor):
    """Recognise totals and parent rows, check that what is below them sums to them, and leave them out.

    A row is a parent when its ``code`` is shorter than ``leaf_length`` (its children are the rows whose code
    begins with it), or when the next row's ``level`` is deeper (its children are the rows that follow, up to one
    that is not deeper); and a grand total when ``label`` matches ``pattern``.
    """

    step: Literal["exclude_totals"]
    code: Text | None = None
    leaf_length: Annotated[int, Field(ge=1)] | None = None
    level: Text | None = None
    """Column of levels, as ``indent`` makes it. Rows must still be in the order of the file: before ``unpivot``."""
    label: Text | None = None
    pattern: Pattern | None = None
    sums: Fields
    within: tuple[Text, ...] = ()
    """Fields whose values separate independent sums within a sheet (for example the phase)."""
    tolerance: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    """Largest difference, in the unit of the column at this step, that rounding may cause."""

    @model_validator(mode="after")
    def _pairs(self) -> ExcludeTotals:
        if (self.code is None) != (self.leaf_length is None) or (self.label is None) != (self.pattern is None):
            raise ValueError("code goes with leaf_length, label goes with pattern")
        if self.code is None and self.level is None and self.label is None:
            raise ValueError("give code with leaf_length, level, or label with pattern; the last also with the others")
        if self.level is not None and (self.code is not None or self.within):
            raise ValueError("level goes without code and within")
        return self


Step = Annotated[
    Trim | HalfWidth | ParseNumber | ParseDate | Scale | MapValues | MapCodes | Lookup | Constant
    | FromDelivery | FillDown | Unpivot | Split | Compose | Indent | ExcludeTotals,
    Field(discriminator="step"),
]  # fmt: skip
