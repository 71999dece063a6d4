"""Drawing divided bars. Parts have a number, which the legend explains, so that nobody has to tell colours apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from markupsafe import Markup

from pipelines.core.messages import translate
from pipelines.portal.charts.elements import WIDTH, bar, element, em, fitted, labelled, text, width_of
from pipelines.portal.charts.records import Stack, Stacks
from pipelines.portal.numbers import Scale

_THICK, _AFTER = 1.2, 0.6
_LEGEND_PITCH, _SWATCH, _AFTER_SWATCH, _BELOW_LEGEND = 1.6, 1.2, 1.8, 0.8
#: A swatch's width, of the narrowest figure's.
_SWATCH_PER_CENT = 100 * _SWATCH / WIDTH
_GAP = 0.8
_COLOURS = 5
#: Of a name where a pointer rests on a part.
_TIP = 9.0
#: A part so wide, in per cent, has room for its number.
_NUMBERED = 6.0


@dataclass(frozen=True)
class _Series:
    """A series: its class, its name as far as there is room, its number, and what is drawn of it."""

    class_: str
    name: str
    number: str
    bars: list[Markup] = field(default_factory=list)
    numbers: list[Markup] = field(default_factory=list)

    def add(self, x: float, y: float, width: float, told: str = "") -> None:
        """Draw a part, and its number where there is room for it."""
        self.bars.append(bar(x, y, width, _THICK, label=told))
        if width >= _NUMBERED or not told:
            self.numbers.append(text(self.number, x + width / 2, y + 0.95))

    def drawn(self) -> Markup:
        """Everything, the numbers above the parts."""
        bars = element("g", Markup("").join(self.bars), class_=f"c-part {self.class_}")
        return bars + element("g", Markup("").join(self.numbers), class_=f"c-number on-{self.class_}")


def draw_stacks(figure: Stacks, language: str) -> tuple[Markup, float]:
    """The legend and the divided bars, and how high they are in em."""
    series = [
        _Series(class_, fitted(name[language], WIDTH - _AFTER_SWATCH), str(place))
        for place, (class_, name) in enumerate(
            zip(series_classes(len(figure.series)), figure.series, strict=True), start=1
        )
    ]
    texts, top = _legend(series)
    colon = translate("mark-colon", language)
    low, high = _ends(figure.stacks)
    for stack in figure.stacks:
        total = _total(stack, figure.scales[language], language)
        label, height = labelled(stack.label[language], total, top)
        texts += label
        top += height
        for place, (start, width) in _parts(stack, low, high - low):
            told = figure.scales[language].text(stack.parts[place] or Decimal(0))
            series[place].add(start, top, width, f"{fitted(series[place].name, _TIP)}{colon}{told}")
        top += _THICK + _AFTER
    return Markup("").join([*texts, *(each.drawn() for each in series)]), top


def series_classes(count: int) -> list[str]:
    """The class of each series' colour; the sixth is that of others."""
    return [f"c-{place + 1 if place < _COLOURS else 'other'}" for place in range(count)]


def _legend(series: Sequence[_Series]) -> tuple[list[Markup], float]:
    half = WIDTH / 2 - _AFTER_SWATCH - _GAP
    columns = 2 if all(width_of(each.name) <= half for each in series) else 1
    texts = []
    for place, each in enumerate(series):
        x, y = place % columns * 100 / columns, place // columns * _LEGEND_PITCH
        each.add(x, y, _SWATCH_PER_CENT)
        texts.append(text(each.name, x + _SWATCH_PER_CENT, y + 0.95, dx=em(0.5)))
    return texts, -(-len(series) // columns) * _LEGEND_PITCH + _BELOW_LEGEND


def _ends(stacks: Sequence[Stack]) -> tuple[Decimal, Decimal]:
    """How far parts reach below and above zero, in any bar."""
    sums = [[sum((part for part in stack.parts if part is not None and (part < 0) is negative), Decimal(0))
             for negative in (True, False)] for stack in stacks]  # fmt: skip
    return min(below for below, _ in sums), max(above for _, above in sums)


def _parts(stack: Stack, low: Decimal, span: Decimal) -> Iterator[tuple[int, tuple[float, float]]]:
    """Where each part begins and how wide it is, in per cent: what is negative goes to the left of zero."""
    zero = float(-low / span * 100) if span else 0.0
    left = right = zero
    for place, part in enumerate(stack.parts):
        if not part or not span:
            continue
        width = float(abs(part) / span * 100)
        if part < 0:
            left -= width
            yield place, (left, width)
        else:
            yield place, (right, width)
            right += width


def _total(stack: Stack, scale: Scale, language: str) -> str:
    total = stack.total
    told = translate("charts-unknown", language) if total is None else scale.text(total)
    return f"{told}*" if stack.is_partial and total is not None else told
