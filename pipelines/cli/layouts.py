"""``gongkai report --accept-layout``: what moved in a delivery, taken into its dataset's layouts."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from pipelines.cli.output import Output
from pipelines.flow import Installation
from pipelines.flow.layouts import LayoutChange, LayoutPlan, plan_layouts, store_layouts
from pipelines.ingest import load_delivery
from pipelines.ingest.movements import Movement


def accept_layouts(inst: Installation, delivery_id: str, dry_run: bool) -> LayoutPlan:
    """Work out the change for a delivery and store it, unless it is only to be shown.

    Raises:
        GongkaiError: it cannot be made, or would not do.
    """
    delivery = load_delivery(inst.workspace, delivery_id)
    plan = plan_layouts(inst, inst.catalog.datasets[delivery.key.dataset], delivery)
    if not dry_run:
        store_layouts(plan)
    return plan


def plan_as_dict(plan: LayoutPlan, delivery: str, dry_run: bool) -> dict[str, Any]:
    """JSON form: the changes, what is left, and whether anything was stored."""
    return {
        "layout_changes": [change.as_dict() for change in plan.changes],
        "layout_left": [movement.finding(delivery).as_dict() for movement in plan.left],
        "layout_older": list(plan.older),
        "layout_diff": plan.diff,
        "layout_stored": bool(plan.changes) and not dry_run,
    }


def show_plan(out: Output, plan: LayoutPlan, delivery: str, dry_run: bool) -> None:
    """What changes, as sentences and as a diff; what no layout can follow; what to do next."""
    for change in plan.changes:
        _show_change(out, change)
    for line in plan.diff.splitlines() if not out.as_json else ():
        out.console.print(Text(line, style=_STYLES.get(line[:1], "")), soft_wrap=True)
    for movement in plan.left:
        _show_left(out, movement, delivery)
    if plan.older:
        out.say("layout-older", deliveries=", ".join(plan.older), count=len(plan.older))
    if not plan.changes:
        out.say("layout-fits")
    elif dry_run:
        out.say("layout-not-stored", path=str(plan.path))
    else:
        out.say("layout-stored", path=str(plan.path))


_STYLES = {"+": "green", "-": "red"}


def _show_change(out: Output, change: LayoutChange) -> None:
    params = {"layout": change.layout, "key": change.key, "declared": _shown(change.declared),
              "found": _shown(change.found)}  # fmt: skip
    if change.key == "columns":
        out.say("layout-column", **params, field=change.field or "null")
    elif change.beside is not None:
        out.say("layout-beside", **params, beside=change.beside)
    else:
        out.say("layout-changed", **params)


def _show_left(out: Output, movement: Movement, delivery: str) -> None:
    finding = movement.finding(delivery)
    out.say("layout-left", message=out.of(finding.message), remedy=out.of(finding.remedy))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {part}" for key, part in value.items())
    return "-" if value is None else repr(value) if value in {"\t", " "} else str(value)
