"""Subsidy registers as departments send them: CSV in GB18030 with a title above and sources below, or a zip of them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO

from pipelines.core.zip_entries import zip_entry
from pipelines.samples.city import DISTRICTS, ORGANISATION_NAMES
from pipelines.samples.flaws import FlawKind
from pipelines.samples.subsidies import Payment, payments

#: No file has more rows, so that an office's program still opens it.
ROWS_PER_FILE = 250_000
ENCODING = "gb18030"

_HEADER = (
    "序号", "发放编号", "补贴项目", "政策文号", "补贴对象类型", "姓名或单位名称", "身份证号码", "统一社会信用代码",
    "银行账号", "联系电话", "住址", "所在村（居）区划代码", "核定金额", "发放金额", "核定日期", "发放日期", "批次",
    "公示开始", "公示结束", "项目代码", "备注",
)  # fmt: skip
_NUMBER, _PROGRAMME, _KIND, _DIVISION, _AWARDED, _DISBURSED, _PAID_ON = 1, 2, 4, 11, 12, 13, 15
_KINDS = {
    "individual": "个人", "organisation": "单位", "sole_trader": "个体工商户", "rural_collective": "农村集体经济组织",
}  # fmt: skip
_QUARTERS = {"1": "第一季度", "2": "第二季度", "3": "第三季度", "4": "第四季度"}
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
#: Departments that send one register per district, in a zip archive.
_ZIPPED = {"civil_affairs_bureau", "human_resources_bureau"}

#: By row: the column that is spoilt and what it says (the number is that of the row before). None is in the sums.
_FAULTS = {
    17: (_PAID_ON, "2026年2月30日"),
    26: (_NUMBER, ""),
    38: (_PROGRAMME, "耕地保护补助"),
    47: (_PAID_ON, "待定"),
    59: (_KIND, "合作户"),
    71: (_DIVISION, "580199"),
}


@dataclass
class Sum:
    """What a delivery must add to what is published: good rows and their disbursed amount in fen."""

    rows: int = 0
    fen: int = 0
    faulty: int = 0

    @property
    def amount(self) -> Decimal:
        """Disbursed amount of the good rows in yuan."""
        return Decimal(self.fen) / 100


def write_subsidies(folder: Path, seed: int, organisation: str, period: str, *, scale: float,
                    flaw: FlawKind | None) -> Sum:  # fmt: skip
    """Write one department's registers of one quarter, row by row, and tell what they come to."""
    folder.mkdir(parents=True, exist_ok=True)
    total = Sum()
    title = f"{ORGANISATION_NAMES[organisation]}{period[:4]}年{_QUARTERS[period[-1]]}补贴资金发放明细表"
    with ExitStack() as stack:
        if organisation in _ZIPPED:
            archive = stack.enter_context(zipfile.ZipFile(folder / f"补贴发放明细{period}.zip", "w"))
            for district in DISTRICTS:
                rows = payments(seed, scale, organisation, district, period)
                for count, part in enumerate(_parts(rows), 1):
                    member = zip_entry(f"{district.name}{f'-{count}' if count > 1 else ''}.csv")
                    with archive.open(member, "w") as out:
                        _write_register(out, title, organisation, part, total)
            return total
        rows = chain.from_iterable(payments(seed, scale, organisation, place, period) for place in DISTRICTS)
        for count, part in enumerate(_parts(rows), 1):
            path = folder / f"补贴发放明细{period}{f'-{count}' if count > 1 else ''}.csv"
            with path.open("wb") as out:
                _write_register(out, title, organisation, part, total, flaw=flaw if count == 1 else None)
    return total


def _parts(rows: Iterator[Payment]) -> Iterator[Iterator[Payment]]:
    """The rows in runs of at most ``ROWS_PER_FILE``; each run is used up before the next is asked for."""
    while (first := next(rows, None)) is not None:
        yield chain((first,), islice(rows, ROWS_PER_FILE - 1))


def _write_register(out: IO[bytes], title: str, organisation: str, rows: Iterable[Payment], total: Sum, *,
                    flaw: FlawKind | None = None) -> None:  # fmt: skip
    text = io.TextIOWrapper(out, encoding=ENCODING, newline="")
    writer = csv.writer(_Mojibake(text) if flaw is FlawKind.MOJIBAKE else text, lineterminator="\r\n")
    for line in ([title], [f"填报单位：{ORGANISATION_NAMES[organisation]}"], ["单位：元"], _HEADER):
        writer.writerow(line)
    awarded = disbursed = 0
    before: list[str] = []
    for count, payment in enumerate(rows, 1):
        row = _row(count, payment)
        fault = _FAULTS.get(count) if flaw is FlawKind.FAULTY_ROWS else None
        if fault is not None:
            row[fault[0]] = before[_NUMBER] if fault[0] == _NUMBER else fault[1]
            total.faulty += 1
        else:
            total.rows += 1
            total.fen += payment.disbursed
        writer.writerow(row)
        awarded += payment.awarded
        disbursed += payment.disbursed
        before = row
    sums = [""] * len(_HEADER)
    sums[_NUMBER], sums[_AWARDED], sums[_DISBURSED] = "合计", _money(awarded), _money(disbursed)
    for line in (sums, ["数据来源：云川市惠民惠农补贴资金管理平台"], ["制表人：办公室"]):
        writer.writerow(line)
    text.flush()
    text.detach()


def _row(count: int, payment: Payment) -> list[str]:
    who, programme = payment.recipient, payment.programme
    start = payment.awarded_on - dt.timedelta(days=10)
    awarded, disbursed = _money(payment.awarded), _money(payment.disbursed)
    # Now and then somebody types with the Chinese input method on, or as dates are written in letters.
    if count % 97 == 0:
        disbursed = disbursed.translate(_FULL_WIDTH)
    written = _in_letters if count % 5 == 0 else _with_slashes
    return [
        str(count), payment.number, programme.name, programme.document, _KINDS[who.kind], who.name,
        who.identity_number, who.credit_code, who.bank_account, who.phone, who.address, who.division, awarded,
        disbursed, written(payment.awarded_on), written(payment.disbursed_on), f"{payment.disbursed_on:%Y-%m}",
        _with_slashes(start), _with_slashes(start + dt.timedelta(days=6)), payment.project_code, "",
    ]  # fmt: skip


def _money(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def _with_slashes(day: dt.date) -> str:
    return f"{day.year}/{day.month}/{day.day}"


def _in_letters(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class _Mojibake:
    """Text that a program took for GBK while it was UTF-8."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode().decode(ENCODING, errors="replace"))
