"""The sheet that is filled in: a locked header over cells that take what their fields take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from openpyxl.formatting.rule import Rule
from openpyxl.styles import PatternFill, Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.core.messages import translate
from pipelines.templates.cells import OPTIONAL, REQUIRED, protect, put_heading, text_width
from pipelines.templates.columns import Column, Kind
from pipelines.templates.conditions import check_of
from pipelines.validate.annotate.writer_process import writable

#: Excel's limits for the title and the text of a cell's prompt and of its error.
_LONGEST_TITLE, _LONGEST_TEXT = 32, 255
_NARROWEST, _WIDEST = 12, 36
_MISSING = PatternFill("solid", bgColor="FFF2CC")

#: What a column's cells say when they are entered, and what they say when they refuse an entry.
Prompt = Callable[[Column], str]


def write_data(
    sheet: Worksheet, columns: Sequence[Column], rows: int, ranges: Mapping[str, str], prompt: Prompt, refusal: Prompt,
    language: str,
) -> None:  # fmt: skip
    """Write the header, and give ``rows`` rows below it their checks; formats hold for whole columns."""
    for place, column in enumerate(columns, start=1):
        put_heading(sheet.cell(1, place), column.label, REQUIRED if column.required else OPTIONAL)
        letter = get_column_letter(place)
        dimension = sheet.column_dimensions[letter]
        dimension.width = _width(column)
        dimension.number_format = column.number_format
        dimension.protection = Protection(locked=False)
        check = _validation(column, ranges.get(column.spec.name))
        check.promptTitle = _shortened(column.label, _LONGEST_TITLE)
        check.prompt = _shortened(prompt(column), _LONGEST_TEXT)
        check.errorTitle = _shortened(translate("template-error-title", language), _LONGEST_TITLE)
        check.error = _shortened(refusal(column), _LONGEST_TEXT)
        check.add(f"{letter}2:{letter}{rows + 1}")
        sheet.add_data_validation(check)
    _colour_missing(sheet, columns, rows)
    sheet.row_dimensions[1].height = 36
    sheet.freeze_panes = "A2"
    protect(sheet)


def _width(column: Column) -> int:
    texts = [column.label, *(choice.value for choice in (column.choices.entries if column.choices else ()))]
    return min(_WIDEST, max(_NARROWEST, *(text_width(text) + 3 for text in texts)))


def _validation(column: Column, area: str | None) -> DataValidation:
    check = check_of(column)
    if area is not None and column.choices is not None and column.kind is not Kind.DATE:
        found = DataValidation(type="list", formula1=area, errorStyle="stop" if column.choices.strict else "warning")
    elif check is not None:
        found = DataValidation(
            type=check.kind, operator=check.operator, formula1=check.first, formula2=check.second, errorStyle="stop"
        )
    else:
        found = DataValidation()
    found.allow_blank = found.showErrorMessage = found.showInputMessage = True
    return found


def _colour_missing(sheet: Worksheet, columns: Sequence[Column], rows: int) -> None:
    """Colour empty cells of required columns in rows that hold anything."""
    required = [get_column_letter(place) for place, column in enumerate(columns, start=1) if column.required]
    if not required:
        return
    last = get_column_letter(len(columns))
    area = " ".join(f"{letter}2:{letter}{rows + 1}" for letter in required)
    formula = f'AND({required[0]}2="",COUNTA($A2:${last}2)>0)'
    rule = Rule("expression", dxf=DifferentialStyle(fill=_MISSING), formula=[formula])
    sheet.conditional_formatting.add(area, rule)


def _shortened(text: str, limit: int) -> str:
    """A text of at most so many UTF-16 units, which is how Excel counts; it takes a longer one for damage."""
    told = writable(text)
    units = told.encode("utf-16-le")
    return told if len(units) <= 2 * limit else units[: 2 * limit - 2].decode("utf-16-le", "ignore") + "…"
