from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dated import CALENDAR, LANDED, PLANTED, YEARLY, describe_deadlines
from support import WITHHELD, field, tree_descriptor, tree_schema, write_registry

from pipelines.registry import Catalog, load_catalog
from pipelines.registry.calendars import CalendarDescriptor, calendar_problems
from pipelines.registry.documents import without_block


def told(catalog: Catalog) -> list[tuple[str, str, str]]:
    return [(Path(p.file).name, p.key, p.message.id) for p in catalog.problems]


def loaded(folder: Path, *rules: dict[str, Any], **more: Any) -> Catalog:
    schema = tree_schema()
    schema["fields"].append(field("measured", "datetime"))
    describe_deadlines(write_registry(folder, tree_inventory=({**tree_descriptor(), **more}, schema)), *rules)
    return load_catalog(folder)


def test_good_deadlines_have_no_problems(tmp_path: Path) -> None:
    hours = {**LANDED, "id": "measured", "event": "field:measured"}
    rules = [YEARLY, PLANTED, LANDED, hours, {**YEARLY, "id": "own", "time_zone": "Europe/Berlin",
             "departments": ["parks_office"], "responsible": "east_district_office"}]  # fmt: skip
    catalog = loaded(tmp_path, *rules)
    assert told(catalog) == []
    assert [rule.id for rule in catalog.datasets["tree_inventory"].descriptor.deadlines] == [r["id"] for r in rules]
    assert list(calendar_problems(catalog.calendars)) == []


@pytest.mark.parametrize(
    ("change", "key", "problem"),
    [
        ({"event": "field:gone"}, ".event", "check-unknown-field"),
        ({"event": "field:height"}, ".event", "check-deadline-field-type"),
        ({"event": "field:planted", "within": {"hours": 5}}, ".event", "check-deadline-hours"),
        ({"event": "yesterday"}, ".event", "check-invalid-value"),
        ({"within": {"working_days": 1, "hours": 2}}, ".within", "check-rule"),
        ({"within": {}}, ".within", "check-rule"),
        ({"within": {"working_days": 0}}, ".within.working_days", "check-invalid-value"),
        ({"within": {"weeks": 1}}, ".within.weeks", "check-unknown-key"),
        ({"calendar": None}, ".within", "check-deadline-no-calendar"),
        ({"calendar": "mars"}, ".calendar", "check-deadline-calendar"),
        ({"time_zone": "Asia/Yunchuan"}, ".time_zone", "check-rule"),
        ({"time_zone": "../etc"}, ".time_zone", "check-rule"),
        ({"time_zone": "Asia"}, ".time_zone", "check-rule"),
        ({"responsible": "nobody"}, ".responsible", "check-unknown-organisation"),
        ({"departments": ["nobody"]}, ".departments[0]", "check-deadline-department"),
        ({"from_period": None}, "", "check-deadline-from-period"),
        ({"from_date": "2026-01-01"}, "", "check-deadline-from-period"),
        ({"from_period": "2025-Q1"}, ".from_period", "check-source-period"),
        ({"from_period": "1999"}, ".from_period", "check-source-too-early"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(tmp_path: Path, change: dict[str, Any], key: str, problem: str) -> None:
    assert told(loaded(tmp_path, {**YEARLY, **change})) == [("dataset.yaml", f"deadlines[0]{key}", problem)]


def test_an_id_stands_once(tmp_path: Path) -> None:
    assert told(loaded(tmp_path, YEARLY, YEARLY)) == [("dataset.yaml", "deadlines[1].id", "check-deadline-twice")]


def test_due_dates_do_not_tell_what_is_withheld(tmp_path: Path) -> None:
    schema = tree_schema()
    hidden = {**WITHHELD, "treatment": {"type": "generalise", "to": "year"}}
    schema["fields"].append(field("inspected", "date", disclosure=hidden))
    write_registry(tmp_path, tree_inventory=(tree_descriptor(), schema))
    describe_deadlines(tmp_path, {**PLANTED, "event": "field:inspected"})
    assert told(load_catalog(tmp_path)) == [("dataset.yaml", "deadlines[0].event", "check-deadline-not-public")]


def test_without_periods_there_is_a_first_day(tmp_path: Path) -> None:
    day = {"from_period": None, "from_date": "2026-01-01"}
    assert told(loaded(tmp_path, {**LANDED, **day}, period="none")) == []
    found = told(loaded(tmp_path, {**YEARLY, **day}, LANDED, period="none"))
    assert found == [
        ("dataset.yaml", "deadlines[0].event", "check-deadline-no-periods"),
        ("dataset.yaml", "deadlines[1]", "check-deadline-from-date"),
    ]


def test_landings_and_dates_in_rows_count_from_a_day_with_periods_too(tmp_path: Path) -> None:
    day = {"from_period": None, "from_date": "2026-07-01"}
    assert told(loaded(tmp_path, {**LANDED, **day}, {**PLANTED, **day})) == []
    found = told(
        loaded(tmp_path, {**YEARLY, **day}, {**PLANTED, **day, "from_period": "2026"}, {**LANDED, "from_period": None})
    )
    assert found == [("dataset.yaml", f"deadlines[{place}]", "check-deadline-from-period") for place in range(3)]


def test_a_deadline_makes_nothing_anew(tmp_path: Path) -> None:
    before = load_catalog(write_registry(tmp_path)).datasets["tree_inventory"].digest
    assert loaded_digest(tmp_path, YEARLY) == loaded_digest(tmp_path, PLANTED, LANDED) == before
    path = tmp_path / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("period: yearly", "period: monthly"), encoding="utf-8")
    assert load_catalog(tmp_path).problems != ()
    path.write_text(path.read_text(encoding="utf-8").replace("'2025'", "2025-01"), encoding="utf-8")
    assert load_catalog(tmp_path).datasets["tree_inventory"].digest != before


def loaded_digest(folder: Path, *rules: dict[str, Any]) -> str:
    describe_deadlines(folder, *rules)
    return load_catalog(folder).datasets["tree_inventory"].digest


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("id: 树\ndeadlines:\n- id: 年报\n  x: [1]\n# about the next\nperiod: yearly\n", "id: 树\nperiod: yearly\n"),
        ("id: a\ndeadlines:\n  - 1\n", "id: a\n"),
        ("deadlines: []\nid: a\n", "id: a\n"),
        ("id: a\n", "id: a\n"),
        ("- deadlines\n", "- deadlines\n"),
        # What is named there may be meant elsewhere.
        ("deadlines: &x [1]\nid: *x\n", "deadlines: &x [1]\nid: *x\n"),
        # Only the outermost level.
        ("a: {deadlines: 1}\nb: 2\n", "a: {deadlines: 1}\nb: 2\n"),
    ],
)
def test_a_block_is_taken_out_of_a_text(text: str, left: str) -> None:
    assert without_block(text.encode(), "deadlines").decode() == left


def test_calendars_are_checked(tmp_path: Path) -> None:
    folder = write_registry(tmp_path)
    describe_deadlines(folder)
    (folder / "calendars" / "china.yaml").rename(folder / "calendars" / "moon.yaml")
    assert told(load_catalog(folder)) == [("moon.yaml", "", "check-calendar-name")]
    (folder / "calendars" / "moon.yaml").write_text("id: moon\nphase: full\n", encoding="utf-8")
    assert {kind for _, _, kind in told(load_catalog(folder))} == {"check-missing-key", "check-unknown-key"}


def test_years_that_nobody_has_the_days_of_are_told() -> None:
    ahead = CalendarDescriptor.model_validate({**CALENDAR, "announced_through": 2028})
    strange = CalendarDescriptor.model_validate({**CALENDAR, "id": "strange", "country": "XX"})
    found = list(calendar_problems({"china": ahead, "strange": strange}))
    assert [(problem.key, problem.message.id) for problem in found] == [
        ("announced_through", "check-calendar-years"),
        ("country", "deadlines-calendar-country"),
    ]
    assert "2027, 2028" in found[0].message.text("zh")


@pytest.mark.parametrize(
    ("escalation", "key", "problem"),
    [
        ({"stages": [0]}, "", "check-rule"),
        ({"stages": [5, 0], "webhook": {"url": "https://a.example/"}}, "stages", "check-rule"),
        ({"webhook": {}}, "webhook", "check-rule"),
        ({"webhook": {"url": "https://a.example/", "url_variable": "A"}}, "webhook", "check-rule"),
        ({"webhook": {"url": "http://a.example/", "token_variable": "A"}}, "webhook", "check-rule"),
        ({"webhook": {"url": "file:///etc/passwd"}}, "webhook.url", "check-invalid-value"),
        ({"webhook": {"url": "https://a.example:99999/x"}}, "webhook.url", "check-rule"),
        ({"webhook": {"url": "https://[bad/x"}}, "webhook.url", "check-rule"),
        ({"mail": {"host": "a.example", "sender": "a@b.example, c@d.example"}}, "mail.sender", "check-invalid-value"),
        ({"mail": {"host": "a.example:25", "sender": "a@b.example"}}, "mail.host", "check-invalid-value"),
        ({"mail": {"host": "a.example", "sender": "a@b.example", "user_variable": "A"}}, "mail", "check-rule"),
        (
            {"mail": {"host": "a.example", "sender": "a@b.example", "security": "none", "user_variable": "A",
                      "password_variable": "B"}},
            "mail", "check-rule",
        ),
        ({"mail": {"host": "a.example", "sender": "a@b.example", "password": "hush"}}, "mail.password",
         "check-unknown-key"),
    ],
)  # fmt: skip
def test_escalation_is_checked(tmp_path: Path, escalation: dict[str, Any], key: str, problem: str) -> None:
    describe_deadlines(write_registry(tmp_path), **escalation)
    catalog = load_catalog(tmp_path)
    assert told(catalog) == [("escalation.yaml", key, problem)]
    assert catalog.escalation is None  # nobody is told anything by half a description


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("https://A.example/x", True), ("https://a.example:443/x", True), ("https://a.example:8443/x", False),
        ("https://b.example:8443/x", True), ("https://b.example/x", False), ("https://c.example/x", False),
    ],
)  # fmt: skip
def test_a_webhook_that_is_not_among_the_hosts_is_told(tmp_path: Path, url: str, listed: bool) -> None:
    describe_deadlines(write_registry(tmp_path), hosts=["a.example", "b.example:8443"], webhook={"url": url})
    catalog = load_catalog(tmp_path)
    assert told(catalog) == ([] if listed else [("escalation.yaml", "webhook.url", "check-escalation-host")])
    assert catalog.escalation is not None  # mail goes out all the same
