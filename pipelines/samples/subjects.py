"""Names of the budget subjects that the sample books print, from the catalog's own code list."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from pipelines.core.paths import Workspace


@cache
def function_names() -> Mapping[str, str]:
    """Chinese names of the functional classification by code."""
    path = Workspace.default().schema / "codelists" / "functional_classification.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row["name_zh"] for row in csv.DictReader(stream)}
