"""What follows from the decisions in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipelines.disclose.reviews.ledger import DecisionKind, Entry, LedgerHead, ReviewLedger, Subject, SubjectKind
from pipelines.disclose.reviews.plans import is_restricted, plan_digest
from pipelines.registry import Dataset


@dataclass(frozen=True)
class Reviews:
    """The decisions as they stand. The last one about a subject counts."""

    entries: tuple[Entry, ...] = ()
    _last: Mapping[Subject, Entry] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        decided = (entry for entry in self.entries if entry.decision.kind is not DecisionKind.ASK)
        object.__setattr__(self, "_last", {entry.decision.subject: entry for entry in decided})

    @property
    def head(self) -> LedgerHead:
        """How far the ledger had come."""
        return LedgerHead(len(self.entries), self.entries[-1].sha256) if self.entries else LedgerHead()

    def last(self, subject: Subject) -> Entry | None:
        """The last decision about a subject; being asked about it is none."""
        return self._last.get(subject)

    def approval(self, subject: Subject) -> Entry | None:
        """The decision that approves a subject, if that is the last about it."""
        entry = self._last.get(subject)
        return entry if entry is not None and entry.decision.kind is DecisionKind.APPROVE else None

    def needs_review(self, dataset: Dataset) -> bool:
        """Whether releases of a dataset need an approved plan: it withholds something, or the ledger knows a plan."""
        return is_restricted(dataset) or self.knows(dataset.id)

    def knows(self, dataset_id: str) -> bool:
        """Whether the ledger has anything about a plan of a dataset."""
        return dataset_id in self._known

    def plan_subject(self, dataset: Dataset) -> Subject:
        """A dataset's disclosure plan as it is now."""
        return Subject(SubjectKind.DISCLOSURE_PLAN, dataset.id, plan_digest(dataset))

    def is_plan_cleared(self, dataset: Dataset) -> bool:
        """Whether a dataset may be released under its plan as it is now."""
        return not self.needs_review(dataset) or self.approval(self.plan_subject(dataset)) is not None

    def cleared_marks(self, dataset_id: str) -> frozenset[str]:
        """Marks of the findings of a dataset that officers have cleared."""
        return frozenset(
            subject.digest
            for subject in self._last
            if subject.kind is SubjectKind.FINDING and subject.dataset == dataset_id and self.approval(subject)
        )

    @cached_property
    def _known(self) -> frozenset[str]:
        """Datasets with entries about a plan."""
        subjects = (entry.decision.subject for entry in self.entries)
        return frozenset(subject.dataset for subject in subjects if subject.kind is SubjectKind.DISCLOSURE_PLAN)


def load_reviews(folder: Path) -> Reviews:
    """The decisions in the ledger of a folder.

    Raises:
        ReviewsAltered: the ledger is not what it was.
    """
    return Reviews(ReviewLedger(folder).entries())
