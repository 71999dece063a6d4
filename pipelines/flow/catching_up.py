"""What the ledger has to know of releases: also of one whose process died right after its commit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from pipelines.core.errors import CorruptStore
from pipelines.flow.installation import Installation
from pipelines.flow.results import Work
from pipelines.publish import Replaced, latest_number, load_snapshot, no_longer_shown


def forget_replaced(inst: Installation, replaced: Iterable[Replaced]) -> None:
    """Have periods composed again, should the descriptor go back to what it was, whose segments are not shown now."""
    for entry in replaced:
        inst.ledger.forget_composition(Work(entry.dataset, entry.period), entry.digest)


def catch_up(inst: Installation) -> None:
    """Forget what was replaced by releases that the ledger does not know of. Where it knows all, nothing is read.

    A damaged catalog is the release's to tell.
    """
    known, newest = inst.ledger.released()[1], latest_number(inst.store)
    if 0 < known < newest:
        with contextlib.suppress(CorruptStore):
            before, after = (load_snapshot(inst.store, number).datasets for number in (known, newest))
            forget_replaced(inst, no_longer_shown(inst.store, before, after))
