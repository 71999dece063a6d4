"""Delivered rows with the key that are not published, and deliveries that cannot be looked into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pipelines.core.findings import Severity
from pipelines.disclose.clearance import DISCLOSED_FILE
from pipelines.disclose.plan import FieldPlan
from pipelines.flow.ledger import LandedDelivery, StoredOutcome
from pipelines.flow.lookups import stored_outcome
from pipelines.flow.tracing.model import Reason, Traced, Unsearched
from pipelines.flow.tracing.outcome import TracedOutcome
from pipelines.flow.tracing.published import Deliveries
from pipelines.flow.tracing.rows import FoundRow, TableSearch
from pipelines.validate.summary import finding_groups
from pipelines.validate.validation import QUARANTINE_FILE, VALIDATED_FILE


@dataclass
class UnpublishedRows:
    """What a search of deliveries comes to; ``rows`` has at most ``limit``, ``total`` counts all."""

    limit: int
    total: int = 0
    rows: list[Traced] = field(default_factory=list)
    unsearched: list[Unsearched] = field(default_factory=list)

    def add(self, row: Callable[[], Traced]) -> None:
        """Count a row; it is only made if there is room for it."""
        self.total += 1
        if len(self.rows) < self.limit:
            self.rows.append(row())


@dataclass(frozen=True)
class _Replaced:
    """A delivery that another one stands for."""

    landed: LandedDelivery
    by: str


class UnpublishedSearch:
    """Searches what a dataset's deliveries hold beside the rows that are published."""

    def __init__(
        self, deliveries: Deliveries, search: TableSearch, plans: tuple[FieldPlan, ...], published: Collection[str],
        limit: int, *, is_published: bool,
    ) -> None:  # fmt: skip
        """``published``: deliveries that the release has rows of; ``is_published``: the key is in some of them."""
        self.found = UnpublishedRows(limit)
        self._is_published = is_published
        self._deliveries, self._search, self._plans, self._published = deliveries, search, plans, published
        self._replaced: list[_Replaced] = []

    def run(self) -> Iterator[None]:
        """Search every department's deliveries, from the newest back to the one that stands; a step each."""
        for _, newest_first in groupby(self._deliveries.landed.values(), key=lambda each: each.key):
            stands = None
            for position, landed in enumerate(newest_first):
                if stands is not None:
                    self._replaced.append(_Replaced(landed, stands))
                elif self._look_into(landed, is_newest=position == 0):
                    stands = landed.id
            yield

    def run_replaced(self) -> Iterator[None]:
        """Search the deliveries that others stand for."""
        for replaced in self._replaced:
            for outcome in self._deliveries.cleared(replaced.landed.id):
                self._add_cleared(outcome, Reason.REPLACED, replaced.by)
                break
            yield

    def _look_into(self, landed: LandedDelivery, *, is_newest: bool) -> bool:
        """Search one delivery; tells whether it stands for its department and period."""
        stored = stored_outcome(self._deliveries.inst, landed.key.dataset, landed.id)
        published = landed.id in self._published
        if published and (stored is None or not stored.accepted):
            # Published by an earlier descriptor; what that one kept out of it is in that outcome.
            for outcome in self._deliveries.cleared(landed.id):
                self._add_quarantined(outcome)
                break
        elif stored is None:
            if is_newest:
                self._cannot_tell(landed, Reason.UNDECIDED, ())
        elif stored.accepted:
            outcome = self._outcome(stored)
            self._add_quarantined(outcome)
            if not (published and self._is_published):
                self._add_cleared(outcome, Reason.WAITING, None)
        else:
            self._add_rejected(landed, self._outcome(stored))
        return published or (stored is not None and stored.accepted)

    def _outcome(self, stored: StoredOutcome) -> TracedOutcome:
        inst = self._deliveries.inst
        folder = inst.workspace.outcomes / stored.folder
        return TracedOutcome(inst, self._deliveries.dataset, stored.delivery, folder, is_current=True)

    def _add_quarantined(self, outcome: TracedOutcome) -> None:
        if outcome.document["rows_quarantined"]:
            for row in self._delivered(outcome.folder / QUARANTINE_FILE):
                self._add(outcome, row, Reason.QUARANTINED, row.rules)

    def _add_cleared(self, outcome: TracedOutcome, reason: Reason, by: str | None) -> None:
        files = outcome.folder / DISCLOSED_FILE, outcome.folder / VALIDATED_FILE
        room = max(0, self.found.limit - len(self.found.rows))
        rows = self._search.disclosed(*files, outcome.name_fields, room)
        for row in rows:
            self._add(outcome, row, reason, (), by)
        self.found.total += self._search.count(files[0]) - len(rows)

    def _add_rejected(self, landed: LandedDelivery, outcome: TracedOutcome) -> None:
        groups = finding_groups(outcome.folder)
        rules = tuple(dict.fromkeys(group.rule for group in groups if group.severity is Severity.ERROR))
        validated = outcome.folder / VALIDATED_FILE
        if not validated.is_file():
            self._cannot_tell(landed, Reason.REJECTED, rules)
            return
        for row in self._delivered(validated):
            self._add(outcome, row, Reason.REJECTED, rules)
        for row in self._delivered(outcome.folder / QUARANTINE_FILE):
            self._add(outcome, row, Reason.REJECTED, row.rules)

    def _delivered(self, parquet: Path) -> Iterator[FoundRow]:
        if parquet.is_file():
            quarantined = parquet.name == QUARANTINE_FILE
            key = self._deliveries.inst.key
            yield from self._search.delivered(parquet, self._plans, key, quarantined=quarantined)

    def _add(
        self, outcome: TracedOutcome, row: FoundRow, reason: Reason, rules: tuple[str, ...], by: str | None = None
    ) -> None:
        self.found.add(
            lambda: Traced(
                self._deliveries.source(outcome.delivery_id),
                outcome.place(row.file, row.sheet, row.row, row.values),
                outcome.handling(row.file, row.sheet),
                reason=reason,
                rules=rules,
                replaced_by=by,
                cells=outcome.cells(row.file, row.sheet, row.row, row.values),
            )
        )

    def _cannot_tell(self, landed: LandedDelivery, reason: Reason, rules: tuple[str, ...]) -> None:
        self.found.unsearched.append(Unsearched(self._deliveries.source(landed.id), reason, rules))
