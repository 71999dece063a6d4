"""The workbook: a sheet to fill in, one that explains, one of codes, and the mark by which it is known again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.core.messages import Message, translate
from pipelines.registry import Catalog, Dataset
from pipelines.registry.template_marks import TemplateMark
from pipelines.templates import DEFAULT_ROWS
from pipelines.templates.cells import bold, fit_to_page, protect, put, put_rows, set_widths
from pipelines.templates.code_sheet import write_codes
from pipelines.templates.columns import Column, Kind, columns_of
from pipelines.templates.conditions import check_of
from pipelines.templates.data_sheet import write_data
from pipelines.templates.explanations import WIDTHS, Explanations, allowed_text
from pipelines.validate.annotate.writer_process import writable


@dataclass(frozen=True)
class Template:
    """A template's bytes (xlsx), and the names of its sheets."""

    content: bytes
    sheets: tuple[str, ...]
    columns: int


def make_template(dataset: Dataset, catalog: Catalog, language: str, rows: int = DEFAULT_ROWS) -> Template:
    """The template of a dataset, with labels and prompts in ``language`` and explanations in both.

    Args:
        dataset: What its columns are made from.
        catalog: Code lists and organisations, for drop-downs.
        language: ``en`` or ``zh``.
        rows: How many rows get drop-downs and checks (1 to 1,048,575); further rows can be filled in as well.
    """
    columns = columns_of(dataset, catalog, language)
    book = Workbook()
    data = book.worksheets[0]
    data.sheet_view.tabSelected = True
    data.title = translate("template-sheet-data", language)
    explained = book.create_sheet(translate("template-sheet-explanations", language))
    codes = book.create_sheet(translate("template-sheet-codes", language)) if any(c.choices for c in columns) else None
    code_title = codes.title if codes is not None else ""
    explanations = Explanations(dataset, catalog, columns, language)
    ranges: Mapping[str, str] = {}
    if codes is not None:
        ranges = write_codes(codes, columns, *(translate(f"template-{name}", language) for name in ("code", "name")))
    write_data(
        data, columns, rows, ranges,
        lambda column: _prompt(column, explanations.example(column), language),
        lambda column: _refusal(column, dataset, code_title, language),
        language,
    )  # fmt: skip
    _write_explanations(explained, explanations, data.title, code_title)
    _mark(book, dataset, columns)
    for sheet in book.worksheets:
        fit_to_page(sheet)
    book.security = WorkbookProtection(lockStructure=True)
    stream = io.BytesIO()
    book.save(stream)
    return Template(stream.getvalue(), tuple(book.sheetnames), len(columns))


def _prompt(column: Column, example: str, language: str) -> str:
    described = column.spec.descriptions.in_language(language)
    return translate("template-prompt", language, described=described, example=example) if example else described


def _refusal(column: Column, dataset: Dataset, codes: str, language: str) -> str:
    """What is wrong with an entry that a cell refuses."""
    if column.choices is not None and column.kind is not Kind.DATE:
        return translate("template-error-list", language, sheet=codes)
    check = check_of(column)
    expected = Message(f"template-error-{check.kind.lower()}" if check is not None else "template-error-text")
    return translate(
        "template-error", language, expected=expected.text(language), allowed=allowed_text(column, dataset, language)
    )


def _write_explanations(sheet: Worksheet, explanations: Explanations, data: str, codes: str) -> None:
    top = 1
    for text in explanations.intro(data, codes):
        for line in text.split("\n"):
            put(sheet.cell(top, 1), line)
            top += 1
    sheet.cell(1, 1).font = bold(sheet.cell(1, 1), sz=14)
    below = put_rows(sheet, top + 1, explanations.headings(), [*explanations.rows()], WIDTHS)
    rules = [*explanations.rules()]
    if rules:
        put_rows(sheet, below + 1, explanations.rule_headings(), rules, WIDTHS)
    set_widths(sheet, WIDTHS)
    protect(sheet)


def _mark(book: Workbook, dataset: Dataset, columns: tuple[Column, ...]) -> None:
    data, *beside = book.sheetnames
    mark = TemplateMark.of(dataset, {column.spec.name: column.label for column in columns}, data, tuple(beside))
    properties = book.custom_doc_props  # type: ignore[attr-defined]
    for name, value in mark.properties().items():
        properties.append(StringProperty(name=name, value=writable(value)))
    book.properties.title, book.properties.creator = dataset.id, "Gongkai"
