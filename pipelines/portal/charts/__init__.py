"""Charts that fit a dataset, drawn when its page is made: SVG without scripts, each with the table of its figures.

Here: choosing what is drawn (as officers declare it, otherwise what the public schema suggests), working the figures
out over the published rows, and drawing them.

Not here: pages, styles (``static/charts.css`` has the colours by class), rows that are not published.
"""

from pipelines.portal.charts.making import charts_digest, charts_of
from pipelines.portal.charts.records import Chart
from pipelines.portal.charts.svg import svg

__all__ = ["Chart", "charts_digest", "charts_of", "svg"]
