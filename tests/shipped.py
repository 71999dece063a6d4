"""The registry that is shipped, loaded once per process: several test modules take their cases from it."""

from __future__ import annotations

from pathlib import Path

from pipelines.registry import load_catalog

REGISTRY = Path(__file__).parents[1] / "catalog_schema"
CATALOG = load_catalog(REGISTRY)
