"""Registers: drawn by rules, true to the catalog's descriptors, and the same whatever the scale."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOG

from pipelines.samples import FLAWS
from pipelines.samples.drawing import rows
from pipelines.samples.registers import Register, registers

AROUND = {"organisation": "audit_bureau", "organisation_name": "云川市审计局", "period": "2026", "year": "2026"}
FIRST = dt.date(2026, 1, 1)


def drawn(seed: int, rules: dict[str, Any], count: int = 12) -> list[dict[str, Any]]:
    return list(rows(seed, "trial", AROUND, FIRST, count, [{"word": "甲"}, {"word": "乙"}], rules))


@given(seed=st.integers(0, 10**6), low=st.integers(0, 50), width=st.integers(1, 50))
def test_numbers_and_days_keep_within_their_bounds(seed: int, low: int, width: int) -> None:
    rules = {
        "whole": {"number": [low, low + width], "step": 0.5},
        "part": {"share": [0.2, 1], "of": "whole", "step": 0.01},
        "day": {"day": [low, low + width]},
        "later": {"day": [0, 3], "after": "day"},
    }
    for row in drawn(seed, rules, 3):
        assert low <= row["whole"] <= low + width and row["whole"] % Decimal("0.5") == 0
        assert row["part"] <= row["whole"]
        assert FIRST + dt.timedelta(days=low) <= row["day"] <= row["later"]


def test_rules_build_on_the_columns_before() -> None:
    rules = {
        "kind": {"pick": {"own": 1, "other": 1}},
        "text": "{word}{n:03d} {kind}",
        "value": {"by": "kind", "cases": {"own": {"exactly": "250"}}},
        "of": {"exactly": "1000"},
        "rate": {"percent": ["value", "of"]},
        "share": {"share": [1, 1], "of": "value"},
        "after": {"by": "kind", "cases": {"own": ""}, "else": {"day": [1, 1], "after": "value"}},
    }
    found = drawn(3, rules)
    assert [row["text"][:4] for row in found[:3]] == ["甲001", "乙002", "甲003"]
    assert {row["kind"] for row in found} == {"own", "other"}
    for row in found:
        own = row["kind"] == "own"
        assert (row["value"], row["rate"], row["share"]) == ((250, 25, 250) if own else ("", "", ""))
        assert row["after"] == ""


@pytest.mark.parametrize("register", registers(), ids=lambda register: register.dataset)
def test_a_specification_fits_the_catalog(register: Register) -> None:
    dataset = CATALOG.dataset(register.dataset)
    written = {label for label in register.content["columns"] if not label.startswith("_")}
    labels = {label: name for label, name in dataset.descriptor.layouts[0].columns.items() if name is not None}
    assert written == labels.keys()
    if register.amount is not None:
        assert labels[register.amount.label] == register.amount.field
    for delivery in register.deliveries:
        assert delivery.organisation in dataset.descriptor.publishers
        dataset.period(delivery.period)
        flaws = [f for f in FLAWS if (f.dataset, f.period, f.organisation)
                 == (register.dataset, delivery.period, delivery.organisation)]  # fmt: skip
        assert bool(delivery.faults) == bool(flaws)
    # What must not leak is known to those who look for leaks.
    secret = {
        label for label, name in labels.items()
        if name.endswith(("identity_number", "account", "phone")) and not dataset.field(name).disclosure.personal_data
    }  # fmt: skip
    assert secret <= register.content["personal"].keys()


def test_the_same_seed_gives_the_same_people() -> None:
    register = next(each for each in registers() if each.dataset == "administrative_licences")
    assert list(register.personal_values(5)) == list(register.personal_values(5))
    assert set(register.personal_values(5)).isdisjoint(register.personal_values(6))


def test_rows_with_faults_are_in_no_sum(tmp_path: Path) -> None:
    register = next(each for each in registers() if each.dataset == "administrative_penalties")
    made = {delivery.organisation: register.write(tmp_path / delivery.organisation, 5, delivery)
            for delivery in register.deliveries}  # fmt: skip
    assert (made["ecology_environment_bureau"].rows, made["ecology_environment_bureau"].faulty) == (19, 1)
    assert made["market_regulation_bureau"].amount > 0
