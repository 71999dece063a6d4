"""What a release may take up, by what officers have decided: plans, and versions where each needs an approval."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.core.errors import GongkaiError
from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import DecisionKind, Entry, ReviewLedger, Reviews, Subject, SubjectKind
from pipelines.disclose.reviews.ledger import altered
from pipelines.publish.snapshots import Approval, Snapshot
from pipelines.registry import Catalog, Dataset


class ReviewsOutdated(GongkaiError):
    """Another process has released under later decisions than those at hand: they are to be read again."""

    message_id = "review-error-outdated"


@dataclass(frozen=True, order=True)
class Waiting:
    """Candidates of a dataset that wait until ``subject`` is approved. ``rejected``: the last decision refused it."""

    dataset: str
    kind: SubjectKind
    digest: str
    rejected: bool = False

    @classmethod
    def of(cls, subject: Subject, reviews: Reviews) -> Waiting:
        """What waits for a subject that is not approved."""
        last = reviews.last(subject)
        is_rejected = last is not None and last.decision.kind is DecisionKind.REJECT
        return cls(subject.dataset, subject.kind, subject.digest, is_rejected)


def require_ledger(workspace: Workspace, base: Snapshot | None, reviews: Reviews) -> None:
    """Make sure that the decisions of a release go on from those that the one before was made under.

    Raises:
        ReviewsAltered: the ledger of reviews was cut or replaced since.
        ReviewsOutdated: it has grown since ``reviews`` were read, and a release was made under what it has now.
    """
    if base is None or altered(reviews.entries, base.ledger_head) is None:
        return
    ReviewLedger(workspace.reviews).require(base.ledger_head)
    raise ReviewsOutdated


def waits_for_plan(catalog: Catalog, dataset_id: str, reviews: Reviews) -> Waiting | None:
    """What a dataset's candidates wait for before they are looked at; ``None``: nothing."""
    dataset = catalog.datasets.get(dataset_id)
    if dataset is None or reviews.is_plan_cleared(dataset):
        return None
    return Waiting.of(reviews.plan_subject(dataset), reviews)


def needed_approval(dataset: Dataset, version: str, reviews: Reviews) -> Approval | Waiting | None:
    """The decision that a version of a dataset is released by, or what it waits for; ``None``: it needs none.

    Args:
        dataset: whose plan is cleared.
        version: SHA-256 of the version's manifest.
        reviews: the decisions.
    """
    subject = reviews.plan_subject(dataset)
    if dataset.descriptor.disclosure.review == "each_version":
        subject = Subject(SubjectKind.VERSION, dataset.id, version)
    elif not reviews.needs_review(dataset):
        return None
    entry = reviews.approval(subject)
    return Waiting.of(subject, reviews) if entry is None else _public(entry)


def _public(entry: Entry) -> Approval:
    """What the public is told of a decision: not who made it."""
    return Approval(entry.number, entry.sha256, entry.at, entry.decision.basis)
