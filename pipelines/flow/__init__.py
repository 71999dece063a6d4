"""The stages strung together, for the command line and for Dagster alike: a run in either is the same run.

Here: the ledger of what was landed, decided and composed; what there is to do; one delivery through all stages;
one (dataset, period) to a candidate segment; the release and what is derived from it.

Not here: how a stage works (the rooms below), how people start or watch runs (``cli``, ``orchestration``).
"""

from pipelines.flow.inbox_trouble import unreadable_files
from pipelines.flow.installation import Installation, open_installation
from pipelines.flow.periods import process
from pipelines.flow.plan import in_order, inbox_changes, pending
from pipelines.flow.published import held
from pipelines.flow.releasing import (
    CatalogMissing,
    Derived,
    make_downloads,
    pending_release,
    refresh_derived,
    refresh_downloads,
    refresh_index,
    refresh_portal,
    release,
    release_state,
    require_catalog,
    sign_releases,
)
from pipelines.flow.results import DeliveryResult, PeriodResult, ReleasedVersion, ReleaseResult, Work
from pipelines.flow.verifying import verify_installed

__all__ = [
    "CatalogMissing",
    "DeliveryResult",
    "Derived",
    "Installation",
    "PeriodResult",
    "ReleaseResult",
    "ReleasedVersion",
    "Work",
    "held",
    "in_order",
    "inbox_changes",
    "make_downloads",
    "open_installation",
    "pending",
    "pending_release",
    "process",
    "refresh_derived",
    "refresh_downloads",
    "refresh_index",
    "refresh_portal",
    "release",
    "release_state",
    "require_catalog",
    "sign_releases",
    "unreadable_files",
    "verify_installed",
]
