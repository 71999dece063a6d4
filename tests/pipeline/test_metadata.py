"""Metadata on the command line: made with a release, judged, scored, and told where they break rules."""

from __future__ import annotations

import json
from pathlib import Path

from describing import update
from flowing import GOOD, HEADER, Command, Deliver
from publicising import BASE, publicise

from pipelines.core.paths import Workspace


def test_a_run_makes_metadata_that_pass_and_are_scored(
    workspace: Workspace, deliver: Deliver, gongkai: Command
) -> None:
    publicise(workspace)
    assert "No metadata yet" in gongkai("score").stdout
    deliver(HEADER + GOOD)
    assert gongkai.json("run")["metadata"] == []
    checked = gongkai("check-metadata", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["problems"]) == (0, [])
    (found,) = gongkai.json("score")["scores"]
    assert (found["dataset"], found["points"], found["missing"]) == ("tree_inventory", 405, [])
    assert "excellent" in gongkai("score", "tree_inventory").stdout
    for nothing in ("benches", "../datasets/tree_inventory", "tree_inventory/"):
        assert gongkai("score", nothing).exit_code == 2
    # Of one dataset only its own score is read.
    damaged = workspace.catalog / "metadata" / "datasets" / "benches" / "score.json"
    damaged.parent.mkdir()
    damaged.write_bytes(b"{")
    assert gongkai.json("score", "tree_inventory")["scores"] == [found]
    damaged.unlink()
    # Less is said, and the score tells what saying it would give; rules that are broken are told by path.
    update(workspace.schema / "catalog.yaml", spatial=None, rights=None)
    gongkai("run")
    assert "tree_inventory: +20 for: The area" in gongkai("score").stdout
    update(workspace.schema / "catalog.yaml", contact_name={"zh": "新", "en": "New"})
    organisations = workspace.schema / "organisations" / "organisations.csv"
    text = organisations.read_text(encoding="utf-8")
    organisations.write_text(text.replace("parks@testville.example", "nobody"), encoding="utf-8")
    told = gongkai("run")
    assert told.exit_code == 0 and "metadata/datasets/tree_inventory/dcat.jsonld" in told.stderr


def test_rules_of_others_decide_the_exit_code(
    workspace: Workspace, deliver: Deliver, gongkai: Command, tmp_path: Path
) -> None:
    publicise(workspace)
    deliver(HEADER + GOOD)
    gongkai("run")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "croissant.json").write_text('{"required": ["sameAs"]}', encoding="utf-8")
    (rules / "unknown.json").write_text("{}", encoding="utf-8")
    result = gongkai("check-metadata", "--shapes", str(rules))
    assert result.exit_code == 1
    assert "croissant.json required" in result.stdout and "unknown.json was applied to nothing" in result.stdout
    assert gongkai("check-metadata", "--shapes", str(rules / "none")).exit_code == 2


def test_a_withdrawal_brings_metadata_up_to_date(workspace: Workspace, deliver: Deliver, gongkai: Command) -> None:
    publicise(workspace)
    deliver(HEADER + GOOD)
    gongkai("run")
    assert gongkai("withdraw", "tree_inventory", "--all", "--reason-zh", "误", "--reason-en", "Mistake").exit_code == 0
    feed = workspace.catalog / "metadata" / "feed.atom"
    assert "Mistake" in feed.read_text(encoding="utf-8") and f"{BASE}metadata/feed.atom" in feed.read_text(
        encoding="utf-8"
    )
    assert json.loads((workspace.catalog / "metadata" / "data.json").read_text(encoding="utf-8"))["dataset"] == []
