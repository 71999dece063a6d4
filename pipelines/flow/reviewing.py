"""What waits for an officer's decision, and deciding it.

Subjects are a dataset's disclosure plan, a version where each needs an approval, the negative list, and findings of the
scan for personal data that an officer can clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pipelines.core.errors import GongkaiError
from pipelines.core.files import scratch_folder
from pipelines.core.records import Verdict
from pipelines.disclose.reviews import (
    Decision,
    DecisionKind,
    Entry,
    Reviews,
    Subject,
    SubjectKind,
    account,
    disclosure_plan,
)
from pipelines.disclose.reviews.lists import ListInForce, keep_list, last_approved
from pipelines.flow.installation import Installation
from pipelines.flow.machine import machine_trouble
from pipelines.flow.public_texts import require_nobodys
from pipelines.flow.recording import record
from pipelines.publish import Manifest, next_versions, pending_candidates
from pipelines.registry.base import Descriptor, Text
from pipelines.validate import read_findings

_SHORT = 12
#: Fewer characters of a digest may be a slip of the hand, or name something else tomorrow.
_LEAST = 8
#: Subjects that an error names.
_NAMED = 10


class State(StrEnum):
    """Where a subject stands."""

    WAITING = "waiting"
    REJECTED = "rejected"
    APPROVED = "approved"


class DigestTooShort(GongkaiError):
    """So few characters of a digest name nothing."""

    message_id = "review-error-short"

    def __init__(self) -> None:
        super().__init__(least=_LEAST)


class NothingToReview(GongkaiError):
    """Nothing that can be decided about has an identifier that begins like that, or more than one thing has."""

    message_id = "review-error-unknown"

    def __init__(self, digest: str, known: str) -> None:
        super().__init__(digest=digest, known=known)


@dataclass(frozen=True)
class Review:
    """Something to decide about. ``document`` is what is decided: plan, list, version's manifest, a finding's place.

    ``periods`` and ``rows`` are those of the candidates that wait for it; ``decided`` is the last decision.
    """

    subject: Subject
    state: State
    document: Mapping[str, Any]
    periods: tuple[str, ...] = ()
    rows: int = 0
    version: str | None = None
    decided: Entry | None = None

    @property
    def id(self) -> str:
        """How people name it: the beginning of its digest."""
        return self.subject.digest[:_SHORT]


def reviews_of(inst: Installation) -> tuple[Review, ...]:
    """Everything that can be decided about as things are: the negative list first, then by dataset."""
    reviews = inst.reviews
    found = [*_negative_list(inst, reviews), *_plans(inst, reviews), *_versions(inst, reviews)]
    return tuple(sorted(found, key=lambda review: (review.subject.dataset, review.subject.kind)))


def find_review(inst: Installation, digest: str) -> Review:
    """The subject whose digest begins so.

    Raises:
        DigestTooShort: it has fewer than 8 characters.
        NothingToReview: there is none, or more than one.
    """
    if len(digest) < _LEAST:
        raise DigestTooShort
    known = [*reviews_of(inst), *findings_of(inst)]
    found = [review for review in known if review.subject.digest.startswith(digest)]
    if len(found) != 1:
        raise NothingToReview(ascii(digest)[1:-1], _named(found or known))
    return found[0]


def _named(reviews: Sequence[Review]) -> str:
    """Those that there is something to decide about, by digest and dataset."""
    waiting = [review for review in reviews if review.state is not State.APPROVED]
    names = [f"{review.id} {review.subject.dataset or review.subject.kind}" for review in waiting[:_NAMED]]
    return ", ".join([*names, *(["…"] if len(waiting) > _NAMED else [])]) or "-"


def findings_of(inst: Installation) -> Iterator[Review]:
    """Personal-data findings that keep newest deliveries out, by delivery, then those that are cleared, by dataset.

    Approving one clears it, rejecting it takes that back. The same text in the same field has one mark, so clearing it
    clears it wherever it stands; where that is nobody knows any more, so the document of a cleared one is empty.
    """
    reviews = inst.reviews
    found = set[Subject]()
    for review in _keeping_out(inst, reviews):
        found.add(review.subject)
        yield review
    for dataset_id in inst.catalog.datasets:
        for mark in sorted(reviews.cleared_marks(dataset_id)):
            subject = Subject(SubjectKind.FINDING, dataset_id, mark)
            if subject not in found:
                yield _review(reviews, subject, {})


def _keeping_out(inst: Installation, reviews: Reviews) -> Iterator[Review]:
    for outcome in inst.ledger.outcomes(inst.processing_keys.values()):
        newest = inst.ledger.newest(outcome.delivery.rpartition(".")[0])
        if outcome.verdict is not Verdict.REJECTED or newest is None or newest.id != outcome.delivery:
            continue
        seen: set[str] = set()
        for finding in read_findings(inst.workspace.outcomes / outcome.folder):
            mark = finding.remedy.params.get("mark")
            if not isinstance(mark, str) or mark in seen:
                continue
            seen.add(mark)
            place = finding.location
            document = {
                "delivery": outcome.delivery, "file": place.file, "sheet": place.sheet, "row": place.row,
                "field": place.field, "kind": finding.message.params["kind"],
            }  # fmt: skip
            yield _review(reviews, Subject(SubjectKind.FINDING, outcome.delivery.partition(".")[0], mark), document)


def decide(inst: Installation, review: Review, kind: DecisionKind, by: str, basis: str, reason: str = "") -> Entry:
    """Record a decision; the next release acts on it.

    Returns:
        The entry of the ledger: the last one, where it decides the same on the same basis.

    Raises:
        EntriesGone: a negative list lacks entries of the one in force.
        ListInForce: it would reject the negative list in force.
        PersonalText: the basis, which becomes public with what is approved, looks like it has personal data.
        ReviewsAltered: the ledger of reviews is not what it was.
        UnreadableDecision: the decision holds what cannot be written as UTF-8.
    """
    require_nobodys(basis)
    if review.decided is not None and _stands(review, review.decided, kind, basis):
        return review.decided
    if review.subject.kind is SubjectKind.NEGATIVE_LIST:
        _prepare_list(inst, kind)
    return record(inst, Decision(kind, review.subject, by, account(), basis, reason))


def _stands(review: Review, last: Entry, kind: DecisionKind, basis: str) -> bool:
    # The state too: another negative list may have been approved since.
    is_so = review.state is (State.APPROVED if kind is DecisionKind.APPROVE else State.REJECTED)
    return is_so and last.decision.kind is kind and last.decision.basis == basis


def _prepare_list(inst: Installation, kind: DecisionKind) -> None:
    in_force, proposed = inst.negative_list, inst.catalog.negative_list
    if kind is DecisionKind.APPROVE:
        keep_list(inst.workspace.reviews, in_force, proposed)
    elif proposed == in_force:
        raise ListInForce


class Recorded(Descriptor):
    """A decision made elsewhere, as a file of decisions has it. ``dataset`` is empty for the negative list."""

    kind: SubjectKind
    dataset: str
    digest: Text
    by: Text
    basis: Text
    reason: str = ""


@dataclass
class TakenOver:
    """What became of decisions made elsewhere: ``approved`` now, or ``known`` to be approved already; ``overruled`` by
    what was decided here; ``other`` do not apply: there is no such subject as things are."""

    approved: list[Review] = field(default_factory=list)
    known: list[Review] = field(default_factory=list)
    overruled: list[Review] = field(default_factory=list)
    other: list[Recorded] = field(default_factory=list)


def take_over(inst: Installation, recorded: Iterable[Recorded]) -> TakenOver:
    """Record approvals that were decided elsewhere, of what is to be decided here to the byte.

    What was decided here counts as later, so an approval is recorded only of what nothing was decided about.

    Raises:
        PersonalText: a basis looks like it has personal data; nothing is recorded then.
    """
    entries = tuple(recorded)
    require_nobodys(*(entry.basis for entry in entries))
    known = {review.subject: review for review in reviews_of(inst)}
    taken = TakenOver()
    for entry in entries:
        review = known.get(Subject(entry.kind, entry.dataset, entry.digest))
        if review is None:
            taken.other.append(entry)
        elif review.state is State.APPROVED:
            taken.known.append(review)
        elif review.decided is not None:
            taken.overruled.append(review)
        else:
            decide(inst, review, DecisionKind.APPROVE, entry.by, entry.basis, entry.reason)
            known[review.subject] = replace(review, state=State.APPROVED)
            taken.approved.append(known[review.subject])
    return taken


def _review(reviews: Reviews, subject: Subject, document: Mapping[str, Any], **more: Any) -> Review:
    last = reviews.last(subject)
    if reviews.approval(subject) is not None:
        state = State.APPROVED
    else:
        is_rejected = last is not None and last.decision.kind is DecisionKind.REJECT
        state = State.REJECTED if is_rejected else State.WAITING
    return Review(subject, state, document, decided=last, **more)


def _negative_list(inst: Installation, reviews: Reviews) -> Iterator[Review]:
    listed, approved = inst.catalog.negative_list, last_approved(reviews)
    if not listed.entries and approved is None:
        return
    subject = Subject(SubjectKind.NEGATIVE_LIST, "", listed.digest)
    review = _review(reviews, subject, listed.model_dump(mode="json"))
    if review.state is State.APPROVED and approved is not None and approved.decision.subject != subject:
        review = replace(review, state=State.WAITING)  # Another was approved since.
    yield review


def _plans(inst: Installation, reviews: Reviews) -> Iterator[Review]:
    periods: dict[str, list[str]] = {}
    rows: dict[str, int] = {}
    for dataset_id, segment in pending_candidates(inst.workspace):
        periods.setdefault(dataset_id, []).append(segment.period)
        rows[dataset_id] = rows.get(dataset_id, 0) + segment.rows
    for dataset_id, dataset in inst.catalog.datasets.items():
        if not dataset.is_disclosed or not reviews.needs_review(dataset):
            continue
        is_waiting = not reviews.is_plan_cleared(dataset)
        held = periods.get(dataset_id, []) if is_waiting else []
        yield _review(reviews, reviews.plan_subject(dataset), disclosure_plan(dataset), periods=tuple(held),
                      rows=rows.get(dataset_id, 0) if is_waiting else 0)  # fmt: skip


def _versions(inst: Installation, reviews: Reviews) -> Iterator[Review]:
    with machine_trouble(), scratch_folder(inst.workspace.work, "review") as folder:
        for manifest in next_versions(inst.workspace, inst.store, inst.catalog, inst.processing_keys, reviews, folder):
            subject = Subject(SubjectKind.VERSION, manifest.dataset, manifest.sha256)
            periods = tuple(dict.fromkeys([*manifest.changes.periods_added, *manifest.changes.periods_changed]))
            yield _review(reviews, subject, _version(manifest), periods=periods, rows=manifest.rows,
                          version=manifest.version)  # fmt: skip


def _version(manifest: Manifest) -> dict[str, Any]:
    document = manifest.as_dict()
    said = ("dataset", "version", "previous", "restores", "note", "metadata", "changes")
    return {key: document[key] for key in said if key in document}
