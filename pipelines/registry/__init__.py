"""Typed descriptors of what the catalog is made of, loaded from ``catalog_schema/``.

Here: pydantic models of ``catalog.yaml``, ``dataset.yaml``, ``schema.json`` and ``expectations.yaml`` (unknown
keys are refused), code lists and organisations, and the loader that reports *all* problems with file, line,
key and remedy. A broken dataset is left out; the others work.

Not here: reading deliveries, judging rows, anything that writes. Importing this package reads no files.
"""

from pipelines.registry.cache import FileTimes, current_catalog, file_times
from pipelines.registry.catalog import ORGANISATIONS, Catalog, Dataset, published_name
from pipelines.registry.fields import FieldSpec
from pipelines.registry.load import CatalogUnusable, load_catalog
from pipelines.registry.problems import Problem
from pipelines.registry.tables import CodeList, Organisation

__all__ = [
    "ORGANISATIONS",
    "Catalog",
    "CatalogUnusable",
    "CodeList",
    "Dataset",
    "FieldSpec",
    "FileTimes",
    "Organisation",
    "Problem",
    "current_catalog",
    "file_times",
    "load_catalog",
    "published_name",
]
