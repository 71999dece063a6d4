from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.drafting.shapes import Shapes


def shapes(*batches: list[str]) -> Shapes:
    tried = Shapes()
    for batch in batches:
        tried.add(pa.array(batch))
    return tried


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        (["1", "22"], (".", ",")),
        (["1,234.5", "(12)", "¥3"], (".", ",")),
        (["1.234,5", "7,25"], (",", ".")),
        (["1 234,5", "-7,25"], (",", " ")),
        (["1'234.5"], (".", "'")),
        (["1.5", "2,5"], None),
        (["1.5", "x"], None),
        (["12,34", "1,234"], (",", ".")),
    ],
)
def test_numbers_are_written_in_one_form(values: list[str], marks: tuple[str, str] | None) -> None:
    assert shapes(values).marks == marks
    assert shapes(*([value] for value in values)).marks == marks


def test_digits_are_counted_in_the_form_that_holds() -> None:
    assert shapes(["1.234,567", "12"], ["(5,5)"]).extents[",", "."] == (4, 3)


def test_a_later_batch_rules_a_form_out() -> None:
    tried = shapes(["1", "2"], ["three"], ["4"])
    assert not tried.holds("integer") and tried.marks is None
    assert shapes(["2016年12月"], ["2017年1月"]).holds("%Y年%m月")
    assert shapes(["1e5", "2.5"]).exponents
