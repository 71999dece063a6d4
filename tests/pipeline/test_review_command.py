"""What the commands of reviews and of the negative list print, take and refuse."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from flowing import Command

from pipelines.cli import running
from pipelines.core.paths import Workspace

BY = ("--by", "王审", "--basis", "云公开审〔2026〕9号")


@pytest.fixture
def officer(gongkai: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command without anybody who approves plans by the way."""
    gongkai.approves = False
    monkeypatch.setattr(running, "_tell_dagster", lambda *_: None)
    return gongkai


def waiting(officer: Command) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = officer.json("review", "list")["reviews"]
    return found


def negative_list(workspace: Workspace, basis: str) -> None:
    text = {"zh": "事项", "en": "Matter"}
    entry = {
        "id": "NL-1", "matter": text, "basis": basis, "valid_from": "2024-01-01", "explanation": text,
        "scope": [{"dataset": "tree_inventory", "fields": ["keeper_phone"]}], "unit": "parks_office",
        "review_date": "2030-01-01",
    }  # fmt: skip
    path = workspace.schema / "disclosure" / "negative_list.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"entries": [entry]}, allow_unicode=True), encoding="utf-8")


def test_the_negative_list_is_shown_scope_by_scope_and_its_change_told_without_consequence(
    officer: Command, workspace: Workspace
) -> None:
    negative_list(workspace, "第十五条")
    for review in waiting(officer):
        officer("review", "approve", review["digest"], *BY)
    assert "changes nothing" in officer("disclosure", "impact").stdout
    shown = officer("disclosure", "list").stdout
    assert shown.splitlines()[:4] == [
        "NL-1: Matter", "  From 2024-01-01 to …; review 2030-01-01", "  Basis: 第十五条",
        "  tree_inventory: keeper_phone",
    ]  # fmt: skip
    negative_list(workspace, "第十六条")
    impact = officer("disclosure", "impact").stdout
    assert "not the one in force" in impact and "not in force yet" in impact
