"""How examples are drawn: the same ones in every `make test`, others each time in `make fuzz`. Which tests begin first.

No example has a time limit: how fast a machine is says nothing about what is right.

Catalogs of tests are made without other people's scripts: to copy those takes longer than all else. Tests in a browser
take them from where they were set up.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
#: What takes longest is begun first: begun last, one process would be at it when the others have nothing left to do.
LONGEST = (
    "pipeline/test_city.py",
    "property/test_engine_agreement.py",
    "pipeline/test_hostile_deliveries.py",
    "pipeline/test_accept_layout.py",
    "unit/publish/test_faults.py",
    "unit/publish/test_races.py",
    "unit/validate/test_any_file_hostile.py",
    "pipeline/test_trace.py",
    "property/test_rows_accounted.py",
    "property/test_ingest_readers.py",
    "pipeline/test_killed_runs.py",
    "pipeline/test_annotate.py",
    "pipeline/test_reviews.py",
    "pipeline/test_year.py",
    "unit/drafting/test_draft.py",
    "pipeline/test_templates.py",
    "pipeline/test_descriptor_changes.py",
    "pipeline/test_aggregates.py",
    "pipeline/test_reconciliation.py",
    "pipeline/test_dagster_runs.py",
    "pipeline/test_dagster_definitions.py",
    "unit/orchestration/test_home.py",
)

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, print_blob=True)
settings.load_profile("repeatable")

os.environ["GONGKAI_BROWSER_ASSETS"] = os.devnull


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
