"""Reviews: what officers decided about disclosure, in a ledger that shows if it was altered.

Here: the ledger (append-only, hash-chained), disclosure plans and their digests, and what follows from the decisions.

Not here: which candidates a release takes because of it (``publish``), and deciding (``flow``, ``cli``).
"""

from pipelines.disclose.reviews.account import account
from pipelines.disclose.reviews.decisions import Reviews, load_reviews
from pipelines.disclose.reviews.ledger import (
    Altered,
    Decision,
    DecisionKind,
    Entry,
    LedgerHead,
    ReviewLedger,
    ReviewsAltered,
    Subject,
    SubjectKind,
    UnreadableDecision,
)
from pipelines.disclose.reviews.plans import disclosure_plan, is_restricted, plan_digest

__all__ = [
    "Altered",
    "Decision",
    "DecisionKind",
    "Entry",
    "LedgerHead",
    "ReviewLedger",
    "Reviews",
    "ReviewsAltered",
    "Subject",
    "SubjectKind",
    "UnreadableDecision",
    "account",
    "disclosure_plan",
    "is_restricted",
    "load_reviews",
    "plan_digest",
]
