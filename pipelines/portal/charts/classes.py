"""Classes of a distribution: round bounds around most values, evenly apart, or growing where values differ much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from pipelines.catalog.metadata.texts import LANGUAGES, Texts
from pipelines.portal.charts.queries import Spread
from pipelines.portal.charts.records import said
from pipelines.portal.charts.scales import nice_bounds
from pipelines.portal.numbers import Scale, scale_of

#: Classes between bounds, of equal width.
MOST_CLASSES = 8
#: Bounds of classes that grow.
_MOST_GROWING = 13
#: From this ratio between large and small values on, classes of equal width would put nearly all into the first one.
_UNEQUAL = 50
#: Multiples of powers of ten.
_FINE, _COARSE = (Decimal(1), Decimal(2), Decimal(5)), (Decimal(1),)


def class_bounds(spread: Spread, *, is_whole: bool) -> tuple[Decimal, ...]:
    """Bounds of classes, ascending; none where there are no values.

    Args:
        spread: what values there are.
        is_whole: whether they are whole numbers.
    """
    if spread.smallest is None or spread.largest is None:
        return ()
    low = max(spread.low if spread.low is not None else spread.smallest, spread.smallest)
    high = max(low, min(spread.high if spread.high is not None else spread.largest, spread.largest))
    if low > 0 and high >= low * _UNEQUAL:
        return growing(low, high)
    return nice_bounds(low, high, MOST_CLASSES, is_whole=is_whole)


def growing(low: Decimal, high: Decimal) -> tuple[Decimal, ...]:
    """Bounds 1, 2, 5, 10 … around positive values, or powers of ten where those would be too many."""
    span = range(low.adjusted(), high.adjusted() + 2)
    for multiples, every in ((_FINE, 1), (_COARSE, 1), (_COARSE, -(-len(span) // _MOST_GROWING))):
        bounds = [multiple.scaleb(power) for power in span[::every] for multiple in multiples]
        first = max((place for place, bound in enumerate(bounds) if bound <= low), default=0)
        last = next((place for place, bound in enumerate(bounds) if bound >= high), len(bounds) - 1)
        kept = bounds[first : last + 1]
        if len(kept) <= _MOST_GROWING:
            break
    return tuple(kept)


def class_labels(bounds: Sequence[Decimal], unit: str | None) -> list[Texts]:
    """What the classes are called: below the first bound, between each two, from the last one on."""
    told = [_bound(bound, unit) for bound in bounds]
    between = [said("charts-class", low=_before(low, high), high=_with_unit(high)) for low, high in pairwise(told)]
    return [
        said("charts-class-below", high=_with_unit(told[0])),
        *between,
        said("charts-class-from", low=_with_unit(told[-1])),
    ]


_Bound = Mapping[str, tuple[Scale, Decimal]]


def _bound(bound: Decimal, unit: str | None) -> _Bound:
    """A bound in a scale of its own: bounds that grow have no common one."""
    return {language: (scale_of([bound], unit, language), bound) for language in LANGUAGES}


def _with_unit(bound: _Bound) -> Texts:
    return {language: scale.with_unit(amount) for language, (scale, amount) in bound.items()}


def _before(low: _Bound, high: _Bound) -> Texts:
    """A lower bound; the unit that the upper one has is not told twice."""
    return {
        language: scale.text(amount) if scale.unit == high[language][0].unit else scale.with_unit(amount)
        for language, (scale, amount) in low.items()
    }
