"""Drawing bars: over each its label and its amount."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from pipelines.core.messages import translate
from pipelines.portal.charts.elements import bar, element, em, labelled, percent
from pipelines.portal.charts.records import Bar, Bars
from pipelines.portal.numbers import share

#: Of a bar of the outermost level, and of those below: how thick it is, and how far the next one is.
_THICK, _AFTER = (0.8, 0.45), (0.55, 0.4)
#: How much a level is set in.
_INDENT = 1.1
#: So thin a bar can still be seen.
_THINNEST = 0.4


def draw_bars(figure: Bars, language: str) -> tuple[Markup, float]:
    """The bars, and how high they are in em."""
    zero, per_unit = _measured([each.amount for each in figure.bars if each.amount is not None])
    parts, top = [], 0.0
    for each in figure.bars:
        inner = min(each.depth, 1)
        amount = _amount(each, figure, language)
        texts, height = labelled(each.label[language], amount, top, each.depth * _INDENT)
        parts += texts
        top += height
        if each.amount is not None:
            length = float(each.amount) * per_unit if per_unit else 0.0
            length = max(abs(length), _THINNEST) if each.amount else 0.0
            start = zero if each.amount >= 0 else max(0.0, zero - length)
            parts.append(bar(start, top, min(length, 100 - start), _THICK[inner], f"c-bar c-depth-{inner}"))
        top += _THICK[inner] + _AFTER[inner]
    if zero:
        parts.append(element("line", x1=percent(zero), x2=percent(zero), y1="0", y2=em(top), class_="c-zero"))
    return Markup("").join(parts), top


def _measured(amounts: list[Decimal]) -> tuple[float, float]:
    """Where zero lies, in per cent, and how many per cent a unit is."""
    low, high = min([*amounts, Decimal(0)]), max([*amounts, Decimal(0)])
    span = high - low
    if not span:
        return 0.0, 0.0
    return float(-low / span * 100), float(Decimal(100) / span)


def _amount(each: Bar, figure: Bars, language: str) -> str:
    if each.amount is None:
        return translate("charts-unknown", language)
    told = figure.scales[language].text(each.amount)
    return told if each.share is None else f"{told} · {share(each.share, language)}"
