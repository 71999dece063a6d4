"""``gongkai trace``: from published rows back to the cells they were delivered in, and why a row is not published."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import Any

import duckdb
import pytest
from annotating import saved, sheet_of, write_layouts
from flowing import GOOD, HEADER, Command, Deliver
from ingesting import archive
from support import WITHHELD, field, tree_descriptor, tree_schema, write_registry

from pipelines.core.paths import Workspace
from pipelines.flow import Work, open_installation, process

pytestmark = pytest.mark.usefixtures("untold")
FIRST = "tree_inventory.2025.parks_office.1"
PHONE = "13800138000"
SURROGATE = {**WITHHELD, "treatment": {"type": "surrogate", "domain": "keeper", "published_as": "keeper"}}


def traced(gongkai: Command, *key: str) -> Any:
    return gongkai.json("trace", "tree_inventory", *key)


def edit_schema(workspace: Workspace, **fields: dict[str, Any]) -> None:
    """Change fields of the dataset's schema."""
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    for entry in schema["fields"]:
        entry.update(fields.get(entry["name"], {}))
    path.write_text(json.dumps(schema), encoding="utf-8")


def test_a_row_is_traced_to_its_delivery_file_and_row(gongkai: Command, deliver: Deliver) -> None:
    path = deliver(HEADER + GOOD)
    deliver(HEADER + "t9,pine,999901,4,2022-01-01,,,\n", organisation="east_district_office", name="east.csv")
    gongkai("run")
    answer = traced(gongkai, "t2")
    assert answer["version"] == {"version": "1.0.0", "snapshot": 1, "released": answer["version"]["released"]}
    assert (answer["rows_published"], answer["rows_unpublished"]) == (1, 0)
    (row,) = answer["published"]
    assert row["source"] == {
        "delivery": FIRST, "period": "2025", "organisation": "parks_office", "landed": row["source"]["landed"],
    }  # fmt: skip
    assert row["source"]["landed"].endswith("Z")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert row["place"] == {"file": "trees.csv", "sheet": None, "row": 3, "column": None, "sha256": digest,
                            "origin": None}  # fmt: skip
    assert (row["handling"]["layout"], row["handling"]["encoding"]) == ("flat", "utf-8")
    assert row["key"] == {"tree_id": "t2"}
    assert row["segment"].startswith("objects/")
    (other,) = traced(gongkai, "tree_id=t9")["published"]
    assert (other["source"]["organisation"], other["place"]["file"], other["place"]["row"]) == (
        "east_district_office", "east.csv", 2,
    )  # fmt: skip


def test_the_row_is_found_in_the_delivery_that_stands_for_the_period(gongkai: Command, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    deliver(HEADER + "t0,pine,999901,4,2022-01-01,,,\n" + GOOD.replace("12.50", "13.50").split("\n")[0] + "\n")
    gongkai("run")
    (row,) = traced(gongkai, "t1")["published"]
    assert (row["source"]["delivery"], row["place"]["row"]) == ("tree_inventory.2025.parks_office.2", 3)
    old = traced(gongkai, "t1", "--version", "1.0.0")
    assert (old["version"]["snapshot"], old["published"][0]["source"]["delivery"]) == (1, FIRST)
    assert old["published"][0]["newer"]["delivery"] == "tree_inventory.2025.parks_office.2"
    gone = traced(gongkai, "t2")
    assert gone["rows_published"] == 0
    (reason,) = gone["unpublished"]
    assert (reason["reason"], reason["replaced_by"]) == ("replaced", "tree_inventory.2025.parks_office.2")


def test_several_matches_are_listed_up_to_the_limit(gongkai: Command, deliver: Deliver) -> None:
    for period in ("2024", "2025"):
        deliver(HEADER + GOOD, period=period)
    gongkai("run")
    answer = traced(gongkai, "district=999901,species=ginkgo", "--limit", "1")
    assert (answer["rows_published"], len(answer["published"])) == (2, 1)
    said = gongkai("trace", "tree_inventory", "district=999902", "height=3").stdout
    assert said.count("row 3") == said.count("sha256") == 2  # rows of two deliveries
    deliver(HEADER + GOOD.replace("pine,999902,3", "pine,999901,3"), period="2024")
    gongkai("run")
    said = gongkai("trace", "tree_inventory", "district=999901").stdout
    assert (said.count("●"), said.count("sha256")) == (3, 2)  # two of them of one delivery
    assert "and 1 more" in gongkai("trace", "tree_inventory", "t1", "--limit", "1").stdout
    assert traced(gongkai, "height=3.000", "planted=2021-03-01", "note=")["rows_published"] == 2
    assert traced(gongkai, "note=by the gate")["rows_published"] == 2


def test_rows_that_are_not_published_are_found_with_their_reason(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    deliver(HEADER + GOOD + "t3,oak,999901,1,2022-01-01,,,\n")
    gongkai("run")
    answer = traced(gongkai, "t3")
    (row,) = answer["unpublished"]
    assert (row["reason"], row["rules"], row["place"]["row"]) == ("quarantined", ["constraint-error"], 4)
    text = gongkai("trace", "tree_inventory", "t3")
    assert text.exit_code == 1
    assert f"gongkai report {FIRST}" in text.stdout
    deliver(HEADER + GOOD.replace("t1", "t5").replace("pine", "redwood").replace("ginkgo", "oak"))
    gongkai("run")
    (row,) = traced(gongkai, "t5")["unpublished"]
    assert (row["reason"], row["rules"], row["source"]["delivery"]) == (
        "rejected", ["constraint-error"], "tree_inventory.2025.parks_office.2",
    )  # fmt: skip
    assert traced(gongkai, "t1")["published"][0]["newer"]["verdict"] == "rejected"
    deliver("nothing,known\n1,2\n")
    gongkai("run")
    (unsearched,) = traced(gongkai, "t7")["unsearched"]
    assert (unsearched["reason"], unsearched["rules"]) == ("rejected", ["header-not-found"])
    said = gongkai("trace", "tree_inventory", "t7").stdout
    assert "No stored row has this key (tree_id)" in said and "parks_office.3 may have it" in said


def test_accepted_rows_wait_for_their_release(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    with open_installation(workspace) as inst:
        process(inst, Work("tree_inventory", "2025"))
    answer = traced(gongkai, "t2")
    assert answer["version"] is None
    assert (answer["unpublished"][0]["reason"], answer["unpublished"][0]["place"]["row"]) == ("waiting", 3)


def test_a_delivery_that_is_held_is_still_traced(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    edit_schema(workspace, felled={"constraints": {"required": True}})
    gongkai("run")
    answer = traced(gongkai, "t2")
    (row,) = answer["published"]
    assert (row["held"], row["place"]["row"]) == (True, 3)
    assert "held" in gongkai("trace", "tree_inventory", "t2").stdout


def test_rows_that_a_milder_descriptor_lets_in_wait_for_their_release(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    deliver(HEADER + GOOD + "t3,oak,999901,1,2022-01-01,,,\n")
    gongkai("run")
    edit_schema(workspace, species={"constraints": {}})
    with open_installation(workspace) as inst:
        process(inst, Work("tree_inventory", "2025"))
    assert [row["reason"] for row in traced(gongkai, "t3")["unpublished"]] == ["waiting"]
    (row,) = traced(gongkai, "t1")["published"]
    assert (row["place"]["row"], row["handling"]["layout"]) == (2, "flat")


def test_an_outcome_under_another_descriptor_is_not_taken_for_the_published_one(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    descriptor = tree_descriptor()
    descriptor["layouts"][0]["steps"].append({"step": "map_values", "field": "species", "values": {"ginkgo": "pine"}})
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))
    gongkai("run")
    assert [row["place"]["row"] for row in traced(gongkai, "species=pine")["published"]] == [2, 3]
    for species, row in (("ginkgo", 2), ("pine", 3)):
        (found,) = traced(gongkai, f"species={species}", "--version", "1.0.0")["published"]
        assert found["place"]["row"] == row


def test_a_row_that_only_looks_like_the_published_one_is_not_taken_for_it(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    descriptor, schema = tree_descriptor(), tree_schema()
    schema["primaryKey"] = ["tree_id", "keeper_phone"]  # the second is dropped: such rows look alike in public
    write_registry(workspace.schema, tree_inventory=(descriptor, schema))
    deliver(HEADER + GOOD.split("\n")[0].replace("ginkgo", "oak").replace(PHONE, "13900139000") + "\n" + GOOD)
    gongkai("run")
    descriptor["layouts"][0]["steps"].append({"step": "map_values", "field": "species", "values": {"oak": "ginkgo"}})
    write_registry(workspace.schema, tree_inventory=(descriptor, schema))
    with open_installation(workspace) as inst:
        process(inst, Work("tree_inventory", "2025"))
    assert [row["place"]["row"] for row in traced(gongkai, "tree_id=t1")["published"]] == [3]
    assert gongkai("trace", "tree_inventory", "t1").exit_code == 2  # there is no key to take values for


def test_a_key_that_is_withheld_since_is_not_shown(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    edit_schema(workspace, tree_id={"disclosure": {**SURROGATE, "treatment": {"type": "drop"}}})
    gongkai("run")
    (row,) = traced(gongkai, "species=pine", "--version", "1.0.0")["published"]
    assert (row["key"], row["place"]["row"]) == ({}, 3)
    (row,) = traced(gongkai, "species=pine")["published"]
    assert (row["key"], row["place"]["row"]) == ({}, 3)
    assert "t2" not in gongkai("trace", "tree_inventory", "species=pine").stdout
    assert gongkai("trace", "tree_inventory", "t2").exit_code == 2


def test_damaged_tables_are_told(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    (path,) = workspace.outcomes.glob("*/*/validated.parquet")
    path.write_bytes(path.read_bytes()[:-20])
    result = gongkai("trace", "tree_inventory", "t2")
    assert result.exit_code == 1 and "validated.parquet: it cannot be read" in result.stderr


def test_treated_fields_are_matched_by_their_public_form_and_never_shown(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    schema = tree_schema()
    schema["fields"][6]["disclosure"] = SURROGATE
    schema["primaryKey"] = ["tree_id", "keeper_phone"]
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), schema))
    deliver(HEADER + GOOD.replace("2021-03-01,,,", "2021-03-01,,13900139000,") + f"t3,oak,999901,1,,,{PHONE},\n")
    gongkai("run")
    with duckdb.connect(workspace.catalog / "catalog.duckdb", read_only=True) as connection:
        ((public,),) = connection.execute("SELECT keeper FROM parks.tree_inventory WHERE tree_id = 't1'").fetchall()
    answer = traced(gongkai, f"keeper={public}")
    assert [row["place"]["row"] for row in answer["published"]] == [2]
    assert answer["published"][0]["key"] == {"tree_id": "t1"}
    assert [(row["place"]["row"], row["reason"]) for row in answer["unpublished"]] == [(4, "quarantined")]
    shown = json.dumps(answer) + gongkai("trace", "tree_inventory", "t1", public).stdout
    assert PHONE not in shown and public not in shown
    assert traced(gongkai, f"keeper={PHONE}")["rows_published"] == 0
    refused = gongkai("trace", "tree_inventory", f"keeper_phone={PHONE}")
    assert refused.exit_code == 2 and PHONE not in refused.output


def test_an_unpivoted_row_names_the_column_it_was_made_of(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    write_layouts(workspace)
    book, _ = sheet_of([["地块", "所在区", "ginkgo", "willow", "pine"], ["p1", "999901", 3, None, 5]], "Plots")
    path = deliver(archive({"plots.xlsx": saved(book)}), name="all.zip")
    gongkai("run")
    (row,) = traced(gongkai, "p1-pine")["published"]
    place = row["place"]
    assert (place["file"], place["sheet"], place["row"], place["column"]) == ("all.zip/plots.xlsx", "Plots", 2, "pine")
    assert place["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    cells = {cell["field"]: cell["addresses"] for cell in row["cells"]}
    assert (cells["height"], cells["species"], cells["tree_id"], cells["district"]) == (["E2"], ["E2"], ["A2"], ["B2"])
    assert (cells["note"], [cell["one_of"] for cell in row["cells"]].count(True)) == ([], 0)
    said = gongkai("trace", "tree_inventory", "p1-pine", "--lang", "zh").stdout
    assert "文件 all.zip/plots.xlsx，工作表 Plots，第 2 行，“pine”列" in said


def test_cells_are_told_by_their_addresses_or_columns(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    """A workbook whose table does not begin in the corner; a text file with columns in another order."""
    descriptor = tree_descriptor()
    renamed = {"name": "renamed", "format": "csv", "file": "other*", "columns": {"编号": "tree_id", "高": "height"},
               "steps": [{"step": "fill_down", "fields": ["species"]},
                         {"step": "constant", "field": "note", "value": "none"}]}  # fmt: skip
    shifted = {"name": "shifted", "format": "xlsx", "range": "C3:J", "steps": [{"step": "trim"}]}
    descriptor["layouts"] = [renamed, *descriptor["layouts"], shifted]
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))
    names = HEADER.strip().split(",")
    book, sheet = sheet_of([[], [], [None, None, *names], [None, None, "t1", "pine", "999901", 3.5]])
    sheet["A1"] = "Trees"
    deliver(saved(book), name="trees.xlsx")
    labels = "高,species,编号,district,planted,felled,keeper_phone\n"
    text = f"{labels}3,ginkgo,t2,999901,2020-01-01,,\n4,,t3,999901,2020-01-01,,\n"
    deliver(text, organisation="east_district_office", name="other.csv")
    gongkai("run")
    (row,) = traced(gongkai, "t1")["published"]
    assert {cell["field"]: cell["addresses"] for cell in row["cells"]}["height"] == ["F4"]
    (row,) = traced(gongkai, "t3")["published"]
    cells = {cell["field"]: cell for cell in row["cells"]}
    assert cells["tree_id"] == {
        "field": "tree_id", "addresses": [], "columns": [3], "labels": ["编号"], "one_of": False, "filled": False,
    }  # fmt: skip
    assert (cells["species"]["filled"], cells["note"]["columns"], "keeper_phone" in cells) == (True, [], False)
    said = gongkai("trace", "tree_inventory", "t3").stdout
    assert "tree_id column 3 “编号”" in said and "species column 2 “species” (where that is empty" in said


def test_cells_that_may_be_several_are_told_as_candidates(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    write_layouts(workspace)
    book, _ = sheet_of([["地块", "所在区", "ginkgo", "willow", "pine"], ["p1", "999999", 3, None, 5]], "Plots")
    deliver(saved(book), name="plots.xlsx")
    gongkai("run")
    (row,) = traced(gongkai, "p1-pine")["unpublished"]
    height = next(cell for cell in row["cells"] if cell["field"] == "height")
    assert (height["addresses"], height["one_of"]) == (["C2", "D2", "E2"], True)
    assert "height one of C2, D2, E2" in gongkai("trace", "tree_inventory", "p1-pine").stdout


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (["no_such=1"], "publishes no field “no_such”"),
        (["keeper_phone=1"], "publishes no field “keeper_phone”"),
        (["t1", "tree_id=t2"], "more than one value"),
        (["t1", "t2"], "more values than"),
        (["height=1.005"], "its type is number"),
        (["planted=spring"], "its type is date"),
    ],
)
def test_keys_that_cannot_be_looked_for_are_told(gongkai: Command, key: list[str], says: str) -> None:
    result = gongkai("trace", "tree_inventory", *key)
    assert result.exit_code == 2
    assert says in result.stderr and "spring" not in result.output


def test_values_are_bound_not_pasted(gongkai: Command, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    for hostile in ("' OR 1=1 --", "t1'; DROP TABLE x; --", "note=' OR ''='", "$1", "?", "%", "t1\x00"):
        result = gongkai("trace", "tree_inventory", hostile)
        assert result.exit_code == 1, hostile


def test_unknown_datasets_and_versions_are_wrong_use(gongkai: Command, deliver: Deliver) -> None:
    assert gongkai("trace", "no_such_dataset", "1").exit_code == 2
    assert gongkai("trace", "tree_inventory", "t1", "--version", "1.0.0").exit_code == 2
    deliver(HEADER + GOOD)
    gongkai("run")
    assert gongkai("trace", "tree_inventory", "t1", "--version", "7.0.0").exit_code == 2
    assert gongkai("trace", "tree_inventory", "t1").exit_code == 0


def test_earlier_versions_are_named_by_number_or_day(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    deliver(HEADER + GOOD.replace("ginkgo", "willow"))
    gongkai("run")
    answers = [json.loads(gongkai("trace", *wanted, "t1", "--json").stdout) for wanted in (
        ("tree_inventory@1.0.0",), ("tree_inventory", "--version", "1.0.0"),
        ("tree_inventory", "--as-of", "2999-12-31"),
    )]  # fmt: skip
    assert answers[0] == answers[1]
    assert [answer["published"][0]["source"]["delivery"][-1] for answer in answers] == ["1", "1", "2"]
    early = gongkai("trace", "tree_inventory", "t1", "--as-of", "2000-01-01")
    assert early.exit_code == 2 and "1.0.0 (20" in early.stderr
    assert gongkai("trace", "tree_inventory@1.0.0", "t1", "--version", "1.0.0").exit_code == 2
    assert gongkai("trace", "tree_inventory", "t1", "--as-of", "spring").exit_code == 2


@pytest.mark.parametrize("content", ["", "[]", '{"rows_quarantined": 1}', "[" * 100_000, "\0"])
def test_a_damaged_outcome_is_told(gongkai: Command, deliver: Deliver, workspace: Workspace, content: str) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    (path,) = workspace.outcomes.glob("*/*/outcome.json")
    path.write_text(content, encoding="utf-8")
    for command in (("trace", "tree_inventory", "t2"), ("report", FIRST)):
        for language, says in (("en", "is damaged or missing"), ("zh", "已损坏或缺失")):
            result = gongkai(*command, "--lang", language)
            assert result.exit_code == 1 and says in result.stderr and FIRST in result.stderr
    shutil.rmtree(path.parent)
    gongkai("run")
    assert traced(gongkai, "t2")["published"][0]["place"]["row"] == 3


def test_lost_outcomes_are_told(gongkai: Command, deliver: Deliver, workspace: Workspace) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    for path in workspace.outcomes.glob("*/*/validated.parquet"):
        path.unlink()
    answer = traced(gongkai, "t2")
    assert (answer["rows_published"], answer["published"], answer["untraced"]) == (1, [], {FIRST: 1})
    assert "not stored any more" in gongkai("trace", "tree_inventory", "t2").stdout


def test_a_field_may_be_called_as_duckdb_calls_row_numbers(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    schema = tree_schema()
    schema["fields"].append(field("file_row_number"))
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), schema))
    deliver(HEADER.replace("note", "note,file_row_number") + GOOD.replace("\n", ",seven\n"))
    gongkai("run")
    assert traced(gongkai, "file_row_number=seven", "species=pine")["published"][0]["place"]["row"] == 3
