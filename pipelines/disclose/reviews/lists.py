"""Negative lists that were approved, kept beside the ledger: ``negative_lists/<sha256>.json``."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from pipelines.core.errors import GongkaiError
from pipelines.core.files import PRIVATE_FILE_MODE, create_file
from pipelines.disclose.reviews.decisions import Reviews
from pipelines.disclose.reviews.ledger import DecisionKind, Entry, ReviewsAltered, SubjectKind
from pipelines.registry.negative_list import NegativeList

_FOLDER = "negative_lists"


class EntriesGone(GongkaiError):
    """A negative list lacks entries of the one in force, or starts them on another day: history would be lost."""

    message_id = "review-error-entries-gone"

    def __init__(self, entries: str) -> None:
        super().__init__(entries=entries)


class ListInForce(GongkaiError):
    """The list in force cannot be rejected: what was in force instead would be a list that nobody has approved."""

    message_id = "review-error-list-in-force"

    def __init__(self) -> None:
        super().__init__()


def last_approved(reviews: Reviews) -> Entry | None:
    """The last approval of a negative list, whatever was decided about that list later."""
    approvals = (entry for entry in reversed(reviews.entries)
                 if entry.decision.subject.kind is SubjectKind.NEGATIVE_LIST
                 and entry.decision.kind is DecisionKind.APPROVE)  # fmt: skip
    return next(approvals, None)


def list_in_force(folder: Path, reviews: Reviews, current: NegativeList) -> NegativeList:
    """The list that was approved last; ``current`` while none has been: nothing is published yet that it could change.

    Only another approval takes its place, so that no list comes into force by a rejection.

    Args:
        folder: of the reviews.
        reviews: the decisions.
        current: the list as the registry has it.

    Raises:
        ReviewsAltered: the approved list is missing or not what was approved.
    """
    approved = last_approved(reviews)
    if approved is None or approved.decision.subject.digest == current.digest:
        return current
    path = folder / _FOLDER / f"{approved.decision.subject.digest}.json"
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == approved.decision.subject.digest:
            return NegativeList.model_validate_json(content)
    except (FileNotFoundError, ValidationError):
        pass
    raise ReviewsAltered(str(path), approved.number)


def keep_list(folder: Path, in_force: NegativeList, proposed: NegativeList) -> None:
    """Keep a list that is about to be approved.

    Raises:
        EntriesGone: entries of the list in force are not in it as they began.
    """
    begun = {(entry.id, entry.valid_from) for entry in in_force.entries}
    gone = begun - {(entry.id, entry.valid_from) for entry in proposed.entries}
    if gone:
        raise EntriesGone(", ".join(sorted(name for name, _ in gone)))
    create_file(folder / _FOLDER / f"{proposed.digest}.json", proposed.content, PRIVATE_FILE_MODE)
