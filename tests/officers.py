"""What an officer in tests of reviews does and looks at, and small things that are decided about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from flowing import GOOD, HEADER, Command, Deliver
from support import negative_entry

from pipelines.core.paths import Workspace

BY = ("--by", "王审", "--basis", "云公开审〔2026〕9号")
DROP = {"attribute": "withheld", "basis": "第十五条", "unit": "parks_office", "review_date": "2027-01-01",
        "treatment": {"type": "drop"}}  # fmt: skip
Edit = Callable[..., None]


def both(deliver: Deliver, rows: str = GOOD) -> None:
    deliver(HEADER + rows)
    open_header = HEADER.replace("keeper_phone,", "")
    deliver(open_header + "t1,ginkgo,999901,12.50,2020-03-01,,\n", dataset="open_trees")


def released(officer: Command) -> dict[str, str]:
    rows = officer.json("query", "SELECT dataset, version FROM catalog.datasets ORDER BY 1")
    return {row["dataset"]: row["version"] for row in rows}


def waiting(officer: Command) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = officer.json("review", "list")["reviews"]
    return found


def approve_all(officer: Command) -> None:
    for review in waiting(officer):
        assert officer("review", "approve", review["id"], *BY).exit_code == 0


def negative_list(workspace: Workspace, *fields: str, **more: Any) -> None:
    entry = negative_entry(*fields, **more)
    path = workspace.schema / "disclosure" / "negative_list.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"entries": [entry]}, allow_unicode=True), encoding="utf-8")
