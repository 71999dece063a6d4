"""What the commands of reviews and of the negative list print, take and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from flowing import GOOD, HEADER, Command, Deliver
from officers import BY, negative_list, waiting

from pipelines.core.paths import Workspace

#: As files of decisions have it.
ENTRY = "- {kind: version, dataset: a, digest: b, by: c, basis: d}"
DATES = {"valid_from": "2024-01-01", "review_date": "2030-01-01"}


def test_the_negative_list_is_shown_scope_by_scope_and_its_change_told_without_consequence(
    officer: Command, workspace: Workspace
) -> None:
    negative_list(workspace, "keeper_phone", basis="第十五条", **DATES)
    for review in waiting(officer):
        officer("review", "approve", review["digest"], *BY)
    assert "changes nothing" in officer("disclosure", "impact").stdout
    shown = officer("disclosure", "list").stdout
    assert shown.splitlines()[:4] == [
        "NL-1: Matter", "  From 2024-01-01 to …; review 2030-01-01", "  Basis: 第十五条",
        "  tree_inventory: keeper_phone",
    ]  # fmt: skip
    negative_list(workspace, "keeper_phone", basis="第十六条", **DATES)
    impact = officer("disclosure", "impact").stdout
    assert "not the one in force" in impact and "not in force yet" in impact


def plan(officer: Command) -> dict[str, Any]:
    (found,) = waiting(officer)
    return {
        "kind": "disclosure_plan",
        "dataset": "tree_inventory",
        "digest": found["digest"],
        "by": "王审",
        "basis": "1号",
    }


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("[" * 5000, "check-not-well-formed", None),
        ("- {{x}}: y", "check-not-well-formed", 1),
        ("- &a [*a]", "check-not-well-formed", 1),
        ("- by: a\n  by: b", "check-repeated-key", 2),
        ("not: [a, list]", "check-invalid-value", None),
        (f"{ENTRY}\n{ENTRY.replace('version', 'other')}", "check-not-allowed", 2),
        (ENTRY.replace("by: c", "by: ''"), "check-invalid-value", 1),
        (ENTRY.replace("basis: d", "basis: ' '"), "check-invalid-value", 1),
        (ENTRY.replace(", basis: d", ""), "check-missing-key", 1),
    ],
)  # fmt: skip
def test_what_is_no_list_of_decisions_is_refused_by_line(
    officer: Command, tmp_path: Path, text: str, problem: str, line: int | None
) -> None:
    path = tmp_path / "decisions.yaml"
    path.write_text(text, encoding="utf-8")
    refused = officer("review", "import", str(path), "--json")
    (told,) = json.loads(refused.stdout)["problems"]
    assert (refused.exit_code, told["message"]["id"], told["file"]) == (2, problem, str(path))
    assert line is None or told["line"] == line
    assert "decisions.yaml" in officer("review", "import", str(path)).stdout


def test_what_is_approved_twice_in_a_file_is_recorded_once(officer: Command, tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    decided = plan(officer) | {"basis": "2026-13-45"}  # no day, and no date either: the number of a document
    path.write_text(yaml.safe_dump([decided, decided | {"by": "李核"}], allow_unicode=True), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("'", ""), encoding="utf-8")
    assert len(officer.json("review", "import", str(path))["approved"]) == 1
    (entry,) = officer.json("review", "log")["entries"]
    assert (entry["by"], entry["basis"]) == ("王审", "2026-13-45")


def test_the_same_decision_is_recorded_once(officer: Command) -> None:
    digest = waiting(officer)[0]["digest"]

    def number(kind: str, *more: str) -> int:
        return int(officer.json("review", kind, digest, *BY, *more)["number"])

    assert [number("approve"), number("approve"), number("approve", "--reason", "again")] == [1, 1, 1]
    assert [number("reject", "--reason", "no"), number("reject", "--reason", "no"), number("approve")] == [2, 2, 3]
    assert officer.json("review", "approve", digest, "--by", "王审", "--basis", "10号")["number"] == 4
    assert "│ no" in officer("review", "log").stdout


def test_few_characters_of_a_digest_name_nothing(officer: Command) -> None:
    digest = waiting(officer)[0]["digest"]
    for command in (("show",), ("approve", *BY), ("reject", *BY, "--reason", "no")):
        for few in ("", digest[0], digest[:7]):
            refused = officer("review", command[0], few, *command[1:])
            assert refused.exit_code == 2 and "at least 8 characters" in refused.stderr
    unknown = officer("review", "show", "0" * 8)
    assert unknown.exit_code == 1 and f"{digest[:12]} tree_inventory" in unknown.stderr
    assert officer("review", "approve", digest[:8], *BY).exit_code == 0
    # What was approved is not named: there is nothing to decide about it.
    assert digest[:12] not in officer("review", "show", "0" * 8).stderr


@pytest.mark.parametrize("option", ["--by", "--basis", "--reason"])
def test_what_is_no_text_is_refused(officer: Command, option: str) -> None:
    digest = waiting(officer)[0]["digest"]
    given = {"--by": "王审", "--basis": "1号", "--reason": "缺依据", option: "\udcff"}
    refused = officer("review", "reject", digest, *(part for pair in given.items() for part in pair))
    assert refused.exit_code == 2 and "no characters" in refused.stderr
    assert officer.json("review", "log")["entries"] == []


def test_status_names_what_waits_for_a_review(officer: Command, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    assert "1 datasets and periods wait for “gongkai run”" in officer("status").stdout
    officer("run")
    (found,) = waiting(officer)
    told = officer.json("status")
    assert told["waiting"] == [] and told["reviews"] == [
        {"kind": "disclosure_plan", "dataset": "tree_inventory", "digest": found["digest"], "state": "waiting",
         "periods": ["2025"]}
    ]  # fmt: skip
    shown = officer("status").stdout
    assert f"Waits for review: disclosure plan tree_inventory ({found['id']})" in shown
    assert "0 datasets and periods wait for “gongkai run”, 1 subjects for a review" in shown
    officer("review", "approve", found["id"], *BY)
    assert officer.json("status")["reviews"] == []
