"""Round bounds: ticks of an axis, and the classes of a distribution. Exact, so that none misses its value."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext

#: Steps between round numbers, as multiples of a power of ten.
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
#: Steps between whole numbers.
_WHOLE = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_WIDE = Context(prec=400)


def nice_step(span: Decimal, most: int, *, is_whole: bool = False) -> Decimal:
    """The smallest round step of which ``most`` cover a span.

    Args:
        span: more than zero.
        most: at least one.
        is_whole: whether the step is to be a whole number.
    """
    with localcontext(_WIDE):
        rough = span / most
        power = Decimal(1).scaleb(rough.adjusted())
        if is_whole and power < 1:
            return Decimal(1)
        steps = _WHOLE if is_whole and power == 1 else _STEPS
        return next(power * step for step in steps if power * step >= rough)


def nice_bounds(lowest: Decimal, highest: Decimal, most: int, *, is_whole: bool = False) -> tuple[Decimal, ...]:
    """Round numbers at equal distances, the first not above ``lowest`` and the last not below ``highest``.

    Args:
        lowest: the smallest value.
        highest: the largest value, not below ``lowest``.
        most: distances at most, but for one more where the first begins below ``lowest``; at least one.
        is_whole: whether all are to be whole numbers.

    Returns:
        Two or more, ascending.
    """
    with localcontext(_WIDE):
        span = highest - lowest
        if not span:
            span = abs(highest) or Decimal(1)
        step = nice_step(span, most, is_whole=is_whole)
        first = (lowest / step).to_integral_value(ROUND_FLOOR)
        last = (highest / step).to_integral_value(ROUND_CEILING)
        last = max(last, first + 1)
        return tuple((first + place) * step for place in range(int(last - first) + 1))


def axis_bounds(amounts: tuple[Decimal, ...], most: int) -> tuple[Decimal, ...]:
    """Ticks of an axis that has all amounts and zero on it."""
    return nice_bounds(min(*amounts, Decimal(0)), max(*amounts, Decimal(0)), most)
