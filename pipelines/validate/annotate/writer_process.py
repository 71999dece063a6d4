"""Writes one annotated copy, in a process of its own: ``python -I writer_process.py``, the job as JSON on its input.

The library that rewrites workbooks holds every cell as an object, and delivered workbooks can make it fail in many
ways. So that neither is ever our process's trouble, it works here, with limited memory. This module is run as a
script and imports nothing of the project; ``job.Job`` is what it takes.
"""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

#: Exit statuses.
DONE, UNUSABLE, DISK_FULL = 0, 4, 5
#: Address space.
MAX_MEMORY = 4 << 30

AUTHOR = "Gongkai"
#: Begins what is ours in a note, so that it can be told from what was there.
MARK = "— Gongkai —"
ERROR_FILL, WARNING_FILL = "FFC7CE", "FFEB9C"
#: Characters of ours in one note; Excel's limit for a note is 32,767.
_LONGEST_NOTE, _LONGEST_TEXT = 1_500, 32_000
_NOTE_WIDTH, _LINE_HEIGHT, _CHARACTERS_PER_LINE = 340, 18, 46
_WIDTHS = (10, 24, 18, 16, 60, 60)
#: What XML 1.0 cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(job: Mapping[str, Any]) -> None:
    """Write the copy."""
    book = _converted(job["source"]) if job["format"] == "xls" else _opened(job["source"])
    for sheet in book.worksheets:
        _forget(sheet)
        notes = job["notes"].get(sheet.title)
        if notes:
            _mark(sheet, notes, job["more"])
    _list(book, job)
    book.save(job["copy"])


def _opened(path: str) -> Any:
    """The delivered workbook; without its macros, because only those who wrote them should hand them on."""
    from openpyxl import load_workbook

    with open(path, "rb") as stream:  # noqa: PTH123
        book = load_workbook(stream, rich_text=True)
    book.template = False
    return book


def _converted(path: str) -> Any:
    """The values of an xls workbook; nothing here writes that format, or reads its formats."""
    import python_calamine as calamine
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    with calamine.load_workbook(path) as source:
        for about in source.sheets_metadata:
            if about.typ == calamine.SheetTypeEnum.WorkSheet:
                sheet = book.create_sheet(about.name)
                _take_values(sheet, source.get_sheet_by_name(about.name))
                if about.visible != calamine.SheetVisibleEnum.Visible:
                    sheet.sheet_state = "hidden"
    return book


def _take_values(sheet: Any, values: Any) -> None:
    left = values.start[1] if values.start is not None else 0
    for number, row in enumerate(values.iter_rows(), start=1):
        for column, value in enumerate(row, start=left + 1):
            if isinstance(value, str) and value:
                put(sheet.cell(number, column), value)
            elif not isinstance(value, str) and value is not None:
                sheet.cell(number, column).value = value
    for (top, first), (bottom, last) in values.merged_cell_ranges or ():
        sheet.merge_cells(start_row=top + 1, start_column=first + 1, end_row=bottom + 1, end_column=last + 1)


def _forget(sheet: Any) -> None:
    """Take out what an earlier copy had marked: copies are mended and delivered again."""
    from openpyxl.styles import PatternFill

    for cell in list(sheet._cells.values()):
        if cell.comment is None:
            continue
        before, mark, _ = cell.comment.text.partition(MARK)
        # The sizes of notes are not read with them.
        cell.comment = _note(before.rstrip(), cell.comment.author) if before.strip() else None
        if mark and str(cell.fill.fgColor.rgb)[-6:] in {ERROR_FILL, WARNING_FILL}:
            cell.fill = PatternFill()


def _mark(sheet: Any, notes: list[dict[str, Any]], more: str) -> None:
    """Colour cells and add to their notes."""
    anchors = _Anchors(sheet)
    texts: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
    errors: set[tuple[int, int]] = set()
    for note in notes:
        place = anchors.of(note["row"], note["column"])
        named = "" if place == (note["row"], note["column"]) else f"{_name(note['row'], note['column'])}: "
        texts[place][f"{named}{note['text']}"] = None
        if note["is_error"]:
            errors.add(place)
    for place, said in texts.items():
        _write_note(sheet.cell(*place), list(said), more, place in errors)


def _write_note(cell: Any, said: list[str], more: str, is_error: bool) -> None:
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=ERROR_FILL if is_error else WARNING_FILL)
    before = cell.comment.text.rstrip()[: _LONGEST_TEXT - 2 * _LONGEST_NOTE] if cell.comment is not None else ""
    author = cell.comment.author if cell.comment is not None and cell.comment.author else AUTHOR
    cell.comment = _note("\n\n".join([*([before] if before else []), _ours(said, more)]), author)


def _note(text: str, author: str) -> Any:
    """A note that is as high as its text."""
    from openpyxl.comments import Comment

    lines = sum(1 + line_width(line) // _CHARACTERS_PER_LINE for line in text.split("\n"))
    return Comment(writable(text), author, height=min(600, _LINE_HEIGHT * (lines + 1)), width=_NOTE_WIDTH)


def _ours(said: list[str], more: str) -> str:
    """As many of the texts as a note has room for, and how many more there are."""
    kept = [said[0][:_LONGEST_NOTE]]
    for text in said[1:]:
        if sum(map(len, kept)) + len(text) > _LONGEST_NOTE:
            break
        kept.append(text)
    left_out = len(said) - len(kept)
    told = "\n\n".join(kept)
    return f"{MARK}\n{told}" + (f"\n\n{more.replace('{count}', str(left_out))}" if left_out else "")


def _list(book: Any, job: Mapping[str, Any]) -> None:
    """The first sheet: every finding, with a link to its cell."""
    from openpyxl.styles import Alignment, PatternFill
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet = book.create_sheet(job["title"], 0)
    for number, text in enumerate(job["intro"], start=1):
        put(sheet.cell(number, 1), text)
    sheet.cell(1, 1).font = own_font(sheet.cell(1, 1), bold=True, sz=14)
    top = len(job["intro"]) + 2
    for column, (head, width) in enumerate(zip(job["heads"], _WIDTHS, strict=True), start=1):
        put(sheet.cell(top, column), head)
        sheet.cell(top, column).font = own_font(sheet.cell(top, column), bold=True)
        sheet.column_dimensions[_letters(column)].width = width
    wrapped = Alignment(vertical="top", wrap_text=True)
    fills = {True: PatternFill("solid", fgColor=ERROR_FILL), False: PatternFill("solid", fgColor=WARNING_FILL)}
    for number, line in enumerate(job["lines"], start=top + 1):
        for column, text in enumerate(line["cells"], start=1):
            cell = sheet.cell(number, column)
            put(cell, text)
            cell.alignment = wrapped
        sheet.cell(number, 1).fill = fills[line["is_error"]]
        if line["link"] is not None:
            _link(sheet.cell(number, 4), *line["link"])
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.auto_filter.ref = f"A{top}:{_letters(len(_WIDTHS))}{top + len(job['lines'])}"
    _show_first(book)


def _link(cell: Any, sheet: str, target: str) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{target}")
    cell.font = own_font(cell, color="0563C1", underline="single")


def own_font(cell: Any, **changes: Any) -> Any:
    """The workbook's own font, changed."""
    from openpyxl.styles import Font

    return Font(**{"name": cell.font.name, "sz": cell.font.sz, **changes})


def _show_first(book: Any) -> None:
    """Open at the list. Sheets that stay selected with it would be edited together."""
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is book.worksheets[0]
    book.active = 0
    for view in book.views:
        view.firstSheet = 0


def put(cell: Any, text: str, longest: int = _LONGEST_TEXT) -> None:
    """Write a text that stays one, whatever it begins with, cut to ``longest`` characters."""
    cell.value = writable(text)[:longest]
    cell.data_type = "s"
    cell.quotePrefix = True


def writable(text: str) -> str:
    """A text without characters that a workbook cannot hold."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def line_width(text: str) -> int:
    """Columns that a line takes; Chinese characters take two."""
    return sum(2 if ord(character) >= 0x1100 else 1 for character in text)


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def _name(row: int, column: int) -> str:
    return f"{_letters(column)}{row}"


class _Anchors:
    """Merged cells have one cell that holds their value and their note: the first."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._by_row: dict[int, list[Any]] = defaultdict(list)
        for area in sheet.merged_cells.ranges:
            for row in range(area.min_row, area.max_row + 1):
                self._by_row[row].append(area)

    def of(self, row: int, column: int) -> tuple[int, int]:
        """The cell that stands for the given one."""
        for area in self._by_row.get(row, ()):
            if area.min_col <= column <= area.max_col:
                return area.min_row, area.min_col
        return row, column


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    try:
        write(json.load(sys.stdin))
    except OSError as problem:
        return DISK_FULL if problem.errno in {errno.ENOSPC, errno.EDQUOT} else UNUSABLE
    except BaseException:  # whatever the library or the parser under it comes up with
        return UNUSABLE
    return DONE


if __name__ == "__main__":
    sys.exit(_main())
