"""Budgets as departments send them: expenditure books with revenue tables (Excel), or an export (CSV)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.samples.budgets import BOOKS, PHASES, Line, book_lines, export_lines, revenue_lines
from pipelines.samples.city import ORGANISATION_NAMES
from pipelines.samples.flaws import FlawKind
from pipelines.samples.subjects import function_names
from pipelines.samples.workbooks import save_workbook

_SHEETS = {"proposed": "预算草案", "approved": "批复预算", "adjusted": "调整预算", "final": "决算"}
_SOURCES = {"general_appropriation": "一般公共预算拨款", "carry_over": "上年结转"}
_GROUPS = (("支出功能分类科目", 2), ("预算数", 1), ("基本支出", 4), ("项目支出", 1))
_COLUMNS = ("科目编码", "科目名称", "合计", "小计", "工资福利支出", "商品和服务支出", "对个人和家庭的补助", "小计")
_CLASSES = ("301", "302", "303", "")
#: Departments that write their book in yuan; the others write 万元.
_IN_YUAN = {"education_bureau", "healthcare_security_bureau"}
#: Departments that leave the sheet their figures come from in the book, hidden.
_WITH_WORKING_SHEET = {"finance_bureau"}
_INDENT = "\u3000"
_CORRUPT_SHARE = 0.6


@dataclass(frozen=True)
class Writing:
    """How amounts of a workbook are written. ``shown`` is the unit the note names, ``used`` the one that is used."""

    shown: str
    used: str

    def amount(self, hundreds: int) -> str:
        """``hundreds`` of yuan as a spreadsheet shows it: thousands separators and two decimals."""
        return f"{Decimal(hundreds) / 100:,.2f}" if self.used == "万元" else f"{Decimal(hundreds) * 100:,.2f}"


def write_budget(folder: Path, seed: int, organisation: str, period: str, flaw: FlawKind | None) -> list[Line]:
    """Write the files of one budget delivery.

    Returns:
        Its lines, as they are meant (a flaw changes what is written, not what is returned).
    """
    lines: list[Line] = []
    for phase in PHASES[period]:
        make = book_lines if organisation in BOOKS else export_lines
        expenditure = list(make(seed, organisation, period, phase))
        lines += [*expenditure, *revenue_lines(seed, organisation, period, expenditure)]
    folder.mkdir(parents=True, exist_ok=True)
    if organisation in BOOKS:
        _write_book(folder, organisation, period, lines, flaw)
    else:
        _write_export(folder / f"{period}年部门预算.csv", period, lines)
    return lines


def _write_book(folder: Path, organisation: str, period: str, lines: list[Line], flaw: FlawKind | None) -> None:
    name = ORGANISATION_NAMES[organisation]
    unit = "元" if organisation in _IN_YUAN else "万元"
    writing = Writing(unit, "元" if flaw is FlawKind.WRONG_UNIT else unit)
    expenditure, revenue = Workbook(), Workbook()
    for workbook in (expenditure, revenue):
        workbook.remove(workbook.worksheets[0])
    for phase in PHASES[period]:
        here = [line for line in lines if line.phase == phase]
        _expenditure_sheet(expenditure.create_sheet(_SHEETS[phase]), f"{name}{period}年一般公共预算支出表", writing,
                           [line for line in here if line.direction == "expenditure"], flaw)  # fmt: skip
        _revenue_sheet(revenue.create_sheet(_SHEETS[phase]), f"{name}{period}年收入预算表", writing,
                       [line for line in here if line.direction == "revenue"], flaw)  # fmt: skip
    if organisation in _WITH_WORKING_SHEET:
        working = expenditure.create_sheet("取数")
        working.sheet_state = "hidden"
        working.append(["SELECT km, SUM(je) FROM ys_zc WHERE nd =", int(period), "GROUP BY km"])
    keep = _CORRUPT_SHARE if flaw is FlawKind.CORRUPT else 1.0
    save_workbook(expenditure, folder / f"{period}年一般公共预算支出表.xlsx", keep)
    save_workbook(revenue, folder / f"{period}年收入预算表.xlsx")


def _expenditure_sheet(
    sheet: Worksheet, title: str, writing: Writing, lines: list[Line], flaw: FlawKind | None
) -> None:
    sheet.append([title])
    sheet.append([f"单位：{writing.shown}"])
    sheet.append([text for group, width in _GROUPS for text in (group, *[None] * (width - 1))])
    sheet.append(list(_COLUMNS))
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(_COLUMNS))
    first = 1
    for _, width in _GROUPS:
        if width > 1:
            sheet.merge_cells(start_row=3, start_column=first, end_row=3, end_column=first + width - 1)
        first += width
    names = function_names()
    for code in _with_parents({line.function for line in lines}):
        amounts = _sums(line for line in lines if line.function.startswith(code))
        if flaw is FlawKind.PARENT_TOTAL and len(code) == 3 and amounts[-1]:
            amounts[-1] += 1_234
            flaw = None
        indent = _INDENT * ((len(code) - 3) // 2)
        sheet.append([code, indent + names[code], *_across(amounts, writing)])
    sheet.append([None, "合计", *_across(_sums(lines), writing)])
    sheet.append(["注：本表反映部门本年一般公共预算支出情况，由本部门负责解释。"])


def _with_parents(items: set[str]) -> list[str]:
    return sorted({code[:length] for code in items for length in (3, 5, 7)})


def _sums(lines: Iterable[Line]) -> list[int]:
    totals = dict.fromkeys(_CLASSES, 0)
    for line in lines:
        totals[line.economic] += line.amount
    return list(totals.values())


def _across(amounts: list[int], writing: Writing) -> list[str | None]:
    """Grand total, basic total, its three classes, project expenditure; nothing is written for nothing."""
    *basic, project = amounts
    return [writing.amount(value) if value else None for value in (sum(amounts), sum(basic), *basic, project)]


def _revenue_sheet(sheet: Worksheet, title: str, writing: Writing, lines: list[Line], flaw: FlawKind | None) -> None:
    if flaw is FlawKind.UNBALANCED and lines[0].phase == "approved":
        lines = [replace(lines[0], amount=lines[0].amount - 50_000), *lines[1:]]
    sheet.append([title])
    sheet.append([f"单位：{writing.shown}"])
    sheet.append(["收入项目", "预算数"])
    for line in lines:
        sheet.append([_SOURCES[line.source], writing.amount(line.amount)])
    sheet.append(["本年收入合计", writing.amount(sum(line.amount for line in lines))])
    sheet.append(["注：收入按资金来源列示。"])


def _write_export(path: Path, period: str, lines: list[Line]) -> None:
    """One line per row in UTF-8, field names as header, amounts in yuan."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["budget_book", "direction", "phase", "function_code", "departmental_economic_code",
                         "expenditure_kind", "project_code", "project_name", "fund_source", "amount", "approval_date",
                         "document_number", "note"])  # fmt: skip
        for line in lines:
            code, title = (line.project.code, line.project.title) if line.project else ("", "")
            approved, document = _approval(period, line.phase)
            writer.writerow([line.book, line.direction, line.phase, line.function, line.economic, line.kind, code,
                             title, line.source, f"{line.amount * 100}.00", approved, document, ""])  # fmt: skip


def _approval(period: str, phase: str) -> tuple[str, str]:
    """Date and number of the approving document; a draft has none."""
    approvals = {
        "approved": (f"{period}-02-14", f"云财预〔{period}〕6号"),
        "adjusted": (f"{period}-08-28", f"云财预〔{period}〕41号"),
        "final": (f"{int(period) + 1}-07-15", f"云财决〔{int(period) + 1}〕9号"),
    }
    return approvals.get(phase, ("", ""))
