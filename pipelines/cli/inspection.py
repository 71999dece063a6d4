"""``gongkai status`` and ``query``: looking at what there is."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from pipelines.catalog import OpenCatalog, open_workspace_catalog
from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.history import plain
from pipelines.cli.summaries import show_held, show_unplaced, show_waiting, verdict_id
from pipelines.core.paths import Workspace
from pipelines.core.records import Verdict
from pipelines.flow import Installation, held, open_installation, pending, unreadable_files
from pipelines.flow.reviewing import Review, State, reviews_of
from pipelines.ingest import scan_inbox
from pipelines.publish import Waiting, latest_snapshot


def status(as_json: Json = False, language: Language = ANY) -> None:
    """Show deliveries, what waits, and what is released."""
    out = output(as_json, language)
    workspace = Workspace.default()
    with readable_errors(out), open_installation(workspace) as inst:
        scan = scan_inbox(workspace, inst.catalog)
        waiting = pending(inst, scan)
        unplaced = (*scan.unplaced, *unreadable_files(inst, scan))
        staying = held(inst)
        reviews = [review for review in reviews_of(inst) if review.state is not State.APPROVED]
        snapshot = latest_snapshot(inst.store)
        deliveries = _deliveries(inst)
        released = {dataset: entry.version for dataset, entry in snapshot.datasets.items()} if snapshot else {}
        out.json(
            {
                "snapshot": snapshot.number if snapshot else None,
                "datasets": {dataset: str(version) for dataset, version in released.items()},
                "broken": sorted(inst.catalog.broken),
                "waiting": [vars(work) for work in waiting],
                "reviews": [_review(review) for review in reviews],
                "unplaced": [entry.path for entry in unplaced],
                "held": list(staying),
                "deliveries": deliveries,
            }
        )
        columns = ["cli-dataset", "cli-title", "cli-version", *map(verdict_id, Verdict), "cli-waiting"]
        rows = [
            (
                dataset_id,
                dataset.descriptor.title.in_language(out.language),
                released.get(dataset_id, ""),
                *(_count(deliveries, dataset_id, verdict) for verdict in Verdict),
                sum(1 for work in waiting if work.dataset == dataset_id),
            )
            for dataset_id, dataset in inst.catalog.datasets.items()
        ]
        out.table(columns, rows, out.text("cli-datasets"), right=columns[3:])
        for entry in deliveries:
            if entry["newest"] and entry["verdict"] not in {None, Verdict.ACCEPTED.value}:
                out.say("cli-status-delivery", delivery=entry["delivery"], landed=entry["landed"],
                        verdict=out.text(verdict_id(Verdict(entry["verdict"]))))  # fmt: skip
        for work in waiting:
            out.say("cli-status-waits", dataset=work.dataset, period=work.period)
        # Those that nothing waits for yet are in the sum alone, and in "gongkai review list".
        show_waiting(out, [
            Waiting(review.subject.dataset, review.subject.kind, review.subject.digest, review.state is State.REJECTED)
            for review in reviews
            if review.periods
        ])  # fmt: skip
        show_unplaced(out, unplaced)
        show_held(out, staying)
        out.say("cli-status-summary", waiting=len(waiting), reviews=len(reviews), broken=len(inst.catalog.broken),
                snapshot=snapshot.number if snapshot else 0)  # fmt: skip


def _review(review: Review) -> dict[str, Any]:
    return {
        "kind": review.subject.kind.value,
        "dataset": review.subject.dataset or None,
        "digest": review.subject.digest,
        "state": review.state.value,
        "periods": list(review.periods),
    }


def _deliveries(inst: Installation) -> list[dict[str, Any]]:
    """All landed deliveries with their verdicts, the newest of each department and period first."""
    found = []
    newest = None
    for landed in inst.ledger.deliveries():
        key = inst.processing_keys.get(landed.key.dataset)
        outcome = inst.ledger.outcome(landed.id, key) if key else None
        verdict = outcome.verdict.value if outcome else None
        entry = {"delivery": landed.id, "landed": landed.landed[:19] + "Z", "verdict": verdict}
        found.append({**entry, "newest": landed.key != newest})
        newest = landed.key
    return found


def _count(deliveries: list[dict[str, Any]], dataset: str, verdict: Verdict) -> int:
    """How many departments' newest deliveries of a dataset have that verdict."""
    of_dataset = (entry for entry in deliveries if entry["delivery"].startswith(f"{dataset}.") and entry["newest"])
    return sum(1 for entry in of_dataset if entry["verdict"] == verdict.value)


def query(
    sql: Annotated[str, typer.Argument(help=described("cli-query-sql-help"))],
    limit: Annotated[int, typer.Option("--limit", min=1, help=described("cli-query-limit-help"))] = 1000,
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=described("cli-query-as-of-help"))
    ] = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Run one SQL query over the released catalog."""
    out = output(as_json, language)
    with readable_errors(out), _opened(as_of) as catalog:
        columns, rows = catalog.fetch(sql, limit + 1)
        shown = rows[:limit]
        out.json([{name: plain(value) for name, value in zip(columns, row, strict=True)} for row in shown])
        out.grid(dict.fromkeys(columns, False), shown)
        if len(rows) > limit:
            out.error(out.text("cli-query-cut", limit=limit))


def _opened(as_of: dt.datetime | None) -> OpenCatalog:
    return open_workspace_catalog(Workspace.default(), as_of=as_of.date() if as_of else None)
