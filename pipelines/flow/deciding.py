"""Recording decisions in the ledger of reviews, never in one that is not that of the catalog's releases."""

from __future__ import annotations

from pipelines.disclose.reviews import Decision, Entry, LedgerHead, ReviewLedger
from pipelines.flow.installation import Installation, now
from pipelines.flow.machine import machine_trouble
from pipelines.publish import latest_snapshot


def record(inst: Installation, decision: Decision) -> Entry:
    """Append a decision to the ledger.

    Raises:
        ReviewsAltered: the ledger is not the one that the current release was made under.
        UnreadableDecision: the decision holds what cannot be written as UTF-8.
        CorruptStore: the current release cannot be read.
    """
    with machine_trouble():
        snapshot = latest_snapshot(inst.store)
        known = snapshot.ledger_head if snapshot else LedgerHead()
        return ReviewLedger(inst.workspace.reviews).append(decision, now(), known)
