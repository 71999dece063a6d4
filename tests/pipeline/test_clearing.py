"""An officer clears what the scan took for personal data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from describing import problems
from flowing import HEADER, Command, Deliver

from pipelines.core.paths import Workspace

pytestmark = pytest.mark.usefixtures("untold")
BY = ("--by", "王审", "--basis", "核查单 3 号", "--reason", "项目编号")
ROW = "t{number},ginkgo,999901,12.50,2020-03-01,,,{note}\n"


def deliver_notes(deliver: Deliver, *notes: str) -> None:
    deliver(HEADER + "".join(ROW.format(number=number, note=note) for number, note in enumerate(notes, 1)))


def findings(gongkai: Command) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = gongkai.json("review", "list", "--findings")["reviews"]
    return found


def test_what_is_cleared_passes_and_what_is_not_does_not(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    deliver_notes(deliver, "batch 13812345678", "by the gate", "batch 13812345678", "call 15912345678")
    assert gongkai.json("run")["deliveries"][0]["verdict"] == "rejected"
    first, second = findings(gongkai)
    assert (first["finding"]["row"], first["finding"]["field"], first["finding"]["kind"]) == (2, "note", "mobile")
    printed = gongkai("review", "list", "--findings").stdout + gongkai("review", "show", first["id"]).stdout
    assert "trees.csv" in printed and "13812345678" not in printed + json.dumps([first, second])
    gongkai("review", "approve", first["id"], *BY)
    assert gongkai.json("run")["deliveries"][0]["verdict"] == "rejected"
    assert [entry["id"] for entry in findings(gongkai)] == [second["id"]]
    gongkai("review", "approve", second["id"], *BY)
    done = gongkai.json("run")
    assert done["deliveries"][0]["verdict"] == "accepted" and done["versions"][0]["rows"] == 4
    assert gongkai.json("run")["deliveries"] == []
    # Cleared in this field only, and only this text.
    deliver_notes(deliver, "batch 13812345678", "batch 13812345679")
    assert gongkai.json("run")["deliveries"][0]["verdict"] == "rejected"
    ledger = (workspace.reviews / "ledger.jsonl").read_text(encoding="utf-8")
    assert "13812345678" not in ledger and first["digest"] in ledger


def test_taking_a_clearance_back_rejects_the_delivery_again(gongkai: Command, deliver: Deliver) -> None:
    deliver_notes(deliver, "batch 13812345678")
    gongkai("run")
    (found,) = findings(gongkai)
    gongkai("review", "approve", found["id"], *BY)
    assert gongkai.json("run")["deliveries"][0]["verdict"] == "accepted"
    (logged,) = [entry for entry in gongkai.json("review", "log")["entries"] if entry["kind"] == "finding"]
    assert logged["digest"] == found["digest"] and logged["reason"] == "项目编号"
    # While it is cleared it keeps nothing out, and is listed only where that is asked for.
    assert findings(gongkai) == []
    (cleared,) = gongkai.json("review", "list", "--findings", "--all")["reviews"]
    assert (cleared["id"], cleared["state"]) == (found["id"], "approved")
    taken_back = gongkai("review", "reject", cleared["id"], *BY)
    assert taken_back.exit_code == 0 and "withdraw tree_inventory" in taken_back.stdout
    assert "published rows for the period stay" in gongkai("run").output
    (again,) = findings(gongkai)
    assert (again["id"], again["state"]) == (found["id"], "rejected")


def test_nothing_can_be_delivered_for_a_register(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "register_of: overdue\n", encoding="utf-8")
    assert problems(gongkai) == ["check-register-period"]
    path.write_text(text.replace("period: yearly", "period: none") + "register_of: overdue\n", encoding="utf-8")
    deliver(HEADER + ROW.format(number=1, note="by the gate"), period="all")
    (told,) = gongkai.json("run")["unplaced"]
    assert told["message"]["id"] == "inbox-is-a-register"
