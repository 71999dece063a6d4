"""Totals, subtotals and parent rows in files that drafts are made from."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from drafting import draft
from openpyxl.styles import Alignment

from pipelines.registry.layouts import Layout
from pipelines.registry.steps import ExcludeTotals, FillDown, Indent


def csv_of(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def totals(layout: Layout) -> list[ExcludeTotals]:
    return [step for step in layout.steps if isinstance(step, ExcludeTotals)]


def test_rows_called_totals_that_nothing_proves_are_told(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "t.csv", csv_of("项目,金额", "甲,10", "乙,20", "本年支出合计,999", "丙,5"))
    assert drafted.drafted.rows == 4
    [told] = [message for message in drafted.drafted.assumed if message.id == "draft-kept-totals"]
    assert told.params == {"count": 1, "row": 4}
    assert "kept-totals" not in draft(tmp_path / "plain", "t.csv", csv_of("项目,金额", "甲,10", "合计办,20")).remarks


FINAL_ACCOUNTS = [
    ("合计", None, None, 100, 60.5, 39.5),
    ("205", "教育支出", None, 80, 50.5, 29.5),
    ("20501", "  教育管理事务", None, 30, 20.5, 9.5),
    ("2050101", "    行政运行", None, 30, 20.5, 9.5),
    ("20502", "  普通教育", None, 50, 30, 20),
    ("2050201", "    学前教育", None, 20, 10, 10),
    ("2050202", "    小学教育", None, 30, 20, 10),
    ("208", "社会保障和就业支出", None, 20, 10, 10),
    ("20805", "  养老支出", None, 20, 10, 10),
    ("2080505", "    养老保险缴费支出", None, 20, 10, 10),
]


def final_accounts(*rows: tuple[str | float | None, ...]) -> bytes:
    """The sheet that departments publish their final accounts on."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("2026年度支出决算表", None, None, None, None, None),
        ("部门：教育局", None, None, None, None, "金额单位：万元"),
        ("项目", None, None, "本年支出", None, None),
        ("科目编码", "科目名称", None, "小计", "基本支出", "项目支出"),
        ("栏次", None, None, 1, 2, 3),
        *rows,
        ("注：本表反映部门本年度支出情况。", None, None, None, None, None),
    ):
        sheet.append(row)
    for cells in ("A1:F1", "A3:C3", "D3:F3", "A5:C5"):
        sheet.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_final_accounts_keep_the_items_of_their_codes(tmp_path: Path) -> None:
    made = draft(tmp_path, "accounts.xlsx", final_accounts(*FINAL_ACCOUNTS))
    assert made.drafted.excluded == {"preamble": 2, "header": 3, "total": 6, "footer": 1}
    assert (made.layout.header_row, made.layout.header_rows) == (3, 3)
    assert list(made.layout.columns.items())[2] == ("项目", None)
    assert list(made.layout.columns)[3:] == ["本年支出/小计", "本年支出/基本支出", "本年支出/项目支出"]
    [step] = totals(made.layout)
    assert (step.code, step.leaf_length, step.label) == (made.drafted.key[0], 7, made.drafted.key[0])
    assert len(step.sums) == 3
    assert made.example()[1].split(",")[:3] == ["2050101", "行政运行", "300000"]
    assert made.remarks >= {"parents", "totals", "scaled", "columns-empty"}


def test_parents_that_are_no_sums_are_kept_and_told(tmp_path: Path) -> None:
    # What is given for a class or section is one more than its items come to.
    added = [(code, 1 if len(str(code)) < 7 else 0, row) for code, *row in FINAL_ACCOUNTS[1:]]
    wrong = [(code, *row[:2], *(float(str(cell)) + more for cell in row[2:])) for code, more, row in added]
    made = draft(tmp_path, "accounts.xlsx", final_accounts(*wrong))
    assert made.drafted.excluded == {"preamble": 2, "header": 3, "footer": 1}
    assert not totals(made.layout)
    assert made.remarks >= {"parents-kept"} and not made.remarks & {"parents", "totals"}


def test_parents_among_items_of_the_same_length_are_kept_and_told(tmp_path: Path) -> None:
    content = csv_of("科目编码,金额", "205,80", "20501,30", "20502,50", "2050201,50", "208,20")
    made = draft(tmp_path, "items.csv", content)
    assert made.drafted.rows == 5 and "parents-kept" in made.remarks


def test_numbers_of_some_digits_are_no_hierarchy(tmp_path: Path) -> None:
    content = csv_of("id,trees", *(f"{n},{n * n}" for n in range(1, 120)))
    made = draft(tmp_path, "items.csv", content)
    assert made.drafted.rows == 119 and not made.remarks & {"parents-kept", "parents", "totals"}


@pytest.mark.parametrize("aligned", [True, False])
def test_parents_that_indents_show(tmp_path: Path, aligned: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["项目", "金额"])
    rows = [
        ("教育", 0, 80),
        ("小学", 1, 50),
        ("中学", 1, 30),
        ("卫生", 0, 20),
        ("医院", 1, 12),
        ("防疫", 1, 8),
        ("合计", 0, 100),
    ]
    for name, depth, amount in rows:
        sheet.append([name if aligned else "\u3000" * depth + name, amount])
        if aligned:
            sheet.cell(sheet.max_row, 1).alignment = Alignment(indent=depth)
    content = io.BytesIO()
    book.save(content)
    made = draft(tmp_path, "items.xlsx", content.getvalue())
    assert made.drafted.excluded == {"header": 1, "total": 3}
    [indent] = [step for step in made.layout.steps if isinstance(step, Indent)]
    [step] = totals(made.layout)
    assert step.level == indent.level_field and step.level in made.types
    assert made.example()[1].split(",") == ["小学", "50", "2", "教育/小学"]
    assert made.remarks >= {"parents", "totals"}


def ages(labels: list[str]) -> bytes:
    return csv_of("项目,平均年龄", *(f"{label},{30 + number}" for number, label in enumerate(labels)))


def test_indents_that_no_sums_prove_still_become_levels_and_paths(tmp_path: Path) -> None:
    labels = ["东湖", "  男", "  女", "西山", "  男", "  女", "城区", "  男", "  女"]
    made = draft(tmp_path, "ages.csv", ages(labels))
    [indent] = [step for step in made.layout.steps if isinstance(step, Indent)]
    assert made.drafted.rows == 9 and not totals(made.layout)
    assert made.drafted.key == (indent.path_field,)
    assert made.example()[2].split(",") == ["男", "31", "2", "东湖/男"]
    assert made.remarks >= {"levels", "parents-kept"}


@pytest.mark.parametrize(
    "labels",
    [["a", " b", "c", " d", "e"], ["a", "  b", *map(str, "cdefghijklmnopqrstuvwxyz")], ["  a", "b", "c", "  d", "e"]],
    ids=["slips", "a single one", "outward"],
)
def test_indents_that_are_no_levels_are_none(labels: list[str], tmp_path: Path) -> None:
    made = draft(tmp_path, "ages.csv", ages(labels))
    assert not [step for step in made.layout.steps if isinstance(step, Indent)] and "levels" not in made.remarks


@pytest.mark.parametrize(
    ("labels", "stated", "tolerance"),
    [
        (["合计", "甲", "乙", "丙"], ("100.0", "33.3", "33.3", "33.3"), "0.2"),
        (["合计", "甲", "乙", "丙"], ("2001", "667", "667", "666"), "2"),
        (["a", "  b", "  c"], ("200.4", "100.1", "100.2"), "0.15"),
    ],
    ids=["shares", "whole numbers", "parents"],
)
def test_totals_of_rounded_amounts_are_totals(
    labels: list[str], stated: tuple[str, ...], tolerance: str, tmp_path: Path
) -> None:
    rows = [f"{label},{amount}" for label, amount in zip(labels, stated, strict=True)]
    made = draft(tmp_path, "shares.csv", csv_of("项目,数值（万人）", *rows))
    [step] = totals(made.layout)
    assert step.tolerance == Decimal(tolerance)
    assert made.drafted.excluded["total"] == 1
    [told] = [message for message in made.drafted.assumed if message.id == "draft-rounded"]
    assert told.params["largest"] in {"0.1", "1"}
    assert made.remarks >= {"totals"} and "totals-kept" not in made.remarks


@pytest.mark.parametrize(
    "amounts",
    [("101.0", "33.3", "33.3", "33.3"), ("8", "2", "3", "2"), ("1000.9", "500.1", "500.1", "0.1")],
    ids=["more than rounding", "a large share", "too many units"],
)
def test_larger_differences_are_no_rounding(amounts: tuple[str, ...], tmp_path: Path) -> None:
    rows = [f"{label},{amount}" for label, amount in zip("合甲乙丙", amounts, strict=True)]
    made = draft(tmp_path, "shares.csv", csv_of("项目,数值", *rows).replace("合,".encode(), "合计,".encode()))
    assert not totals(made.layout) and "totals-kept" in made.remarks


def test_what_is_counted_one_by_one_is_not_rounded(tmp_path: Path) -> None:
    made = draft(tmp_path, "pupils.csv", csv_of("项目,人数（人）", "合计,2001", "甲,667", "乙,667", "丙,666"))
    assert not totals(made.layout) and "totals-kept" in made.remarks


def test_subtotals_within_groups(tmp_path: Path) -> None:
    content = csv_of(
        "区,项目,数量",
        "东湖,甲树,1",
        "东湖,乙树,2",
        "东湖,小计,3",
        "西山,甲树,4",
        "西山,乙树,5",
        "西山,小计,9",
        "合计,,12",
    )
    made = draft(tmp_path, "trees.csv", content)
    assert (made.drafted.rows, made.drafted.excluded) == (4, {"header": 1, "total": 3})
    assert [step.within != () for step in totals(made.layout)] == [True, False]
    assert made.drafted.key == ("district", "field_2") or len(made.drafted.key) == 2


def test_groups_that_are_named_once_are_filled_where_subtotals_prove_it(tmp_path: Path) -> None:
    content = csv_of("区,项目,数量", "东湖,甲树,1", ",乙树,2", ",小计,3", "西山,甲树,4", ",乙树,5", ",小计,9")
    made = draft(tmp_path, "trees.csv", content)
    assert (made.drafted.rows, made.drafted.excluded) == (4, {"header": 1, "total": 2})
    assert any(isinstance(step, FillDown) for step in made.layout.steps)
    assert made.example()[2].startswith("东湖,")
    assert "filled" in made.remarks


def test_a_subtotal_at_the_end_that_is_the_total(tmp_path: Path) -> None:
    made = draft(
        tmp_path,
        "trees.csv",
        csv_of("树种,区,数量", "甲树,东,1", "乙树,东,2", "丙树,西,4", "小计,,7", "备注：手工汇总,,"),
    )
    assert (made.drafted.rows, made.drafted.excluded) == (3, {"header": 1, "total": 1, "footer": 1})


def test_subtotals_that_nothing_proves_are_kept_and_told(tmp_path: Path) -> None:
    content = csv_of(
        "树种,数量,区", "甲树,1,东", "乙树,2,西", "小计,3,", "丙树,4,南", "丁树,5,北", "小计,9,", "合计,12,"
    )
    made = draft(tmp_path, "trees.csv", content)
    assert (made.drafted.rows, made.drafted.excluded) == (7, {"header": 1})
    assert "totals-kept" in made.remarks


def test_columns_of_zeros_prove_no_totals(tmp_path: Path) -> None:
    content = csv_of("树种,区,数量,枯死", "甲树,东,1,0", "乙树,东,2,0", "丙树,西,4,0", "合计,,9,0")
    made = draft(tmp_path, "trees.csv", content)
    assert made.drafted.rows == 4 and "totals-kept" in made.remarks
