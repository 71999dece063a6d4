"""Reviews as officers make them: what waits, what goes on, what comes out at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from flowing import GOOD, HEADER, Command, Deliver
from officers import BY, DROP, Edit, approve_all, both, negative_list, released, waiting

from pipelines.core.paths import Workspace


def the_list(officer: Command) -> dict[str, Any]:
    (found,) = (entry for entry in waiting(officer) if entry["kind"] == "negative_list")
    return found


def test_what_withholds_something_waits_and_everything_else_goes_on(officer: Command, deliver: Deliver) -> None:
    both(deliver)
    done = officer.json("run")
    assert [entry["dataset"] for entry in done["versions"]] == ["open_trees"]
    assert [(entry["dataset"], entry["kind"]) for entry in done["waiting"]] == [("tree_inventory", "disclosure_plan")]
    assert "Waits for review: disclosure plan tree_inventory" in officer("run").stdout
    (review,) = waiting(officer)
    assert (review["state"], review["periods"], review["rows"]) == ("waiting", ["2025"], 2)
    assert "keeper_phone" in officer("review", "show", review["id"]).stdout
    assert officer("review", "approve", review["id"], *BY).exit_code == 0
    assert waiting(officer) == []
    assert [entry["dataset"] for entry in officer.json("run")["versions"]] == ["tree_inventory"]
    assert officer.json("run")["versions"] == [] and "Waits" not in officer("run").stdout


def test_the_public_sees_the_decision_and_not_who_made_it(
    officer: Command, deliver: Deliver, workspace: Workspace
) -> None:
    both(deliver)
    officer("run")
    officer("review", "approve", waiting(officer)[0]["id"], *BY)
    officer("run")
    snapshot = json.loads((workspace.catalog / "snapshots" / "000002.json").read_text())
    asked, logged = officer.json("review", "log")["entries"]
    approval = snapshot["datasets"]["tree_inventory"]["approval"]
    assert (approval["entry"], approval["sha256"], approval["basis"]) == (2, logged["sha256"], "云公开审〔2026〕9号")
    assert snapshot["reviews"] == {"entries": 2, "sha256": logged["sha256"]}
    assert "approval" not in snapshot["datasets"]["open_trees"]
    assert logged["by"] == "王审" and logged["account"] and asked["by"] == "gongkai"
    for path in workspace.catalog.rglob("*"):
        assert not path.is_file() or "王审".encode() not in path.read_bytes(), path


def test_a_basis_with_personal_data_is_refused(officer: Command, deliver: Deliver, tmp_path: Path) -> None:
    both(deliver)
    officer("run")
    (review,) = waiting(officer)
    basis = "同意 11010519491231002X"
    refused = officer("review", "approve", review["id"], "--by", "王审", "--basis", basis)
    assert refused.exit_code == 1 and basis not in refused.stderr and "personal data" in refused.stderr
    known = {"kind": "disclosure_plan", "dataset": "tree_inventory", "digest": review["digest"], "by": "王审"}
    path = tmp_path / "decisions.yaml"
    path.write_text(yaml.safe_dump([{**known, "basis": "1号"}, {**known, "basis": basis}]), encoding="utf-8")
    assert officer("review", "import", str(path)).exit_code == 1
    assert [entry["decision"] for entry in officer.json("review", "log")["entries"]] == ["ask"]


def test_all_that_a_plan_says_is_shown(officer: Command, workspace: Workspace, edit: Edit) -> None:
    edit(review="each_version")
    folder = workspace.schema / "datasets" / "parks" / "tree_inventory"
    document = yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8"))
    document["small_cells"] = {"k": 3, "quasi_identifiers": {"planted": ["year"]}, "max_suppressed_share": 0.5}
    (folder / "dataset.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    (review,) = waiting(officer)
    shown = officer("review", "show", review["id"]).stdout
    for said in ("attribute: active", "review: each_version", "k: 3", "planted:", "keeper_phone"):
        assert said in shown


def test_a_rejected_plan_keeps_what_waits_where_it_is(officer: Command, deliver: Deliver) -> None:
    both(deliver)
    officer("run")
    digest = waiting(officer)[0]["id"]
    assert officer("review", "reject", digest, *BY).exit_code == 2  # without a reason
    assert officer("review", "reject", digest, *BY, "--reason", "缺依据").exit_code == 0
    assert officer.json("run")["waiting"][0]["rejected"] and "rejected" in officer("run").stdout
    assert waiting(officer)[0]["state"] == "rejected"
    assert "缺依据" in officer("review", "show", digest).stdout


def test_disclosing_more_waits_and_disclosing_less_does_not(officer: Command, deliver: Deliver, edit: Edit) -> None:
    both(deliver)
    officer("run")
    officer("review", "approve", waiting(officer)[0]["id"], *BY)
    officer("run")
    edit({"keeper_phone": {"attribute": "active", "personal_data": ["mobile"]}})
    done = officer.json("run")
    assert done["versions"] == [] and [entry["dataset"] for entry in done["waiting"]] == ["tree_inventory"]
    edit({"keeper_phone": DROP, "note": DROP})
    done = officer.json("run")
    assert [(entry["dataset"], entry["version"]) for entry in done["versions"]] == [("tree_inventory", "2.0.0")]
    assert [notice["id"] for notice in done["notices"]] == ["publish-fields-withdrawn"]
    assert officer("query", "SELECT note FROM parks.tree_inventory").exit_code != 0
    officer("review", "approve", waiting(officer)[0]["id"], *BY)
    assert officer.json("run")["waiting"] == []


def test_a_plan_that_withheld_something_and_was_never_decided_about_is_not_opened_without_review(
    officer: Command, deliver: Deliver, edit: Edit
) -> None:
    both(deliver)
    assert not officer.json("run")["waiting"][0]["rejected"]
    edit({"keeper_phone": {"attribute": "active"}})
    deliver(HEADER + GOOD.replace("13800138000", "-"))
    done = officer.json("run")
    assert done["versions"] == [] and [entry["dataset"] for entry in done["waiting"]] == ["tree_inventory"]
    assert [entry["decision"] for entry in officer.json("review", "log")["entries"]] == ["ask"]
    approve_all(officer)
    assert [entry["dataset"] for entry in officer.json("run")["versions"]] == ["tree_inventory"]


def test_a_value_that_is_added_to_an_enum_waits_where_a_condition_would_spare_it(
    officer: Command, deliver: Deliver, workspace: Workspace
) -> None:
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    species = next(entry for entry in schema["fields"] if entry["name"] == "species")
    species["constraints"] = {"required": True, "enum": ["ginkgo", "pine"]}
    note = next(entry for entry in schema["fields"] if entry["name"] == "note")
    note["disclosure"] = {**DROP, "when": {"species": ["ginkgo"]}}
    path.write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")
    deliver(HEADER + GOOD)
    officer("run")
    (review,) = waiting(officer)
    assert "species = ginkgo, species ≠ pine" in " ".join(officer("review", "show", review["id"]).stdout.split())
    officer("review", "approve", review["id"], *BY)
    assert [entry["version"] for entry in officer.json("run")["versions"]] == ["1.0.0"]
    species["constraints"]["enum"].append("ginkgo biloba")
    path.write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")
    deliver(HEADER + GOOD.replace("ginkgo", "ginkgo biloba"))
    done = officer.json("run")
    assert done["versions"] == [] and [entry["kind"] for entry in done["waiting"]] == ["disclosure_plan"]


def test_coming_back_from_not_being_active_is_reviewed(officer: Command, deliver: Deliver, edit: Edit) -> None:
    both(deliver)
    officer("run")
    officer("review", "approve", waiting(officer)[0]["id"], *BY)
    officer("run")
    edit(attribute="on_application")
    assert officer.json("run")["withdrawn"] == ["tree_inventory"]
    assert [entry["decision"] for entry in officer.json("review", "log")["entries"]] == ["ask", "approve", "close"]
    edit(attribute="active")
    officer("run")
    assert released(officer) == {"open_trees": "1.0.0", "tree_inventory": "1.0.0"}  # the plan that was approved


def test_each_version_waits_where_that_is_asked_for(officer: Command, deliver: Deliver, edit: Edit) -> None:
    edit(review="each_version")
    both(deliver)
    officer("run")
    (plan,) = waiting(officer)
    officer("review", "approve", plan["id"], *BY)
    done = officer.json("run")
    assert done["versions"] == [] and [entry["kind"] for entry in done["waiting"]] == ["version"]
    (version,) = waiting(officer)
    assert (version["kind"], version["version"], version["digest"]) == (
        "version",
        "1.0.0",
        done["waiting"][0]["digest"],
    )
    assert "rows" in officer("review", "show", version["id"]).stdout
    # What has changed since it was looked at is another version.
    deliver(HEADER + GOOD + "t3,pine,999902,4,2021-03-01,,,\n")
    officer("run")
    (changed,) = waiting(officer)
    assert changed["digest"] != version["digest"]
    assert officer("review", "approve", version["id"], *BY).exit_code == 1
    officer("review", "approve", changed["id"], *BY)
    assert [(entry["version"], entry["rows"]) for entry in officer.json("run")["versions"]] == [("1.0.0", 3)]
    assert released(officer)["tree_inventory"] == "1.0.0" and waiting(officer) == []


def test_taking_out_never_waits_for_a_version_to_be_approved(officer: Command, deliver: Deliver, edit: Edit) -> None:
    edit(review="each_version")
    both(deliver)
    officer("run")
    for _ in range(2):
        officer("review", "approve", waiting(officer)[0]["id"], *BY)
        officer("run")
    assert released(officer)["tree_inventory"] == "1.0.0"
    edit({"note": DROP})
    officer("run")
    assert released(officer)["tree_inventory"] == "2.0.0"


def test_the_negative_list_takes_effect_once_it_is_approved(
    officer: Command, deliver: Deliver, workspace: Workspace
) -> None:
    negative_list(workspace, "keeper_phone")
    both(deliver)
    officer("run")
    approve_all(officer)
    officer("run")
    negative_list(workspace, "keeper_phone", "note")
    impact = officer.json("disclosure", "impact")
    assert impact["adjusted"] and [
        (entry["field"], entry["consequence"], entry["rows"], entry["periods"]) for entry in impact["impacts"]
    ] == [("note", "withdrawn", 2, ["2025"])]
    assert "leaves the catalog" in officer("disclosure", "impact").stdout
    assert officer.json("run")["versions"] == []
    (review,) = waiting(officer)
    officer("review", "approve", review["id"], *BY)
    done = officer.json("run")
    assert [notice["id"] for notice in done["notices"]] == ["publish-fields-withdrawn"]
    assert officer("query", "SELECT note FROM parks.tree_inventory").exit_code != 0
    # Deliveries that would publish it are refused; the last good version stays.
    (delivery,) = done["deliveries"]
    assert delivery["verdict"] == "rejected" and delivery["checks"]["personal_data"]["rules"] == {"negative-list": 1}
    assert released(officer)["tree_inventory"] == "2.0.0"
    # An entry that is ended lets the field in again.
    negative_list(workspace, "keeper_phone", "note", valid_to="2026-01-02")
    (review,) = waiting(officer)
    officer("review", "approve", review["id"], *BY)
    officer("run")
    assert officer("query", "SELECT note FROM parks.tree_inventory").exit_code == 0


def test_the_list_in_force_goes_by_an_approval_alone(officer: Command, workspace: Workspace) -> None:
    negative_list(workspace, "note")
    first = the_list(officer)
    refused = officer("review", "reject", first["id"], *BY, "--reason", "暂缓")
    assert refused.exit_code == 1 and "cannot be rejected" in refused.stderr
    officer("review", "approve", first["id"], *BY)
    assert officer("review", "reject", first["id"], *BY, "--reason", "暂缓").exit_code == 1
    negative_list(workspace, "note", "keeper_phone")
    second = the_list(officer)
    officer("review", "approve", second["id"], *BY)
    # Back to a list that was approved before: it waits, as any that is not in force.
    negative_list(workspace, "note")
    again = the_list(officer)
    assert (again["digest"], again["state"]) == (first["digest"], "waiting")
    (workspace.schema / "disclosure" / "negative_list.yaml").write_text("entries: []\n", encoding="utf-8")
    (entry,) = officer.json("disclosure", "list")["entries"]
    assert entry["scope"][0]["fields"] == ["note", "keeper_phone"]


def test_renaming_what_is_on_the_list_in_force_publishes_nothing(
    officer: Command, deliver: Deliver, workspace: Workspace
) -> None:
    negative_list(workspace, scope=[{"dataset": "open_trees", "fields": ["note"]}])
    officer("run")
    officer("review", "approve", waiting(officer)[0]["id"], *BY)
    folder = workspace.schema / "datasets" / "parks" / "open_trees"
    for path in (folder / "schema.json", folder / "examples" / "valid.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("note", "remark"), encoding="utf-8")
    # The list is edited to match, and waits: the one in force still says what the field was called.
    negative_list(workspace, scope=[{"dataset": "open_trees", "fields": ["species"]}])
    header = HEADER.replace("keeper_phone,", "").replace("note", "remark")
    deliver(header + "t1,ginkgo,999901,12.50,2020-03-01,,\n", dataset="open_trees")
    done = officer.json("run")
    assert [entry["verdict"] for entry in done["deliveries"]] == ["rejected"] and done["versions"] == []
    (missing,) = officer.json("disclosure", "list")["missing"]
    assert missing == {"entry": "NL-1", "dataset": "open_trees", "field": "note"}
    assert "open_trees.note" in officer("disclosure", "list").stdout
    # Nor does a dataset of another name; the list can be decided about meanwhile.
    folder.rename(folder.with_name("trees"))
    path = folder.with_name("trees") / "dataset.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("open_trees", "trees"), encoding="utf-8")
    negative_list(workspace, scope=[{"dataset": "trees", "fields": ["remark"]}])
    result = officer("run")
    assert result.exit_code == 1 and "open_trees" in result.stderr
    officer("review", "approve", the_list(officer)["id"], *BY)
    assert officer("run").exit_code == 0


def test_a_broken_descriptor_is_no_way_past_the_list(officer: Command, deliver: Deliver, workspace: Workspace) -> None:
    both(deliver)
    for _ in range(2):
        officer("run")
        for review in waiting(officer):
            officer("review", "approve", review["id"], *BY)
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace("- parks_office", "- nobody"), encoding="utf-8")
    # What was published satisfies this list: it stays.
    negative_list(workspace, "keeper_phone")
    officer("review", "approve", the_list(officer)["id"], *BY)
    done = officer.json("run")
    assert done["withdrawn"] == [] and released(officer).keys() == {"open_trees", "tree_inventory"}
    negative_list(workspace, "keeper_phone", "note")
    officer("review", "approve", the_list(officer)["id"], *BY)
    done = officer.json("run")
    assert done["withdrawn"] == ["tree_inventory"] and released(officer).keys() == {"open_trees"}
    assert [notice["id"] for notice in done["notices"]] == ["publish-broken-dataset-barred"]
    assert officer.json("run")["withdrawn"] == []
    # Once it is mended, and the list lets it, it comes back.
    path.write_text(sound, encoding="utf-8")
    negative_list(workspace, "keeper_phone", "note", valid_to="2026-01-02")
    officer("review", "approve", the_list(officer)["id"], *BY)
    officer("run")
    assert released(officer).keys() == {"open_trees", "tree_inventory"}


def test_what_is_withheld_without_being_listed_is_told(officer: Command, workspace: Workspace) -> None:
    negative_list(workspace, "note", valid_from="2024-01-01", review_date="2025-01-01")
    told = officer.json("disclosure", "list")
    assert told["unlisted"] == [{"dataset": "tree_inventory", "field": "keeper_phone"}]
    assert told["review_due"] == [{"subject": "NL-1", "field": None, "review_date": "2025-01-01"}]
    assert "tree_inventory.keeper_phone" in officer("disclosure", "list").stdout


def test_approvals_from_a_file_apply_to_what_they_name_only(officer: Command, deliver: Deliver, tmp_path: Path) -> None:
    both(deliver)
    officer("run")
    digest = waiting(officer)[0]["digest"]
    known = {"kind": "disclosure_plan", "dataset": "tree_inventory", "digest": digest, "by": "王审", "basis": "1号"}
    other = {**known, "digest": "0" * 64}
    path = tmp_path / "decisions.yaml"
    path.write_text(yaml.safe_dump([known, other], allow_unicode=True), encoding="utf-8")
    done = officer.json("review", "import", str(path))
    assert [entry["digest"] for entry in done["approved"]] == [digest]
    assert [entry["digest"] for entry in done["not_applicable"]] == ["0" * 64]
    assert officer.json("review", "import", str(path))["approved"] == []
    assert [entry["decision"] for entry in officer.json("review", "log")["entries"]] == ["ask", "approve"]
    # What was decided here counts, whenever the file is imported.
    officer("review", "reject", digest, *BY, "--reason", "缺依据")
    done = officer.json("review", "import", str(path))
    assert done["approved"] == [] and [entry["digest"] for entry in done["overruled"]] == [digest]
    assert "Not recorded" in officer("review", "import", str(path)).stdout
    assert len(officer.json("review", "log")["entries"]) == 3 and waiting(officer)[0]["state"] == "rejected"
    for text in ("not: [a, list]", "- {kind: other}", "{", "[[["):
        path.write_text(text)
        assert officer("review", "import", str(path)).exit_code == 2


def test_a_ledger_that_was_tampered_with_is_found_and_stops_releases(
    officer: Command, deliver: Deliver, workspace: Workspace
) -> None:
    both(deliver)
    officer("run")
    digest = waiting(officer)[0]["id"]
    officer("review", "approve", digest, *BY)
    officer("run")
    assert officer("verify").exit_code == 0
    path = workspace.reviews / "ledger.jsonl"
    content = path.read_bytes()
    path.write_bytes(b"")  # cut off
    assert officer("verify").exit_code == 1
    told = officer.json("verify")["problems"]
    assert [(problem["path"], problem["reason"]) for problem in told] == [("private/reviews/ledger.jsonl", "reviews")]
    # Neither is another begun in its place.
    both(deliver, GOOD + "t9,pine,999901,1,2020-03-01,,,\n")
    for decided in (officer("run"), officer("review", "reject", digest, *BY, "--reason", "无")):
        assert decided.exit_code == 1 and "entry 1" in decided.stderr and "not what it was" in decided.stderr
    assert path.read_bytes() == b""
    path.write_bytes(content.replace("王审".encode(), "李审".encode()))
    snapshot = json.loads((workspace.catalog / "latest.json").read_text())["number"]
    assert officer("verify").exit_code == 1
    path.write_bytes(content.replace(b'"number": 1', b'"number": 2'))
    result = officer("run")
    assert result.exit_code == 1 and "not what it was" in result.stderr
    assert json.loads((workspace.catalog / "latest.json").read_text())["number"] == snapshot
