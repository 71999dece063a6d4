"""Drawing lines over periods. Where nothing is known there is a gap, never a zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from markupsafe import Markup

from pipelines.core.messages import translate
from pipelines.portal.charts.draw_stacks import series_classes
from pipelines.portal.charts.elements import WIDTH, element, em, fitted, percent, text, width_of
from pipelines.portal.charts.records import Line, Lines
from pipelines.portal.charts.scales import axis_bounds
from pipelines.portal.numbers import Scale

_LEGEND_PITCH, _BELOW_LEGEND = 1.6, 1.0
#: The plot: how high it is in em, and where it begins and ends across, in per cent.
_HEIGHT, _LEFT, _RIGHT = 12.0, 17.0, 97.0
_SWATCH, _AFTER_SWATCH, _GAP = 8.0, 2.4, 0.8
_TICKS, _LABELS = 4, 4
#: Lines are drawn in whole parts of their plot, which is stretched to its place.
_GRID = 1000
#: Dashes by series: they are told apart without colours, too.
_DASHES = ("", "7 3", "2 3", "9 3 2 3")
#: From so many points on they are not marked one by one.
_UNMARKED = 13


def draw_lines(figure: Lines, language: str) -> tuple[Markup, float]:
    """The legend, the axes and the lines, and how high they are in em."""
    scale = figure.scales[language]
    classes = series_classes(len(figure.lines))
    parts, top = _legend(figure, classes, scale, language)
    known = tuple(amount for line in figure.lines for amount in line.amounts if amount is not None)
    ticks = axis_bounds(known or (Decimal(0),), _TICKS)
    for tick in ticks:
        y = top + _HEIGHT * (1 - _part(tick, ticks))
        class_ = "c-grid c-zero" if tick == 0 else "c-grid"
        parts.append(element("line", x1=percent(_LEFT - 2), x2="100%", y1=em(y), y2=em(y), class_=class_))
        parts.append(text(fitted(_told(tick, scale), WIDTH * _LEFT / 100), _LEFT - 3, y + 0.35, "c-amount c-tick"))
    drawn = [_line(line, place, classes[place], ticks) for place, line in enumerate(figure.lines)]
    parts.append(
        element(
            "svg", Markup("").join(drawn), x=percent(_LEFT), y=em(top), width=percent(_RIGHT - _LEFT),
            height=em(_HEIGHT), viewBox=f"0 0 {_GRID} {_GRID}", preserveAspectRatio="none", class_="c-plot",
        )
    )  # fmt: skip
    for line, class_ in zip(figure.lines, classes, strict=True):
        parts += _dots(line, class_, ticks, top)
    parts += _points(figure.points, top + _HEIGHT + 1.5)
    return Markup("").join(parts), top + _HEIGHT + 2


def _legend(figure: Lines, classes: Sequence[str], scale: Scale, language: str) -> tuple[list[Markup], float]:
    """Each line's name and its last amount."""
    parts = []
    for place, (line, class_) in enumerate(zip(figure.lines, classes, strict=True)):
        y = place * _LEGEND_PITCH
        last = next((amount for amount in reversed(line.amounts) if amount is not None), None)
        told = translate("charts-unknown", language) if last is None else scale.text(last)
        parts.append(element("line", x1="0", x2=percent(_SWATCH), y1=em(y + 0.65), y2=em(y + 0.65),
                             class_=f"c-line {class_}", **_dash(place)))  # fmt: skip
        room = WIDTH - _AFTER_SWATCH - width_of(told) - _GAP
        parts.append(text(fitted(line.label[language], room), _SWATCH, y + 1.0, dx=em(0.4)))
        parts.append(text(told, 100, y + 1.0, "c-amount"))
    return parts, len(figure.lines) * _LEGEND_PITCH + _BELOW_LEGEND


def _dash(place: int) -> dict[str, str | float]:
    return {"stroke_dasharray": _DASHES[place]} if _DASHES[place] else {}


def _part(amount: Decimal, ticks: Sequence[Decimal]) -> float:
    """How far up the plot an amount lies: 0 at its foot, 1 at its top."""
    return float((amount - ticks[0]) / (ticks[-1] - ticks[0]))


def _told(tick: Decimal, scale: Scale) -> str:
    """A tick without zeros at its end."""
    return Scale(scale.language, scale.exponent, _digits(tick, scale), "", scale.is_percent).text(tick)


def _digits(tick: Decimal, scale: Scale) -> int:
    exponent = tick.scaleb(-scale.exponent).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _across(place: int, count: int) -> float:
    return place / (count - 1) if count > 1 else 0.5


def _line(line: Line, place: int, class_: str, ticks: Sequence[Decimal]) -> Markup:
    """A line as one stroke for each stretch of known amounts."""
    count = len(line.amounts)
    strokes = []
    for stretch in _stretches(line.amounts):
        points = " ".join(
            f"{_across(at, count) * _GRID:.0f},{(1 - _part(amount, ticks)) * _GRID:.0f}" for at, amount in stretch
        )
        if len(stretch) > 1:
            strokes.append(element("polyline", points=points, class_=f"c-line {class_}",
                                   vector_effect="non-scaling-stroke", **_dash(place)))  # fmt: skip
    return Markup("").join(strokes)


def _stretches(amounts: Sequence[Decimal | None]) -> Iterator[list[tuple[int, Decimal]]]:
    for is_known, group in groupby(enumerate(amounts), lambda entry: entry[1] is not None):
        if is_known:
            yield [(at, amount) for at, amount in group if amount is not None]


def _dots(line: Line, class_: str, ticks: Sequence[Decimal], top: float) -> Iterator[Markup]:
    """A dot for each amount, where they are few or stand alone."""
    count = len(line.amounts)
    for stretch in _stretches(line.amounts):
        for at, amount in stretch if count < _UNMARKED or len(stretch) == 1 else ():
            x = _LEFT + _across(at, count) * (_RIGHT - _LEFT)
            yield element("circle", cx=percent(x), cy=em(top + _HEIGHT * (1 - _part(amount, ticks))), r="3.5",
                          class_=f"c-dot {class_}")  # fmt: skip


def _points(points: Sequence[str], y: float) -> Iterator[Markup]:
    """The names of the first point, the last, and as many between as there is room for."""
    last = len(points) - 1
    shown = sorted({round(part * last / (_LABELS - 1)) for part in range(_LABELS)})
    for at in shown:
        anchor = "c-end " if at == last else "c-middle " if at else ""
        x = 100.0 if at == last else _LEFT + _across(at, len(points)) * (_RIGHT - _LEFT) if at else _LEFT - 3
        yield text(points[at], x, y, f"{anchor}c-tick")
