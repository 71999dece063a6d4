"""Rows of registers as pages show them: texts that are bounded and have nothing in them that cannot be seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, apart, long, short
from pipelines.core.sql import literal
from pipelines.portal.registers import Register, Row
from pipelines.registry.dataset import DisclosureClass

#: Months of the scoreboard that are shown.
MONTHS = 24
#: What versions do to what had been published, as the register names it.
CORRECTION_KINDS = ("correction", "removal", "rollback", "withdrawal")
#: Where a dataset of the catalog stands, as the register names it.
STATUSES = ("published", "nothing_released", "not_disclosed")
#: Gives a time limit in words, by dataset and identifier.
TimeLimits = Callable[[str, str], Texts]
_YEAR = "strftime(CAST(released_on AS DATE), '%Y')"
_CLASSES = tuple(each.value for each in DisclosureClass)


@dataclass(frozen=True)
class DisclosureEntry:
    """An entry of the basic catalog of active disclosure; ``dataset`` is what it is kept by."""

    dataset: str
    subject: Texts
    content: Texts
    attribute: str
    basis: Texts
    time_limit: Texts
    method: Texts
    unit: str
    newest_period: str
    status: str
    review_date: str


@dataclass(frozen=True)
class Correction:
    """A version that changed or took back what had been published. Numbers of rows are absent for withdrawals."""

    dataset: str
    title: Texts
    version: str
    previous: str
    kind: str
    released: str
    periods: str
    rows: tuple[int | None, int | None, int | None]
    fields_removed: str
    reason: Texts
    basis: Texts


@dataclass(frozen=True)
class OverdueEntry:
    """What should have been published. ``rule`` is the time limit in words, ``event`` what it was counted from."""

    dataset: str
    title: Texts
    rule: Texts
    period: str
    department: str
    responsible: str
    event: str
    due: str


@dataclass(frozen=True)
class MonthOfDepartment:
    """A department's month on the scoreboard; shares are from 0 to 1, ``None`` of nothing."""

    department: str
    name: Texts
    month: str
    due: int
    met: int
    late: int
    overdue: int
    uncertain: int
    on_time: float | None
    complete: float | None
    valid: float | None
    deliveries: int
    rejected: int
    open_corrections: int


def disclosure_counts(register: Register) -> list[tuple[str, int]]:
    """How many entries each of the five disclosures has, in their order."""
    found = register.select(["disclosure_class"], "disclosure_class AS key, count(*) AS count",
                            f"GROUP BY disclosure_class ORDER BY {_class_order()}, key")  # fmt: skip
    return [(_text(row, "key"), row["count"]) for row in found]


def disclosure_entries(register: Register) -> Iterator[DisclosureEntry]:
    """All entries in that order, then by identifier."""
    names = [
        "entry_id", "disclosure_class", "subject_zh", "subject_en", "content_zh", "content_en", "attribute", "basis_zh",
        "basis_en", "time_limit_zh", "time_limit_en", "method_zh", "method_en", "responsible_unit", "newest_period",
        "status", "review_date",
    ]  # fmt: skip
    order = f"ORDER BY {_class_order()}, disclosure_class, entry_id"
    for row in register.select(names, "*", order):
        yield DisclosureEntry(
            dataset=_text(row, "entry_id"), subject=_texts(row, "subject"), content=_texts(row, "content"),
            attribute=_text(row, "attribute"), basis=_texts(row, "basis"), time_limit=_texts(row, "time_limit"),
            method=_texts(row, "method"), unit=_text(row, "responsible_unit"),
            newest_period=_text(row, "newest_period"), status=_text(row, "status"),
            review_date=_text(row, "review_date"),
        )  # fmt: skip


def correction_counts(register: Register) -> list[tuple[str, int]]:
    """How many entries each year has, the newest first."""
    found = register.select(["released_on"], f"{_YEAR} AS key, count(*) AS count",
                            "GROUP BY ALL ORDER BY key DESC")  # fmt: skip
    return [(_text(row, "key"), row["count"]) for row in found]


def correction_entries(register: Register) -> Iterator[Correction]:
    """All entries, the newest first."""
    names = [
        "entry_id", "dataset", "title_zh", "title_en", "version", "previous_version", "kind", "snapshot", "released_on",
        "periods", "rows_added", "rows_removed", "rows_changed", "fields_removed", "reason_zh", "reason_en", "basis",
    ]  # fmt: skip
    order = f"ORDER BY {_YEAR} DESC, released_on DESC, snapshot DESC, entry_id"
    for row in register.select(names, "*", order):
        yield Correction(
            dataset=_text(row, "dataset"), title=_texts(row, "title"), version=_text(row, "version"),
            previous=_text(row, "previous_version"), kind=_text(row, "kind"), released=_text(row, "released_on"),
            periods=_text(row, "periods"), rows=(row["rows_added"], row["rows_removed"], row["rows_changed"]),
            fields_removed=_text(row, "fields_removed"), reason=_texts(row, "reason"), basis=apart(_text(row, "basis")),
        )  # fmt: skip


def overdue_counts(register: Register) -> list[tuple[str, int]]:
    """How many entries each department has to answer for."""
    found = register.select(["responsible"], "responsible AS key, count(*) AS count", "GROUP BY ALL ORDER BY key")
    return [(_text(row, "key"), row["count"]) for row in found]


def overdue_entries(register: Register, rules: TimeLimits) -> Iterator[OverdueEntry]:
    """All entries by who has to answer for them, then what was due first.

    Args:
        register: the overdue list.
        rules: gives a time limit of a dataset in words.
    """
    names = ["dataset", "title_zh", "title_en", "deadline", "period", "department", "responsible", "event", "due_date"]
    order = "ORDER BY responsible, due_date, dataset, deadline, period, department, event"
    for row in register.select(names, "*", order):
        yield OverdueEntry(
            dataset=_text(row, "dataset"), title=_texts(row, "title"),
            rule=rules(_text(row, "dataset"), _text(row, "deadline")),
            period=_text(row, "period"), department=_text(row, "department"), responsible=_text(row, "responsible"),
            event=_text(row, "event"), due=_text(row, "due_date"),
        )  # fmt: skip


def months_of_departments(register: Register) -> Iterator[MonthOfDepartment]:
    """The newest months by month, the newest first, then by department."""
    names = [
        "month", "department", "department_name_zh", "department_name_en", "due", "met", "late", "overdue", "uncertain",
        "on_time_rate", "completeness_rate", "validity_rate", "deliveries", "deliveries_rejected", "open_corrections",
    ]  # fmt: skip
    sql = f"QUALIFY dense_rank() OVER (ORDER BY month DESC) <= {MONTHS} ORDER BY month DESC, department"
    for row in register.select(names, "*", sql):
        yield MonthOfDepartment(
            department=_text(row, "department"), name=_texts(row, "department_name"), month=_text(row, "month"),
            due=row["due"] or 0, met=row["met"] or 0, late=row["late"] or 0, overdue=row["overdue"] or 0,
            uncertain=row["uncertain"] or 0, on_time=_share(row["on_time_rate"]),
            complete=_share(row["completeness_rate"]), valid=_share(row["validity_rate"]),
            deliveries=row["deliveries"] or 0, rejected=row["deliveries_rejected"] or 0,
            open_corrections=row["open_corrections"] or 0,
        )  # fmt: skip


def _class_order() -> str:
    """A position in the order of the five disclosures; whatever is none of them comes first."""
    known = ", ".join(map(literal, _CLASSES))
    return f"list_position([{known}], CAST(disclosure_class AS VARCHAR)) NULLS FIRST"


def _text(row: Row, name: str) -> str:
    value: Any = row[name]
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else short(str(value))


def _texts(row: Row, name: str) -> Texts:
    """A text in both languages; where one is missing, the other stands for it."""
    said = {language: long(str(row[f"{name}_{language}"] or "")) for language in LANGUAGES}
    return {language: said[language] or next(filter(None, said.values()), "") for language in LANGUAGES}


def _share(value: Any) -> float | None:
    return None if value is None else float(value)
