"""Bringing what departments publish elsewhere into the inbox: files on the web, and rows of databases.

Here: which hosts and addresses may be reached, downloads that are resumed and bounded in size and time, queries
written as CSV, and putting what came into the inbox in one step. Besides ``notifying``, which goes by the same hosts
and lines, nothing else in Gongkai reaches the network.

Not here: reading or judging what was brought: the ordinary run lands it like any other delivery.
"""

from pipelines.fetching.fetch import Fetched, Outcome, fetch
from pipelines.fetching.plan import Wanted, wanted_sources

__all__ = ["Fetched", "Outcome", "Wanted", "fetch", "wanted_sources"]
