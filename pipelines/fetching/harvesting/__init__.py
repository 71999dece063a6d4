"""Catalogs elsewhere: what they say of their datasets, listed in ours, and their files, delivered as ours.

Here: bringing a catalog's documents, reading DCAT, Data Packages and CKAN out of them without trusting anything they
say, keeping what was read, and choosing the files that are re-published.

Not here: how addresses are reached and files placed (``fetching``), what is kept of a catalog (``catalog.harvested``).
"""

from pipelines.fetching.harvesting.harvest import (
    Harvested,
    HarvestOutcome,
    Republished,
    harvest,
)

__all__ = ["HarvestOutcome", "Harvested", "Republished", "harvest"]
