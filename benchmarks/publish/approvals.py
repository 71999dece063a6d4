"""Every disclosure plan approved, so that releases take what they are given."""

from __future__ import annotations

from pipelines.disclose.reviews import Decision, DecisionKind, Entry, Reviews
from pipelines.registry import Catalog


def all_approved(catalog: Catalog) -> Reviews:
    """Reviews that have approved the plans of all datasets as they are."""
    nothing = Reviews()
    return Reviews(tuple(
        Entry(number, "2026-04-01T00:00:00+00:00",
              Decision(DecisionKind.APPROVE, nothing.plan_subject(dataset), "benchmark", "benchmark", "benchmark"),
              None, f"{number:064x}")
        for number, dataset in enumerate(catalog.datasets.values(), 1)
    ))  # fmt: skip
