"""``gongkai versions``, ``show`` and ``as-of``: what has been released, and when."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Any

import typer

from pipelines.catalog import open_workspace_catalog
from pipelines.cli.context import ANY, Json, Language, described, output, readable_errors
from pipelines.cli.output import EXIT_PROBLEMS, Output
from pipelines.core.errors import UnknownDataset
from pipelines.core.paths import Workspace
from pipelines.publish import (
    Manifest,
    Store,
    Tombstone,
    find_version,
    load_deliveries,
    load_tombstone,
    newest_version,
    snapshot_as_of,
)
from pipelines.publish.stores import catalog_store

Dataset = Annotated[str, typer.Argument(help=described("cli-dataset-help"))]


def versions(dataset: Dataset, as_json: Json = False, language: Language = ANY) -> None:
    """List the released versions of a dataset, oldest first."""
    out = output(as_json, language)
    with readable_errors(out), open_workspace_catalog(Workspace.default()) as catalog:
        listed = catalog.versions(dataset).to_pylist()
        out.json([{name: plain(value) for name, value in row.items()} for row in listed])
        rows = [
            (row["version"], row["snapshot"], row["released"], row["rows"], row["previous"],
             row[f"reason_{out.language}"])
            for row in listed
        ]  # fmt: skip
        columns = ["cli-version", "cli-snapshot", "cli-released-at", "cli-rows", "cli-previous", "cli-withdrawn"]
        out.table(columns, rows, dataset, right=["cli-rows"])


def show(
    dataset: Annotated[str, typer.Argument(help=described("cli-show-dataset-help"))],
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show one version of a dataset: what it has, what it is made of, and what changed."""
    out = output(as_json, language)
    name, _, number = dataset.partition("@")
    with readable_errors(out):
        store = catalog_store(Workspace.default())
        base, entry = newest_version(store, name)
        sha256, manifest = find_version(store, name, entry, number or entry.version)
        stone = base.tombstone_of(name, manifest.version)
        tombstone = load_tombstone(store, stone) if stone else None
        withdrawn = _withdrawal(tombstone) if tombstone else None
        out.json({**manifest.as_dict(), "sha256": sha256, "withdrawn": withdrawn})
        _show(out, store, manifest, sha256, tombstone)


def _withdrawal(stone: Tombstone) -> dict[str, Any]:
    return {"withdrawn": stone.withdrawn, "reason": dict(stone.reason), "basis": stone.basis,
            "bytes_removed": stone.bytes_removed}  # fmt: skip


def _show(out: Output, store: Store, manifest: Manifest, sha256: str, stone: Tombstone | None) -> None:
    title = manifest.metadata["title"][out.language]
    out.say("cli-show-head", dataset=manifest.dataset, version=manifest.version, title=title, rows=manifest.rows,
            bytes=manifest.size, sha256=sha256)  # fmt: skip
    if stone is not None:
        out.say("cli-show-withdrawn", withdrawn=stone.withdrawn, reason=stone.reason[out.language],
                basis=stone.basis or "-", removed=str(stone.bytes_removed).lower())  # fmt: skip
    if manifest.restores:
        out.say("cli-show-restores", version=manifest.restores)
    if manifest.note:
        out.say("cli-show-note", note=manifest.note[out.language])
    segments = [
        (segment.period, segment.rows, segment.bytes, len(segment.parts),
         ", ".join(entry.delivery for entry in load_deliveries(store, segment)))
        for segment in manifest.segments
    ]  # fmt: skip
    out.table(["cli-period", "cli-rows", "cli-bytes", "cli-files", "cli-deliveries"], segments,
              right=["cli-rows", "cli-bytes", "cli-files"])  # fmt: skip
    fields = [
        (field["name"], field["type"], (field.get("titles") or {}).get(out.language, ""), field.get("unit", ""))
        for field in manifest.schema["fields"]
    ]
    out.table(["cli-field", "cli-type", "cli-title", "cli-unit"], fields)


def as_of(
    day: Annotated[dt.datetime, typer.Argument(formats=["%Y-%m-%d"], help=described("cli-as-of-day-help"))],
    dataset: Annotated[str | None, typer.Argument(help=described("cli-dataset-help"))] = None,
    as_json: Json = False,
    language: Language = ANY,
) -> None:
    """Show which versions were current at the end of a day (UTC). Exit code 1 before the first release."""
    out = output(as_json, language)
    with readable_errors(out):
        store = catalog_store(Workspace.default())
        snapshot = snapshot_as_of(store, day.date())
        shown = dict(sorted(snapshot.datasets.items())) if snapshot else {}
        if snapshot and dataset is not None and dataset not in shown:
            raise UnknownDataset(dataset, ", ".join(shown))
        rows = [(name, entry.version, entry.manifest) for name, entry in shown.items() if dataset in {None, name}]
        out.json({
            "snapshot": snapshot.number if snapshot else None,
            "released": snapshot.released if snapshot else None,
            "datasets": [{"dataset": name, "version": version, "manifest": sha256} for name, version, sha256 in rows],
        })  # fmt: skip
        if snapshot is None:
            out.say("cli-as-of-nothing", day=day.date().isoformat())
            raise typer.Exit(EXIT_PROBLEMS)
        title = out.text("cli-as-of-head", snapshot=snapshot.number, released=snapshot.released)
        out.table(["cli-dataset", "cli-version", "cli-manifest"], rows, title)


def plain(value: Any) -> Any:
    """A value as JSON (RFC 8259) holds it; exact decimals, dates, NaN and infinity as text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return str(value)
