"""Project progress as departments send it: a spreadsheet saved as CSV, or a management system's JSON."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.samples.city import DISTRICTS
from pipelines.samples.flaws import FlawKind
from pipelines.samples.numbers import mobile
from pipelines.samples.projects import Milestone, Progress, progress, projects_of
from pipelines.samples.streams import stream

#: How each department saves its file.
_ENCODINGS = {"housing_bureau": "gb18030", "water_bureau": "utf-8-sig"}
DEPARTMENTS = ("housing_bureau", "transport_bureau", "water_bureau")

_STAGES = {
    "approval": "项目审批", "bidding": "招标投标", "land_expropriation": "征地拆迁", "design_change": "重大设计变更",
    "construction_management": "施工管理", "contract_performance": "合同履约", "construction_progress": "施工进度",
    "quality_and_safety": "质量安全", "fund_management": "资金管理", "acceptance": "竣工验收",
}  # fmt: skip
_WORDS = {
    "met": "已完成", "notMet": "逾期未完成", "partiallyMet": "部分完成", "scheduled": "未到期",
    "preparation": "准备", "implementation": "实施", "completion": "完工",
    "construction": "新建", "expansion": "扩建", "rehabilitation": "改造", "replacement": "迁建",
    "transport.road": "公路", "transport.urban": "城市交通", "waterAndWaste": "供排水与固废",
    "water.floodControl": "防洪与水利", "socialHousing": "保障性住房", "governance": "公共管理设施",
}  # fmt: skip
_DISTRICT_NAMES = {district.code: district.name for district in DISTRICTS}
_STATUS_COLUMN = "里程碑状态"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def write_projects(folder: Path, seed: int, organisation: str, period: str, flaw: FlawKind | None) -> list[Progress]:
    """Write one department's project file of one month, and tell what is in it."""
    reports = [progress(seed, project, period) for project in projects_of(seed, organisation)]
    folder.mkdir(parents=True, exist_ok=True)
    if organisation in _ENCODINGS:
        records = [_row(report, milestone) for report in reports for milestone in report.milestones]
        _spoil(records, seed, flaw)
        _write_csv(folder / f"重大项目进展{period}.csv", _ENCODINGS[organisation], records)
    else:
        content = [_record(report, milestone) for report in reports for milestone in report.milestones]
        data = {"total": len(content), "records": content}
        document = {"system": "project-management", "month": period, "data": data}
        text = json.dumps(document, ensure_ascii=False, indent=1)
        (folder / f"projects-{period}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return reports


def paid_sum(reports: list[Progress]) -> Decimal:
    """What the rows' paid amounts sum to, in yuan (every milestone repeats its project's)."""
    return Decimal(sum(report.paid * len(report.milestones) for report in reports))


def _spoil(records: list[dict[str, str]], seed: int, flaw: FlawKind | None) -> None:
    if flaw is FlawKind.MOBILE_IN_NOTE:
        records[3]["备注"] = f"现场负责人联系电话{mobile(stream(seed, 'note'))}"
    if flaw is FlawKind.MISSING_COLUMN:
        for record in records:
            del record[_STATUS_COLUMN]


def _write_csv(path: Path, encoding: str, records: list[dict[str, str]]) -> None:
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, ["序号", *records[0]], lineterminator="\r\n")
        writer.writeheader()
        for count, record in enumerate(records, 1):
            writer.writerow({"序号": count, **record})


def _row(report: Progress, milestone: Milestone) -> dict[str, str]:
    """A spreadsheet's row: words, dates as people write them, money in 万元."""
    project = report.project
    due = f"{milestone.due:%Y}/{milestone.due.month}/{milestone.due.day}"
    return {
        "项目编号": project.id,
        "项目代码": project.code,
        "项目名称": project.title,
        "建设内容": project.description,
        "领域": _WORDS[project.sector],
        "建设性质": _WORDS[project.kind],
        "项目状态": _WORDS[report.status],
        "所在县（市、区）": _DISTRICT_NAMES[project.district],
        "建设地点": project.location,
        "总投资（万元）": _wan(project.budget),
        "投资批准日期": _written(project.approved_on),
        "计划开工日期": _written(project.start),
        "计划竣工日期": _written(project.end),
        "里程碑编号": milestone.id,
        "阶段": _STAGES[milestone.stage],
        # Somebody types with the Chinese input method on.
        "计划完成日期": due.translate(_FULL_WIDTH) if milestone.stage == "quality_and_safety" else due,
        "实际完成日期": _written(milestone.met) if milestone.met else "",
        _STATUS_COLUMN: _WORDS[milestone.status],
        "形象进度（%）": _percent(report.physical),
        "资金支付进度（%）": _percent(report.financial),
        "合同金额（万元）": _wan(report.contract),
        "累计支付（万元）": _wan(report.paid),
        "合同是否变更": "是" if project.modified else "否",
        "进度下调原因": report.decrease_reason,
        "备注": "",
    }


def _record(report: Progress, milestone: Milestone) -> dict[str, Any]:
    """A system's record: codes, ISO dates, money in yuan, nothing where there is nothing."""
    project = report.project
    return {
        "projectId": project.id,
        "projectCode": project.code,
        "title": project.title,
        "description": project.description,
        "sector": project.sector,
        "type": project.kind,
        "status": report.status,
        "division": project.district,
        "location": project.location,
        "budgetAmount": project.budget,
        "budgetApprovalDate": project.approved_on.isoformat(),
        "startDate": project.start.isoformat(),
        "endDate": project.end.isoformat(),
        "milestoneId": milestone.id,
        "stage": milestone.stage,
        "dueDate": milestone.due.isoformat(),
        "dateMet": milestone.met.isoformat() if milestone.met else None,
        "milestoneStatus": milestone.status,
        "physicalProgress": _percent(report.physical),
        "financialProgress": _percent(report.financial),
        "contractValue": report.contract,
        "paidAmount": report.paid,
        "contractModified": project.modified,
        "decreaseReason": report.decrease_reason or None,
        "note": None,
    }


def _written(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _wan(yuan: int) -> str:
    return f"{Decimal(yuan) / 10_000:,.2f}"


def _percent(hundredths: int) -> str:
    return f"{Decimal(hundredths) / 100:.2f}"
