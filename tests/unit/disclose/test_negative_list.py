"""What the negative list bars on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import write_registry

from pipelines.disclose.negative_list import (
    ListedDatasetMissing,
    Missing,
    Unlisted,
    missing,
    require_datasets,
    under,
    unlisted,
)
from pipelines.disclose.reviews import (
    Decision,
    DecisionKind,
    ReviewLedger,
    ReviewsAltered,
    Subject,
    SubjectKind,
    load_reviews,
)
from pipelines.disclose.reviews.lists import EntriesGone, keep_list, list_in_force
from pipelines.registry import Catalog, load_catalog
from pipelines.registry.disclosures import FieldDisclosure
from pipelines.registry.load import CatalogUnusable
from pipelines.registry.negative_list import NegativeList

DAY = dt.date(2026, 4, 1)


def entry(
    name: str = "NL-1", dataset: str = "tree_inventory", fields: tuple[str, ...] = ("note",), **more: Any
) -> dict[str, Any]:
    text = {"zh": "事项", "en": "Matter"}
    return {
        "id": name, "matter": text, "basis": "第十五条", "scope": [{"dataset": dataset, "fields": list(fields)}],
        "valid_from": "2026-01-01", "explanation": text, "unit": "parks_office", "review_date": "2027-01-01", **more,
    }  # fmt: skip


def registry(folder: Path, *entries: dict[str, Any]) -> Path:
    schema = write_registry(folder / "schema")
    (schema / "disclosure").mkdir(exist_ok=True)
    text = yaml.safe_dump({"entries": list(entries)}, allow_unicode=True)
    (schema / "disclosure" / "negative_list.yaml").write_text(text, encoding="utf-8")
    return schema


def barred(catalog: Catalog, day: dt.date = DAY) -> dict[str | None, str]:
    return dict(under(catalog, catalog.negative_list, day).dataset("tree_inventory").barred)


def test_an_active_field_on_the_list_is_barred_and_a_treated_one_is_not(tmp_path: Path) -> None:
    catalog = load_catalog(registry(tmp_path, entry(fields=("note", "keeper_phone"))))
    assert barred(catalog) == {"note": "NL-1"}
    overlaid = under(catalog, catalog.negative_list, DAY).dataset("tree_inventory")
    assert overlaid.is_disclosed and overlaid.digest != catalog.dataset("tree_inventory").digest


def test_an_entry_may_allow_only_some_treatments(tmp_path: Path) -> None:
    catalog = load_catalog(registry(tmp_path, entry(fields=("keeper_phone",), treatments=["surrogate"])))
    assert barred(catalog) == {"keeper_phone": "NL-1"}


MASK = {"type": "mask", "keep_first": 1, "length": 2}
TOP = {"type": "top_code", "above": 10**9}
KIND = {"kind": ["natural_person"]}


@pytest.mark.parametrize(
    ("treatment", "when", "said", "allowed"),
    [
        (MASK, None, {}, True),
        (MASK, KIND, {}, False),  # other rows are published as they are
        (MASK, KIND, {"when": KIND}, True),
        (MASK, {"kind": ["natural_person", "sole_trader"]}, {"when": KIND}, True),
        (MASK, {"kind": ["sole_trader"]}, {"when": KIND}, False),
        (MASK, {**KIND, "year": ["2026"]}, {"when": KIND}, False),
        (MASK, None, {"when": KIND}, True),
        (TOP, None, {}, False),
        (TOP, None, {"treatments": ["top_code"]}, True),
        (TOP, None, {"treatments": [{"type": "top_code", "above": 100}]}, False),
        ({**MASK, "keep_first": 4}, None, {"treatments": ["drop", MASK]}, False),
        (MASK, None, {"treatments": ["drop", MASK]}, True),
        ({"type": "drop"}, None, {"treatments": ["drop", MASK]}, True),
    ],
)  # fmt: skip
def test_a_treatment_has_to_reach_all_that_the_entry_is_about(
    treatment: dict[str, Any], when: dict[str, Any] | None, said: dict[str, Any], allowed: bool
) -> None:
    field = FieldDisclosure.model_validate({
        "attribute": "withheld", "basis": "第十五条", "unit": "parks_office", "review_date": "2027-01-01",
        "treatment": treatment, "when": when,
    })  # fmt: skip
    about = {"dataset": "tree_inventory", "fields": ["note"], "when": said.get("when", {})}
    given = {key: value for key, value in said.items() if key != "when"}
    (found,) = listed(entry(scope=[about], **given)).entries
    assert found.permits("tree_inventory", "note", field.treatment, field.when) is allowed
    assert not found.permits("tree_inventory", "note", None, None)
    assert found.permits("tree_inventory", "height", None, None)


def test_a_dataset_on_the_list_is_not_published_at_all(tmp_path: Path) -> None:
    catalog = load_catalog(registry(tmp_path, entry(fields=())))
    assert barred(catalog) == {None: "NL-1"}
    assert not under(catalog, catalog.negative_list, DAY).dataset("tree_inventory").is_disclosed


@pytest.mark.parametrize(
    ("day", "applies"), [("2025-12-31", False), ("2026-01-01", True), ("2026-06-30", True), ("2026-07-01", False)]
)
def test_an_entry_applies_from_its_first_day_to_its_last(tmp_path: Path, day: str, applies: bool) -> None:
    catalog = load_catalog(registry(tmp_path, entry(valid_to="2026-06-30")))
    assert bool(barred(catalog, dt.date.fromisoformat(day))) is applies


def test_what_is_withheld_without_an_entry_is_told(tmp_path: Path) -> None:
    catalog = load_catalog(registry(tmp_path, entry()))
    assert unlisted(catalog, catalog.negative_list, DAY) == (Unlisted("tree_inventory", "keeper_phone"),)
    listed = load_catalog(registry(tmp_path, entry(fields=("keeper_phone",))))
    assert unlisted(listed, listed.negative_list, DAY) == ()


@pytest.mark.parametrize(
    "broken",
    [
        {"dataset": "no_such_dataset"}, {"fields": ("no_such_field",)}, {"unit": "nobody"}, {"valid_to": "2025-01-01"},
        {"review_date": None}, {"basis": ""}, {"surprise": 1},
        {"scope": [{"dataset": "tree_inventory", "when": {"species": ["pine"]}}]},
        {"scope": [{"dataset": "tree_inventory", "fields": ["note"], "when": {"no_such_field": ["b"]}}]},
        {"scope": [{"dataset": "tree_inventory", "fields": ["note"], "when": {"species": []}}]},
    ],
)  # fmt: skip
def test_a_list_that_protects_nothing_stops_everything(tmp_path: Path, broken: dict[str, Any]) -> None:
    with pytest.raises(CatalogUnusable):
        load_catalog(registry(tmp_path, entry(**broken)))


def listed(*entries: dict[str, Any]) -> NegativeList:
    return NegativeList.model_validate({"entries": entries})


def test_an_entry_about_a_field_by_another_name_bars_the_dataset(tmp_path: Path) -> None:
    catalog = load_catalog(registry(tmp_path))
    before = listed(entry(fields=("note", "remark")))
    overlaid = under(catalog, before, DAY)
    assert overlaid.dataset("tree_inventory").barred == {None: "NL-1", "note": "NL-1"}
    assert missing(catalog, overlaid.listed) == (Missing("NL-1", "tree_inventory", "remark"),)
    require_datasets(overlaid)
    assert under(catalog, before, dt.date(2025, 1, 1)).dataset("tree_inventory").barred == {}


def test_an_entry_about_a_dataset_by_another_name_is_an_error_unless_it_is_only_broken(tmp_path: Path) -> None:
    catalog = load_catalog(registry(tmp_path))
    overlaid = under(catalog, listed(entry(dataset="trees")), DAY)
    with pytest.raises(ListedDatasetMissing, match="trees"):
        require_datasets(overlaid)
    require_datasets(replace(overlaid, broken=frozenset({"trees"})))
    require_datasets(under(catalog, listed(entry(dataset="trees", valid_to="2026-03-31")), DAY))


def test_an_entry_that_has_an_end_may_be_about_what_is_gone(tmp_path: Path) -> None:
    ended = entry(dataset="trees", unit="nobody", valid_to="2026-03-31")
    assert load_catalog(registry(tmp_path, ended)).negative_list == listed(ended)


def test_entries_have_names_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(CatalogUnusable):
        load_catalog(registry(tmp_path, entry(), entry()))


def approve(folder: Path, in_force: NegativeList, proposed: NegativeList) -> None:
    keep_list(folder, in_force, proposed)
    subject = Subject(SubjectKind.NEGATIVE_LIST, "", proposed.digest)
    ReviewLedger(folder).append(
        Decision(DecisionKind.APPROVE, subject, "王审", "tester", "依据"), "2026-04-01T00:00:00+00:00"
    )


def test_the_list_that_was_approved_last_is_in_force(tmp_path: Path) -> None:
    folder = tmp_path / "reviews"
    first, second = (
        NegativeList.model_validate({"entries": entries}) for entries in ([entry()], [entry(), entry("NL-2")])
    )
    assert list_in_force(folder, load_reviews(folder), first) == first
    approve(folder, NegativeList(), first)
    assert list_in_force(folder, load_reviews(folder), second) == first
    approve(folder, first, second)
    assert list_in_force(folder, load_reviews(folder), first) == second


def test_a_rejection_puts_no_list_in_force(tmp_path: Path) -> None:
    folder = tmp_path / "reviews"
    first, second = listed(entry()), listed(entry(), entry("NL-2"))
    approve(folder, NegativeList(), first)
    approve(folder, first, second)
    for each in (second, first):
        subject = Subject(SubjectKind.NEGATIVE_LIST, "", each.digest)
        ReviewLedger(folder).append(
            Decision(DecisionKind.REJECT, subject, "王审", "tester", "依据"), "2026-04-02T00:00:00Z"
        )
        assert list_in_force(folder, load_reviews(folder), NegativeList()) == second


def test_entries_are_ended_not_deleted(tmp_path: Path) -> None:
    listed = NegativeList.model_validate({"entries": [entry()]})
    ended = NegativeList.model_validate({"entries": [entry(valid_to="2026-05-01")]})
    keep_list(tmp_path, listed, ended)
    for history_lost in ([], [entry("NL-2")], [entry(valid_from="2026-02-01")]):
        with pytest.raises(EntriesGone):
            keep_list(tmp_path, listed, NegativeList.model_validate({"entries": history_lost}))


@pytest.mark.parametrize("content", [None, b"{}", b"not json"])
def test_an_approved_list_that_is_gone_or_altered_is_not_guessed(tmp_path: Path, content: bytes | None) -> None:
    listed = NegativeList.model_validate({"entries": [entry()]})
    approve(tmp_path, NegativeList(), listed)
    path = tmp_path / "negative_lists" / f"{listed.digest}.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReviewsAltered):
        list_in_force(tmp_path, load_reviews(tmp_path), NegativeList())
