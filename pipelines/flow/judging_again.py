"""Judge a stored outcome's expectation frames again when the rows of other deliveries that they read have changed.

Nothing is read or validated anew: frames are computed from the stored rows, and only those that come out different
are judged. Where that changes what becomes of the delivery, it is decided again as a whole.
"""

from __future__ import annotations

import dataclasses
import logging
from itertools import chain

from pipelines.core.findings import Severity
from pipelines.flow.frame_rows import FrameReading
from pipelines.flow.installation import Installation
from pipelines.flow.ledger import LandedDelivery, StoredOutcome
from pipelines.flow.lookups import previous_rows
from pipelines.flow.machine import machine_trouble
from pipelines.flow.results import Work
from pipelines.flow.rewriting import rewrite
from pipelines.registry import Dataset
from pipelines.validate import Validation, read_findings
from pipelines.validate.expectations import (
    RESULTS_FILE,
    FrameResult,
    frame_of,
    judge_again,
    read_results,
    write_results,
)
from pipelines.validate.validation import VALIDATED_FILE

_logger = logging.getLogger(__name__)


def up_to_date(inst: Installation, dataset: Dataset, delivery: LandedDelivery,
               stored: StoredOutcome) -> StoredOutcome | None:  # fmt: skip
    """Have the frames of an outcome judged by the rows of today.

    Returns:
        ``stored`` itself when nothing is said anew, another outcome when its report has changed, ``None`` when the
        delivery is to be decided again.
    """
    if stored.frames_read is None:
        return stored
    reading = FrameReading(inst, dataset)
    identity = reading.identity(delivery.key)
    if stored.frames_read == identity:
        return stored
    known = read_results(inst.workspace.outcomes / stored.folder / RESULTS_FILE)
    if known is None:
        return None
    validation = Validation(
        dataset, inst.catalog, {}, previous_rows(inst, dataset, delivery), reading.files(delivery.key)
    )
    sources = validation.sources(inst.workspace.outcomes / stored.folder / VALIDATED_FILE)
    try:
        with machine_trouble(), inst.scratch(delivery.id) as work:
            results = judge_again(dataset, known, sources, work)
    except (OSError, MemoryError):
        raise
    except Exception as problem:
        # The text may quote a value. Deciding again tells what is wrong, as for every delivery.
        _logger.error("%s: %s", delivery.id, type(problem).__name__)
        return None
    if results and not _retold(inst, delivery, stored, known, results):
        return None
    inst.ledger.record_frames_read(stored, identity)
    return dataclasses.replace(stored, frames_read=identity) if results else stored


def _retold(inst: Installation, delivery: LandedDelivery, outcome: StoredOutcome, known: list[FrameResult],
            results: list[FrameResult]) -> bool:  # fmt: skip
    """Replace the findings of the frames that were judged again, unless an error comes or goes."""
    folder = inst.workspace.outcomes / outcome.folder
    changed = {result.frame: result for result in results}
    new = [finding for result in results for finding in result.findings]
    gone = (finding for finding in read_findings(folder) if frame_of(finding) in changed)
    if any(finding.severity is Severity.ERROR for found in (new, gone) for finding in found):
        return False
    kept = (finding for finding in read_findings(folder) if frame_of(finding) not in changed)
    merged = [changed.get(result.frame, result) for result in known]
    # Before anything changes: should this be the last that is done, the period is still composed and reported anew.
    inst.ledger.record_outcome(outcome, Work(delivery.key.dataset, delivery.key.period))
    rewrite(inst, outcome, chain(kept, new), lambda place: write_results(place, merged))
    _logger.info("%s: judged again: %s", delivery.id, ", ".join(changed))
    return True
