"""Registers as departments send them: spreadsheets saved as CSV, workbooks, web pages, records of a system.

Beside its columns a specification says what stands around them, all of it templates: ``above`` (lines above the
header), ``below`` (lines below the rows), ``total`` (the label of the column that says 合计, and the columns that are
summed), ``numbered`` (a first column 序号), ``dates`` (how days are written; ISO 8601 unless said), ``encoding`` (UTF-8
unless said), ``records_at`` (where the records of a JSON document are; keys with dots are nested). Labels of workbooks
with a slash are a group and what is in it.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from pipelines.samples.drawing import Value
from pipelines.samples.workbooks import save_workbook

Cells = Sequence[Sequence[Value]]
Texts = list[list[str]]
_NUMBER = "序号"


def write_file(
    path: Path, form: Mapping[str, Any], around: Mapping[str, str], columns: list[str], cells: Cells
) -> None:
    """Write ``cells`` under ``columns`` in the form of a specification; ``around`` is what its templates name."""
    match path.suffix:
        case ".json" | ".jsonl":
            _write_records(path, form, around, columns, cells)
        case ".html":
            _write_page(path, form, around, *_table(form, columns, cells))
        case ".xlsx":
            _write_workbook(path, form, around, *_table(form, columns, cells))
        case _:
            _write_text(path, form, around, *_table(form, columns, cells))


def _table(form: Mapping[str, Any], columns: list[str], cells: Cells) -> tuple[list[str], Texts]:
    """Header and rows as people see them: texts, with running numbers and a total where the form has them."""
    days = form.get("dates", "%Y-%m-%d")
    texts = [[_written(value, days) for value in row] for row in cells]
    if "total" in form:
        texts.append(_total(form["total"], columns, cells))
    if not form.get("numbered"):
        return columns, texts
    # The number stands in the first group, if there are groups.
    group, slash, _ = columns[0].rpartition("/")
    numbered = [[str(count) if count <= len(cells) else "", *row] for count, row in enumerate(texts, 1)]
    return [f"{group}{slash}{_NUMBER}", *columns], numbered


def _total(total: Mapping[str, Any], columns: list[str], cells: Cells) -> list[str]:
    row = dict.fromkeys(columns, "")
    row[total["label"]] = "合计"
    for label in total["sums"]:
        place = columns.index(label)
        row[label] = _written(sum((r[place] for r in cells if isinstance(r[place], Decimal)), Decimal(0)), "")
    return list(row.values())


def _written(value: Value, days: str) -> str:
    if isinstance(value, dt.date):
        # Nobody writes zeros in front of months that stand between characters.
        return value.strftime(days).replace("年0", "年").replace("月0", "月")
    return f"{value:,}" if isinstance(value, Decimal) else value


def _lines(form: Mapping[str, Any], part: str, around: Mapping[str, str]) -> list[str]:
    return [line.format_map(around) for line in form.get(part, ())]


def _write_text(path: Path, form: Mapping[str, Any], around: Mapping[str, str], header: list[str], rows: Texts) -> None:
    with path.open("w", encoding=form.get("encoding", "utf-8"), newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerows([line] for line in _lines(form, "above", around))
        writer.writerows([header, *rows])
        writer.writerows([line] for line in _lines(form, "below", around))


def _write_workbook(
    path: Path, form: Mapping[str, Any], around: Mapping[str, str], header: list[str], rows: Texts
) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for line in _lines(form, "above", around):
        sheet.append([line])
    if "/" in header[0]:
        groups = [label.partition("/")[0] for label in header]
        sheet.append(groups)
        first = 1
        for _, labels in groupby(groups):
            last = first + len(list(labels)) - 1
            sheet.merge_cells(start_row=sheet.max_row, start_column=first, end_row=sheet.max_row, end_column=last)
            first = last + 1
    sheet.append([label.rpartition("/")[2] for label in header])
    for row in [*rows, *([line] for line in _lines(form, "below", around))]:
        sheet.append([text or None for text in row])
    save_workbook(workbook, path)


def _write_page(path: Path, form: Mapping[str, Any], around: Mapping[str, str], header: list[str], rows: Texts) -> None:
    title = html.escape(form["title"].format_map(around))
    lines = ["<!DOCTYPE html>", f'<html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head><body>',
             f"<h1>{title}</h1>", "<table>", _page_row("th", header)]  # fmt: skip
    lines += [_page_row("td", row) for row in rows]
    lines += ["</table>", *(f"<p>{html.escape(line)}</p>" for line in _lines(form, "below", around)), "</body></html>"]
    path.write_text("\n".join(lines) + "\n", encoding=form.get("encoding", "utf-8"), newline="\n")


def _page_row(tag: str, cells: list[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{tag}>' for text in cells)}</tr>"


def _write_records(
    path: Path, form: Mapping[str, Any], around: Mapping[str, str], columns: list[str], cells: Cells
) -> None:
    records = [_record(columns, row) for row in cells]
    if path.suffix == ".jsonl":
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    else:
        document: Any = records
        for key in reversed(form["records_at"].split(".")):
            document = {key: document}
        text = json.dumps({"period": around["period"], **document}, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _record(columns: list[str], row: Sequence[Value]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for column, value in zip(columns, row, strict=True):
        *outer, name = column.split(".")
        inner = record
        for key in outer:
            inner = inner.setdefault(key, {})
        inner[name] = _plain(value)
    return record


def _plain(value: Value) -> Any:
    """As systems write values: nothing for nothing, ISO 8601, whole numbers where they are whole, yes and no."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return {"": None, "true": True, "false": False}.get(str(value), str(value))
