"""A year of deliveries, reviews, list adjustments, requests and withdrawals, replayed at its times.

What the ledger of reviews, the scoreboards, the corrections and the overdue list say in the end was worked out by hand.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from dated import CALENDAR
from flowing import HEADER, Command
from registering import keep_registers
from shared import shared_folder
from support import field, tree_descriptor, tree_schema, write_registry

from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace

BY = ("--by", "王审", "--basis", "测审〔2025〕1号")
REASON = ("--reason-zh", "更正", "--reason-en", "Corrected")
Row = dict[str, Any]


class City:
    """A small city whose clock can be set: parks and the east district deliver trees every quarter."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace.at(folder / "data", folder / "schema")
        self.gongkai = Command(approves=False)

    def at(self, moment: str, *arguments: str) -> Any:
        """Give a command at a time of Shanghai's clock; what it prints as JSON."""
        with time_machine.travel(f"{moment}+08:00", tick=False):
            result = self.gongkai(*arguments, "--json")
        assert result.exit_code in {0, 1}, result.stdout + result.stderr
        return json.loads(result.stdout)

    def deliver(self, organisation: str, period: str, *rows: str) -> None:
        path = self.workspace.inbox / organisation / "tree_inventory" / period / "trees.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")

    def decide(self, moment: str, decision: str, *more: str) -> None:
        """Decide about all that waits."""
        for review in self.at(moment, "review", "list")["reviews"]:
            self.at(moment, "review", decision, review["id"], *BY, *more)

    def negative_list(self, *fields: str, **more: str) -> None:
        text = {"zh": "事项", "en": "Matter"}
        entry = {
            "id": "NL-1", "matter": text, "basis": "第十五条", "valid_from": "2025-01-01", "explanation": text,
            "scope": [{"dataset": "tree_inventory", "fields": list(fields)}], "unit": "parks_office",
            "review_date": "2026-12-31", **more,
        }  # fmt: skip
        path = self.workspace.schema / "disclosure" / "negative_list.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump({"entries": [entry]}, allow_unicode=True), encoding="utf-8")

    def rows(self, sql: str) -> list[Row]:
        found: list[Row] = json.loads(self.gongkai("query", sql, "--json").stdout)
        return found


def _schema(folder: Path) -> None:
    rule = {
        "id": "quarterly", "subject": {"zh": "树木", "en": "Trees"}, "event": "period_end", "calendar": "china",
        "within": {"working_days": 10}, "from_period": "2025-Q1", "basis": {"zh": "条例", "en": "Act"},
    }  # fmt: skip
    trees = {**tree_descriptor(), "period": "quarterly", "deadlines": [rule],
             "publishers": ["parks_office", "east_district_office"]}  # fmt: skip
    asked = tree_descriptor() | {
        "id": "requests", "row_constraints": [], "drift": [], "period": "yearly",
        "requests": {"received": "received", "replied": "replied", "topic": "topic", "organisation": "unit",
                     "within": {"working_days": 20}, "calendar": "china"},
    }  # fmt: skip
    schema = tree_schema() | {"primaryKey": ["number"], "foreignKeys": []}
    schema["fields"] = [
        field("number", constraints={"required": True}), field("received", "date"), field("replied", "date"),
        field("topic"), field("unit"),
    ]  # fmt: skip
    write_registry(folder, tree_inventory=(trees, tree_schema()), requests=(asked, schema))
    (folder / "calendars").mkdir()
    (folder / "calendars" / "china.yaml").write_text(yaml.safe_dump(CALENDAR, allow_unicode=True), encoding="utf-8")
    keep_registers(folder)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = shared_folder(tmp_path_factory, "year", _replay)
    with _environment(folder):
        yield City(folder)


@contextlib.contextmanager
def _environment(folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
        patched.setenv(DATA_VARIABLE, str(folder / "data"))
        patched.setenv(SCHEMA_VARIABLE, str(folder / "schema"))
        patched.setenv("GONGKAI_LANG", "en")
        patched.setattr("pipelines.cli.running._tell_dagster", lambda *_: None)
        yield


def _replay(folder: Path) -> None:
    _schema(folder / "schema")
    with _environment(folder):
        _year(City(folder))


def _year(city: City) -> None:
    """The first quarter ends on Monday, 31 March: it is due on 15 April, since the 4th is a day off."""
    city.negative_list("keeper_phone")
    city.deliver(
        "parks_office", "2025-Q1", "t1,ginkgo,999901,12.50,2020-03-01,,13800138000,", "t2,pine,999902,3,2021-03-01,,,"
    )
    city.at("2025-04-10T09:00", "run")  # nothing is approved yet
    city.decide("2025-04-14T10:00", "approve")
    city.at("2025-04-14T11:00", "run")  # on time
    city.deliver("east_district_office", "2025-Q1", "e1,ginkgo,999901,10,2020-03-01,,,")
    city.at("2025-04-20T09:00", "run")  # late
    # The second quarter is due on 14 July. Parks corrects the first; the district delivers nothing.
    city.deliver("parks_office", "2025-Q1", "t1,ginkgo,999901,12.50,2020-03-01,,,", "t2,pine,999902,4,2021-03-01,,,")
    city.deliver("parks_office", "2025-Q2", "t3,ginkgo,999901,5,2020-03-01,,,by the gate")
    city.at("2025-07-08T09:00", "run")
    city.at("2025-07-31T23:00", "run")
    # The remark goes onto the negative list, and is rejected first.
    city.negative_list("keeper_phone", "note")
    city.decide("2025-08-01T09:00", "reject", "--reason", "补充依据")
    city.at("2025-08-01T10:00", "run")
    city.decide("2025-08-04T09:00", "approve")
    city.at("2025-08-04T10:00", "run")
    # Requests: the same is asked for three times, one is not answered in time.
    path = city.workspace.inbox / "parks_office" / "requests" / "2025" / "requests.csv"
    path.parent.mkdir(parents=True)
    path.write_text(
        "number,received,replied,topic,unit\nr1,2025-08-01,2025-08-10,felling,parks_office\n"
        "r2,2025-08-11,,felling,parks_office\nr3,2025-09-05,2025-09-09,felling,parks_office\n"
        "r4,2025-09-08,,parks,parks_office\n",
        encoding="utf-8",
    )
    city.at("2025-09-10T09:00", "run")
    city.at("2025-09-11T09:00", "rollback", "tree_inventory", "1.0.0", *REASON)
    city.at("2025-09-12T09:00", "withdraw", "tree_inventory", "1.1.0", "--basis", "第十五条", *REASON)
    city.at("2025-09-12T10:00", "run")


def test_the_ledger_has_every_decision_in_its_order(city: City) -> None:
    entries = city.at("2025-12-31T09:00", "review", "log")["entries"]
    assert [(entry["at"][:16], entry["kind"], entry["decision"]) for entry in entries] == [
        ("2025-04-10T01:00", "disclosure_plan", "ask"),
        ("2025-04-14T02:00", "negative_list", "approve"),
        ("2025-04-14T02:00", "disclosure_plan", "approve"),
        ("2025-08-01T01:00", "negative_list", "reject"),
        ("2025-08-04T01:00", "negative_list", "approve"),
    ]
    assert city.gongkai("verify").exit_code == 0


def test_the_scoreboards_are_what_each_month_came_to(city: City) -> None:
    found = city.rows(
        "SELECT month, department, due, met, late, overdue, deliveries, deliveries_rejected AS rejected, "
        "open_corrections AS open FROM parks.department_scoreboard ORDER BY ALL"
    )
    assert [tuple(row.values()) for row in found] == [
        ("2025-04", "east_district_office", 1, 0, 1, 0, 1, 0, 0),
        ("2025-04", "parks_office", 1, 1, 0, 0, 1, 0, 0),
        # Nothing is due in June; a run in July closes it.
        ("2025-06", "east_district_office", 0, 0, 0, 0, 0, 0, 0),
        ("2025-06", "parks_office", 0, 0, 0, 0, 0, 0, 0),
        ("2025-07", "east_district_office", 1, 0, 0, 1, 0, 0, 0),
        ("2025-07", "parks_office", 1, 1, 0, 0, 2, 0, 0),
        # Deliveries that would publish the remark are refused from then on.
        ("2025-08", "east_district_office", 0, 0, 0, 0, 0, 0, 1),
        ("2025-08", "parks_office", 0, 0, 0, 0, 0, 0, 2),
        ("2025-09", "east_district_office", 0, 0, 0, 0, 0, 0, 1),
        ("2025-09", "parks_office", 0, 0, 0, 0, 1, 0, 2),
    ]


def test_every_correction_is_in_the_register(city: City) -> None:
    found = city.rows(
        "SELECT entry_id, released_on, rows_changed, fields_removed, reason_en FROM parks.corrections_register "
        "ORDER BY released_on, entry_id"
    )
    assert [(row["entry_id"], row["released_on"], row["rows_changed"], row["fields_removed"]) for row in found] == [
        ("tree_inventory/1.2.0/correction", "2025-07-08", 1, None),
        ("tree_inventory/2.0.0/removal", "2025-08-04", 0, "note"),
        ("tree_inventory/3.0.0/rollback", "2025-09-11", 1, None),
        ("tree_inventory/1.1.0/withdrawal", "2025-09-12", None, None),
    ]
    assert [row["reason_en"] for row in found] == [None, None, "Corrected", "Corrected"]


def test_the_overdue_list_names_what_is_owed(city: City) -> None:
    found = city.rows("SELECT dataset, period, department, due_date FROM parks.overdue_disclosures")
    assert [tuple(row.values()) for row in found] == [
        ("tree_inventory", "2025-Q2", "east_district_office", "2025-07-14")
    ]


def test_requests_are_counted_and_what_is_asked_for_often_is_proposed(city: City) -> None:
    found = city.at("2025-09-30T09:00", "requests")
    # Twenty working days after 11 August end on 8 September; after 8 September on 11 October, a Saturday that is worked
    # for the National Day, as Sunday the 28th is.
    assert [(entry["key"], entry["due"], entry["is_overdue"]) for entry in found["open"]] == [
        ("r2", "2025-09-08", True),
        ("r4", "2025-10-11", False),
    ]
    assert [(topic["topic"], topic["requests"], topic["proposed"]) for topic in found["topics"]] == [
        ("felling", 3, True),
        ("parks", 1, False),
    ]


def test_the_basic_catalog_has_what_nobody_has_delivered_too(city: City) -> None:
    found = city.rows(
        "SELECT entry_id, status, newest_period, time_limit_en FROM parks.active_disclosure_catalog "
        "WHERE entry_id IN ('tree_inventory', 'requests') ORDER BY 1"
    )
    assert [(row["entry_id"], row["status"], row["newest_period"]) for row in found] == [
        ("requests", "published", "2025"),
        ("tree_inventory", "published", "2025-Q1"),
    ]
    assert found[1]["time_limit_en"] == "Trees: within 10 working days of the end of the period"


def test_a_run_without_news_makes_no_release(city: City) -> None:
    before = json.loads((city.workspace.catalog / "latest.json").read_text())["number"]
    assert city.at("2025-09-12T11:00", "run")["snapshot"] == before
