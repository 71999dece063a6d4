"""Round bounds of axes and classes hold whatever they are made for."""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipelines.portal.charts.classes import class_bounds, class_labels, growing
from pipelines.portal.charts.elements import fitted, lines_of, width_of
from pipelines.portal.charts.queries import Spread
from pipelines.portal.charts.scales import axis_bounds, nice_bounds, nice_step

_AMOUNTS = st.decimals(min_value=Decimal("-1e300"), max_value=Decimal("1e300"), allow_nan=False)
_POSITIVE = st.decimals(min_value=Decimal("1e-300"), max_value=Decimal("1e300"))


@given(_AMOUNTS, _AMOUNTS, st.integers(1, 10), st.booleans())
def test_bounds_are_round_few_and_around_all(one: Decimal, other: Decimal, most: int, is_whole: bool) -> None:
    low, high = sorted((one, other))
    with localcontext(Context(prec=1000)):
        bounds = nice_bounds(low, high, most, is_whole=is_whole)
        assert bounds[0] <= low and high <= bounds[-1]
        assert 2 <= len(bounds) <= most + 2
        assert len({b - a for a, b in pairwise(bounds)}) == 1 and bounds[1] > bounds[0]
        if is_whole:
            assert all(bound == bound.to_integral_value() for bound in bounds)


@given(st.decimals(min_value=Decimal("1e-300"), max_value=Decimal("1e300")), st.integers(1, 20))
def test_a_step_is_no_larger_than_it_has_to_be(span: Decimal, most: int) -> None:
    with localcontext(Context(prec=1000)):
        step = nice_step(span, most)
        assert step * most >= span > step * most / Decimal("2.6")
        assert step.normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}


def test_axes_have_zero_on_them() -> None:
    assert axis_bounds((Decimal("81.87"), Decimal("49.1")), 4) == tuple(map(Decimal, (0, 25, 50, 75, 100)))
    assert axis_bounds((Decimal(-3), Decimal(7)), 4)[0] == Decimal(-5)
    assert axis_bounds((Decimal(0),), 4) == (Decimal(0), Decimal("0.25"))


@given(_POSITIVE, st.integers(2, 10**9))
def test_growing_bounds_are_around_all_but_what_is_open(low: Decimal, factor: int) -> None:
    with localcontext(Context(prec=1000)):
        high = low * factor
        bounds = growing(low, high)
        assert bounds[0] <= low and bounds[-1] >= high and all(b > a for a, b in pairwise(bounds))
        assert len(bounds) <= 13


@given(st.lists(_AMOUNTS, min_size=2, max_size=4), st.booleans())
def test_classes_of_any_spread(values: list[Decimal], is_whole: bool) -> None:
    values.sort()
    # Quantiles are estimates, and may lie anywhere.
    spread = Spread(9, 9, values[0], values[-1], values[-2], values[1])
    bounds = class_bounds(spread, is_whole=is_whole)
    assert 2 <= len(bounds) <= 13
    assert len(class_labels(bounds, "CNY")) == len(bounds) + 1
    assert class_bounds(Spread(3, 0, None, None, None, None), is_whole=is_whole) == ()


@given(st.text(max_size=200), st.floats(2, 30), st.floats(2, 30))
def test_texts_fit_and_lose_nothing_in_two_lines_that_hold_it(content: str, first: float, second: float) -> None:
    lines = lines_of(content, first, second)
    assert len(lines) <= 2 and width_of(lines[0]) <= first and all(width_of(line) <= second for line in lines[1:])
    if not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(content.split())
    assert width_of(fitted(content, first)) <= first


def test_words_are_kept_together_and_ideographs_need_not_be() -> None:
    assert lines_of("Agriculture, forestry and water", 16, 24) == ["Agriculture, forestry and", "water"]
    assert lines_of("国有土地使用权出让收入安排的支出", 12, 24) == ["国有土地使用权出让收入安", "排的支出"]
    assert lines_of("x" * 10_000, 16, 24)[1].endswith("…")
