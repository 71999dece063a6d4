"""Search over the whole catalog in the reader's browser: an index in small static files, and what makes it.

Here: which words a dataset is found by (Chinese is cut into words here, so that the browser needs no dictionary), what
results and facets show, and how the index lies in parts of a few kilobytes, of which a query loads a handful.

Not here: the query itself (``portal/static/search_engine.js``), the box and the results (``search.js``), cards
(``portal.cards``).
"""

from pipelines.portal.search.making import SEARCHABLE, Listing, search_pages

__all__ = ["SEARCHABLE", "Listing", "search_pages"]
