"""A chart as an SVG element for a page."""

from __future__ import annotations

from typing import assert_never

from markupsafe import Markup

from pipelines.portal.charts.draw_bars import draw_bars
from pipelines.portal.charts.draw_lines import draw_lines
from pipelines.portal.charts.draw_stacks import draw_stacks
from pipelines.portal.charts.elements import element, em
from pipelines.portal.charts.records import Bars, Chart, Lines, Stacks


def svg(chart: Chart, language: str) -> Markup:
    """A chart as one image with a title and a description, in ``zh`` or ``en``."""
    match chart.figure:
        case Bars() as bars:
            drawn, height = draw_bars(bars, language)
        case Stacks() as stacks:
            drawn, height = draw_stacks(stacks, language)
        case Lines() as lines:
            drawn, height = draw_lines(lines, language)
        case never:
            assert_never(never)
    title, description = f"{chart.id}-title", f"{chart.id}-description"
    told = element("title", chart.title[language], id=title) + element(
        "desc", chart.description[language], id=description
    )
    return element(
        "svg", told + drawn,
        role="img", aria_labelledby=f"{title} {description}", class_=f"chart-drawing chart-{chart.kind}",
        width="100%", height=em(height),
    )  # fmt: skip
