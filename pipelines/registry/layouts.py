"""How a department's file is laid out, before the tidy steps of ``registry.steps``.

These models only describe; ``pipelines.ingest`` carries them out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from pipelines.registry.base import Descriptor, Identifier, Text
from pipelines.registry.selections import CellRange, HiddenParts, RangeText
from pipelines.registry.steps import ExcludeTotals, Indent, Pattern, Split, Step, Trim, Unpivot


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
#: Formats whose tables are records.
RECORDS = frozenset({FileFormat.JSON, FileFormat.JSONL})
#: Formats whose tables lie in sheets of cells, which can be hidden and have names such as B4.
WITH_CELLS = frozenset({FileFormat.XLSX, FileFormat.XLS, FileFormat.ODS})
#: Formats that may have several tables, each with a name.
SHEETS = WITH_CELLS | {FileFormat.HTML}
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
    escape: Literal["\\"] | None = None
    """What makes the next character one of the text, for CSV that does not double quotation marks inside cells."""
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
    the document is the list (of GeoJSON: ``features``), the line is the record."""
    labels: Text | None = None
    """Path to the list of the columns' labels, where records are lists of cells (JSON). Its entries are texts, or
    objects with ``name`` or ``id``. Absent: the first of such records is the header."""
    nested: Literal["text", "flatten"] = "text"
    """What becomes of objects inside records (JSON, JSON Lines): one cell of JSON text, or a column for each of their
    values, labelled ``outer.inner``."""
    geometry: Literal["text", "leave_out"] | None = None
    """Records are features of GeoJSON (JSON, JSON Lines): their properties are the columns, what they have beside
    those is labelled ``feature.id`` …, and geometries are one cell of JSON text or are left out and counted."""
    header_row: Annotated[int, Field(ge=1)] = 1
    """Row of the file or sheet, from 1, where the header begins. Absent: the first row of ``range``, else 1."""
    header_rows: Annotated[int, Field(ge=1, le=5)] = 1
    """Rows the header takes; merged cells are filled and the parts joined by ``/``."""
    blank_rows: Literal["keep", "leave_out"] = "keep"
    """What becomes of empty rows inside the table: faulty rows, or left out and counted as ``blank``."""
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
        if self.format not in WITH_CELLS and (self.range is not None or "hidden" in self.model_fields_set):
            raise ValueError("range and hidden go with the formats xlsx, xls and ods")
        cells = self.cells
        if cells is not None and not cells.first_row <= self.header_row <= cells.last_row - self.header_rows + 1:
            raise ValueError(f"the header (row {self.header_row}) does not lie in the range {self.range}")
        return self

    @model_validator(mode="after")
    def _shape_of_records(self) -> Layout:
        given = self.labels is not None, self.nested != "text" or self.geometry is not None
        if (any(given) and self.format not in RECORDS) or (given[0] and self.format is not FileFormat.JSON):
            raise ValueError("labels goes with the format json, nested and geometry with json and jsonl")
        if all(given):
            raise ValueError("labels goes with records that are lists, nested and geometry with objects")
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
