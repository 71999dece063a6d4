"""How a department's file is laid out, and the closed list of tidy steps that bring it into field names.

These models only describe; ``pipelines.ingest`` carries them out. No step can name a function.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, Field, model_validator

from pipelines.core.identifiers import is_identifier
from pipelines.registry.base import Descriptor, Identifier, Text
from pipelines.registry.selections import CellRange, HiddenParts, RangeText


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


class FileFormat(StrEnum):
    """What the bytes are; told by their first bytes, never by the file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    JSON = "json"
    PARQUET = "parquet"
    ODS = "ods"
    HTML = "html"
    JSONL = "jsonl"


#: Formats that are text, whose encoding a layout names.
TEXTS = frozenset({FileFormat.CSV, FileFormat.JSON, FileFormat.JSONL, FileFormat.HTML})
#: Formats whose tables lie in sheets of cells, which can be hidden and have names such as B4.
_WITH_CELLS = frozenset({FileFormat.XLSX, FileFormat.XLS, FileFormat.ODS})
#: Formats that may have several tables, each with a name.
SHEETS = _WITH_CELLS | {FileFormat.HTML}
#: The name of the layout that reads filled templates, which every dataset has besides its own.
TEMPLATE_LAYOUT = "template"


Encoding = Literal[
    "utf-8", "gb18030", "big5", "cp1252", "utf-16", "iso8859-15", "cp1250", "iso8859-2", "cp1251", "koi8-r",
    "mac_roman", "cp850", "cp437", "cp852", "iso8859-5", "cp866", "mac_cyrillic", "cp1253", "iso8859-7", "cp1254",
    "cp1257", "shift_jis", "euc_kr", "euc_jp",
]  # fmt: skip
ENCODINGS: tuple[str, ...] = get_args(Encoding)


class UnitNote(Descriptor):
    """A note such as ``单位：万元`` above the table. The first group of ``pattern`` is the unit."""

    pattern: Pattern = r"(?<![\u4e00-\u9fff])(?:金额|货币|计量)?单位\s*[:：]\s*(\S+)"
    required: bool = True


class Layout(Descriptor):
    """One way in which files of a dataset come. The first layout whose ``format`` fits the bytes is used;
    ``file`` (a glob on the delivered name) tells layouts of one format apart."""

    name: Identifier
    format: FileFormat
    file: Text = "*"
    encoding: tuple[Encoding, ...] = ("utf-8",)
    """Tried strictly over the whole file (CSV, JSON, JSON Lines, HTML); where several decode it, the one in which it
    makes sense. What an HTML page declares is tried as well."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    sheet: Text = "*"
    """Glob on sheet names (xlsx, xls, ods); every visible sheet that fits is read. ``*`` means every visible sheet.
    For HTML it is matched with ``table 1``, ``table 2`` … and with the tables' captions."""
    range: RangeText | None = None
    """The cells of a sheet that are the table, its header included: ``B4:H200``, ``B4:H`` (to the sheet's end) or
    ``B:H`` (xlsx, xls, ods). Rows outside it that hold anything are counted as ``outside_range``."""
    hidden: HiddenParts = HiddenParts()
    """What becomes of hidden sheets, rows and columns (xlsx, xls, ods)."""
    records: Text | None = None
    """Path to the list of records (JSON), or to the record in each line (JSON Lines), keys separated by dots; absent:
    the document is the list, the line is the record."""
    header_row: Annotated[int, Field(ge=1)] = 1
    """Row of the file or sheet, from 1, where the header begins. Absent: the first row of ``range``, else 1."""
    header_rows: Annotated[int, Field(ge=1, le=5)] = 1
    """Rows the header takes; merged cells are filled and the parts joined by ``/``."""
    footer: Pattern | None = None
    """The first row whose first non-empty cell matches ends the table; it and all remarks after it are left out."""
    unit_note: UnitNote | None = None
    columns: dict[Text, Identifier | None] = Field(default_factory=dict)
    """Delivered label → field name; ``null`` leaves the column out. Labels not named here stay as they are;
    a column without a label, or with one that other columns have too, is named by its position: ``"#2"``."""
    steps: tuple[Step, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _header_in_range(cls, document: Any) -> Any:
        """A table that begins at a named cell has its header there, unless another row is named."""
        if not isinstance(document, dict) or "header_row" in document:
            return document
        try:
            return {**document, "header_row": CellRange.of(str(document["range"])).first_row}
        except (KeyError, ValueError):
            return document

    @model_validator(mode="after")
    def _cells_of_sheets(self) -> Layout:
        if self.format not in _WITH_CELLS and (self.range is not None or "hidden" in self.model_fields_set):
            raise ValueError("range and hidden go with the formats xlsx, xls and ods")
        cells = self.cells
        if cells is not None and not cells.first_row <= self.header_row <= cells.last_row - self.header_rows + 1:
            raise ValueError(f"the header (row {self.header_row}) does not lie in the range {self.range}")
        return self

    @model_validator(mode="after")
    def _indents_are_there(self) -> Layout:
        trimmed = unpivoted = False
        for step in self.steps:
            if isinstance(step, Indent) and trimmed:
                raise ValueError("the step indent stands before trim and split, which take indents away")
            if isinstance(step, ExcludeTotals) and step.level is not None and unpivoted:
                raise ValueError("exclude_totals with level stands before unpivot, which changes what rows follow")
            trimmed = trimmed or isinstance(step, (Trim, Split))
            unpivoted = unpivoted or isinstance(step, Unpivot)
        return self

    @property
    def cells(self) -> CellRange | None:
        """The range, taken apart."""
        return None if self.range is None else CellRange.of(self.range)

    def leaves_out(self, sheet: str) -> bool:  # noqa: ARG002
        """Whether a sheet belongs to such files without being one of their tables; none does where people declare."""
        return False


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
    currency: Literal["CNY", "EUR", "USD", "GBP", "JPY", "CHF"] | None = None
    """The currency whose signs and codes may stand before or behind a figure; another one's is no figure. Absent: only
    the sign ¥ may, since 元 beside a figure says that it is not in 万元."""
    percent: Literal["keep", "divide"] | None = None
    """What becomes of a percent sign: ``12.5%`` is 12.5 (``keep``, for fields in %) or 0.125 (``divide``). Absent: a
    figure with one is none."""


class ParseDate(Descriptor):
    """Dates in the given ``strptime`` formats become ISO 8601. What fits none stays. ``%B`` and ``%b`` are months in
    English, French or German words."""

    step: Literal["parse_date"]
    fields: Fields
    formats: tuple[Text, ...] = ()
    serial: Literal[1900, 1904] | None = None
    """Whole numbers are days as workbooks count them, in the date system of 1900 (Windows) or 1904 (old Macs)."""

    @model_validator(mode="after")
    def _reads_something(self) -> ParseDate:
        if not self.formats and self.serial is None:
            raise ValueError("give formats, or serial: 1900 or 1904")
        return self


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
    """The hierarchy that labels show by their indent: spaces, U+3000 or, in xlsx workbooks, the cells' alignment.

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

Layout.model_rebuild()
