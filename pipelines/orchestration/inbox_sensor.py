"""The inbox sensor: what there is to do becomes runs, and the same thing is requested once."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from pipelines.core.paths import Workspace
from pipelines.flow import Installation, Work, inbox_changes, open_installation, pending
from pipelines.flow.lookups import references
from pipelines.ingest import InboxFolder, InboxScan, scan_inbox
from pipelines.orchestration.batches import Batch, batches, can_be_requested, run_request
from pipelines.orchestration.texts import constant, line
from pipelines.registry import Catalog

#: A file that was written to more recently than this may still be being copied.
STABLE_SECONDS = 5.0
#: Work that one tick requests; the rest waits for the next, so a tick ends well within its 60 s limit.
TICK_LIMIT = 1000
#: Files that together exceed this are processed in a run of their own, one such run at a time.
LARGE_BYTES = 200_000_000


@dataclass(frozen=True)
class Reason:
    """Why there is something to do: ``stamp`` is the same for the same reason, however often it is seen."""

    work: Work
    stamp: str
    size: int
    """Bytes in the inbox."""


def inbox_sensor(
    workspace: Workspace, catalog: Catalog, jobs: Sequence[dg.UnresolvedAssetJobDefinition]
) -> dg.SensorDefinition:
    """A sensor that requests exactly the (dataset, period) pairs with something to do.

    That is: deliveries that have not been landed and whose files have been still for ``STABLE_SECONDS``;
    and landed ones to be decided again, because descriptors changed or references can be resolved now.
    ``catalog`` is the one that the definitions are built from.
    """

    @dg.sensor(
        name="inbox",
        jobs=list(jobs),
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=constant("orchestration-inbox-sensor"),
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        with open_installation(workspace) as installation:
            return _evaluate(installation, catalog, context.cursor)

    return inbox


def _evaluate(installation: Installation, catalog: Catalog, cursor: str | None) -> dg.SensorResult:
    """Compare what there is to do with what the cursor says was requested already."""
    requested: dict[str, str] = json.loads(cursor) if cursor else {}
    reasons, unreachable = _reasons(installation, catalog)
    # Work that has been done leaves the cursor, so it is no longer than the list of what there is to do.
    known = {name: requested[name] for reason in reasons if (name := _name(reason.work)) in requested}
    fresh = [reason for reason in reasons if known.get(_name(reason.work)) != reason.stamp][:TICK_LIMIT]
    if not fresh:
        skip = line("orchestration-inbox-nothing", waiting=len(known), unreachable=unreachable)
        return dg.SensorResult(skip_reason=skip, cursor=_cursor(known))
    stamps = {reason.work: reason.stamp for reason in fresh}
    large = frozenset(reason.work for reason in fresh if reason.size > LARGE_BYTES)
    requests = [run_request(catalog, batch, _run_key(batch, stamps)) for batch in batches(catalog, stamps, large)]
    known.update({_name(work): stamp for work, stamp in stamps.items()})
    return dg.SensorResult(run_requests=requests, cursor=_cursor(known))


def _reasons(installation: Installation, catalog: Catalog) -> tuple[list[Reason], int]:
    """What there is to do, and how much of it Dagster cannot be asked to do yet."""
    changed = inbox_changes(installation, STABLE_SECONDS)
    landed = pending(installation, InboxScan((), ()))
    works = [work for work in dict.fromkeys((*changed, *landed)) if can_be_requested(catalog, work)]
    unreachable = len({*changed, *landed}) - len(works)
    if not works:
        return [], unreachable
    folders: defaultdict[Work, list[InboxFolder]] = defaultdict(list)
    for folder in scan_inbox(installation.workspace, installation.catalog).folders:
        folders[Work(folder.key.dataset, folder.key.period)].append(folder)
    # Between landing and deciding, a delivery is still the reason it was requested for.
    ledger, keys = installation.ledger, installation.processing_keys
    new = {*changed, *ledger.undecided(keys), *ledger.uncomposed(keys)}
    return [_reason(installation, work, folders[work], work in new) for work in works], unreachable


def _reason(installation: Installation, work: Work, folders: Iterable[InboxFolder], is_new: bool) -> Reason:
    digest = hashlib.sha256(installation.processing_keys[work.dataset].encode())
    size = 0
    for folder in folders:
        digest.update(f"{folder.key}\0{folder.signature}\n".encode())
        size += sum(file.size for file in folder.files)
    if not is_new:
        digest.update(references(installation, installation.catalog.dataset(work.dataset)).identity.encode())
    return Reason(work, digest.hexdigest()[:16], size)


def _run_key(batch: Batch, stamps: Mapping[Work, str]) -> str:
    parts = [f"{dataset}\0{stamps[Work(dataset, batch.period)]}" for dataset in batch.datasets]
    return f"inbox:{batch.period}:{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:32]}"


def _name(work: Work) -> str:
    return f"{work.dataset}/{work.period}"


def _cursor(known: Mapping[str, str]) -> str:
    return json.dumps(known, sort_keys=True, separators=(",", ":"))
