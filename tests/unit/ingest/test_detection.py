from __future__ import annotations

import pytest

from pipelines.ingest.detection import Certainty, detect_delimiter, detect_grid, sample_grid
from pipelines.ingest.grids import Grid, GridRow, Merge
from pipelines.ingest.headers import header_labels
from pipelines.registry.layouts import FileFormat

Rows = list[list[str | None]]


def grid(rows: Rows, merges: tuple[Merge, ...] = ()) -> Grid:
    numbered = [GridRow(number, cells) for number, cells in enumerate(rows, start=1)]
    return Grid("t.csv", None, FileFormat.CSV, "utf-8", lambda: iter(numbered), merges=merges)


BODY: Rows = [["东湖", "12", "3"], ["西山", "9", "4"], ["南桥", "7", "5"]]


@pytest.mark.parametrize(
    ("above", "row", "rows", "labels"),
    [
        ([["公园", "客流", "花展"]], 1, 1, ("公园", "客流", "花展")),
        ([["2026年客流", "", ""], [], ["公园", "2025", "2026"]], 3, 1, ("公园", "2025", "2026")),
        ([["填报单位：园林局", "", "单位：人"], ["公园", "客流", "花展"]], 2, 1, ("公园", "客流", "花展")),
        ([["标题", "", ""], ["公园", "客流", ""], ["", "本月", "上月"]], 2, 2, ("公园", "客流/本月", "客流/上月")),
        ([["", "2025", "2026"], ["公园", "客流", "客流"]], 1, 2, ("公园", "2025/客流", "2026/客流")),
    ],
)
def test_headers_below_preambles_and_over_several_rows(
    above: Rows, row: int, rows: int, labels: tuple[str, ...]
) -> None:
    table = grid([*above, *BODY])
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None
    assert (guess.header.row, guess.header.rows, guess.labels) == (row, rows, labels)


@pytest.mark.parametrize(
    "rows",
    [
        [["A", "1"], ["B", "2"], ["C", "12"]],
        [["甲", "1"], ["乙", "2"], ["丙", "1"]],
        [["A", "5"], ["Other", "7"], ["Unknown", "1"]],
        [["A", "1"], ["Other", "3"], ["Unknown", "2"]],
        [["A", "1", "2"], ["", "3", "5"], ["O", "2", "4"]],
    ],
)
def test_rows_that_letters_name_number_no_columns(rows: Rows) -> None:
    labels: list[str | None] = ["组别", "人数", "户数"]
    table = grid([labels[: len(rows[0])], *rows])
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None and (guess.header.row, guess.header.rows) == (1, 1)
    assert guess.header.certainty is Certainty.CERTAIN


@pytest.mark.parametrize(
    ("above", "row", "rows", "labels"),
    [
        # Two languages, with and without a gap for a group.
        ([["公园", "客流", "花展"], ["Park", "Visits", "Shows"]], 1, 2, ("公园/Park", "客流/Visits", "花展/Shows")),
        ([["Park", "Visits", "Shows"], ["公园", "客流", "花展"]], 1, 2, ("Park/公园", "Visits/客流", "Shows/花展")),
        (
            [["题"], ["公园", "人次 By", ""], ["Park", "男 Male", "女 Female"]],
            2,
            2,
            ("公园/Park", "人次 By/男 Male", "人次 By/女 Female"),
        ),
        # Units, numbers of columns, both.
        ([["公园", "客流", "花展"], ["", "(人)", "(次)"]], 1, 2, ("公园", "客流/(人)", "花展/(次)")),
        ([["公园", "客流", "花展"], ["栏次", "1", "2"]], 1, 2, ("公园", "客流", "花展")),
        ([["公园", "客流", "花展"], ["甲", "1", "2=1×3"]], 1, 2, ("公园", "客流", "花展")),
        ([["公园", "客流", "花展"], ["1", "2", "3"]], 1, 2, ("公园", "客流", "花展")),
        ([["公园", "客流", "花展"], ["", "人", "次"], ["栏次", "1", "2"]], 1, 3, ("公园", "客流/人", "花展/次")),
        # Three rows without merged cells, line breaks, a title in every cell, years.
        (
            [["公园", "客流", ""], ["", "本年", ""], ["", "一季", "二季"]],
            1,
            3,
            ("公园", "客流/本年/一季", "客流/本年/二季"),
        ),
        ([["公园", "客\n流", "花\r\n展"]], 1, 1, ("公园", "客 流", "花 展")),
        ([["客流表", "客流表", "客流表"], ["公园", "客流", ""]], 2, 1, ("公园", "客流", "")),
        ([["公园", "2024", "2025"]], 1, 1, ("公园", "2024", "2025")),
    ],
)
def test_rows_that_belong_to_a_header(above: Rows, row: int, rows: int, labels: tuple[str, ...]) -> None:
    table = grid([*above, *BODY])
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None
    assert (guess.header.row, guess.header.rows, guess.labels) == (row, rows, labels)


@pytest.mark.parametrize(
    "first",
    [
        ["一、城区", "", ""],
        ["合计", "28", "12"],
        ["北门", "待定", "未开"],
        ["北门", "—", "—"],
        ["1", "2", "4"],
        ["Main", "n/a", "3"],
    ],
)
def test_rows_that_do_not_belong_to_a_header(first: list[str | None]) -> None:
    table = grid([["公园", "客流", "花展"], first, *BODY])
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None and (guess.header.row, guess.header.rows) == (1, 1)


def test_rows_that_count_on_are_no_numbers_of_columns() -> None:
    table = grid([["id", "x", "y"], ["1", "2", "3"], ["2", "3", "9"], ["3", "7", "5"]])
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None and guess.header.rows == 1


def test_numbers_that_tell_columns_apart_are_labels() -> None:
    table = grid([["公园", "季度", "", ""], ["", "1", "2", "3"], ["东湖", "12", "3", "4"], ["西山", "9", "4", "5"]])
    assert header_labels(list(table.rows())[:2], table) == ("公园", "季度/1", "季度/2", "季度/3")


def test_a_row_below_rows_of_the_table_is_no_header() -> None:
    table = grid([*BODY, ["北门", "关闭", "无"], ["东门", "8", "1"]])
    assert detect_grid(table, sample_grid(table)) is None


def test_merged_cells_say_how_many_rows_a_header_takes() -> None:
    table = grid([["公园", "客流", None], [None, "本月", "上月"], *BODY], (((0, 0), (1, 0)), ((0, 1), (0, 2))))
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None and guess.header.rows == 2


def test_tables_of_text_are_guessed_and_tables_of_figures_have_no_header() -> None:
    table = grid([["name", "colour"], ["a", "red"], ["b", "blue"], ["c", "green"]])
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None and guess.header.row == 1 and guess.header.certainty is not Certainty.CERTAIN
    figures = grid([["1", "2"], ["3", "4"]])
    assert detect_grid(figures, sample_grid(figures)) is None


@pytest.mark.parametrize(
    ("below", "pattern"),
    [
        ([["数据来源：园林局", "", ""]], r"^数据来源\s*[0-9]*\s*[:：]"),
        ([["合计", "28", "12"], ["Printed 2026 by hand", "", ""]], "^Printed [0-9]+"),
        ([["合计", "28", "12"]], None),
        ([["小计", "", "12"], ["备注：手工汇总", "", ""]], r"^备注\s*[0-9]*\s*[:：]"),
        ([["北门", "", ""], ["东门", "1", "2"]], None),
    ],
)
def test_footers_are_narrow_rows_at_the_end(below: Rows, pattern: str | None) -> None:
    table = grid([["公园", "客流", "花展"], *BODY, *below])
    guess = detect_grid(table, sample_grid(table))
    assert guess is not None
    found = guess.footer.pattern if guess.footer is not None else None
    assert found == pattern or (found is not None and pattern is not None and found.startswith(pattern))


def test_only_the_ends_of_a_grid_are_kept() -> None:
    rows: Rows = [["a", "b"], *([str(n), None] for n in range(5_000))]
    table = grid(rows)
    sample = sample_grid(table)
    assert (len(sample.head), len(sample.tail), sample.rows) == (1_000, 100, 5_001)
    assert sample.tail[-1].number == 5_001


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a\tb\n1,000\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('a,b\n"x;y;z",1\n"p;q;r",2\n', ","),
        ("alone\n1\n", ","),
        ("freq,unit,geo\\TIME\t2019 \t2020 \t2021\nA,EUR,AT\t1.5 \t2.5 p\t: \nA,EUR,BE\t3 \t4 \t5\n", "\t"),
    ],
)
def test_delimiters_separate_every_row_alike(text: str, delimiter: str) -> None:
    assert detect_delimiter(text, whole=True).delimiter == delimiter
