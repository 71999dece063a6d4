"""The ledger of reviews: what is recorded stays, and what was altered shows."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewing import approving
from support import WITHHELD, field, tree_descriptor, tree_schema, write_registry

from pipelines.disclose.reviews import (
    Altered,
    Decision,
    DecisionKind,
    LedgerHead,
    ReviewLedger,
    Reviews,
    ReviewsAltered,
    Subject,
    SubjectKind,
    UnreadableDecision,
    disclosure_plan,
    load_reviews,
    plan_digest,
)
from pipelines.registry import Dataset, load_catalog
from pipelines.registry.disclosures import Attribute

AT = "2026-04-01T08:00:00.000000+00:00"


def decision(digest: str, kind: DecisionKind = DecisionKind.APPROVE, dataset: str = "tree_inventory") -> Decision:
    return Decision(
        kind, Subject(SubjectKind.DISCLOSURE_PLAN, dataset, digest), "王审", "tester", "第十五条", "理由\n二"
    )


def ledger_of(folder: Path, entries: int) -> ReviewLedger:
    ledger = ReviewLedger(folder / "reviews")
    for number in range(entries):
        ledger.append(decision(str(number)), AT)
    return ledger


def trees(folder: Path) -> Dataset:
    return load_catalog(write_registry(folder / "schema")).dataset("tree_inventory")


def test_what_is_appended_is_read_and_private(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, 3)
    first, second, third = ledger.entries()
    assert [entry.decision for entry in (first, second, third)] == [decision(str(number)) for number in range(3)]
    assert (first.previous, second.previous, third.previous) == (None, first.sha256, second.sha256)
    assert ledger.path.stat().st_mode & 0o777 == 0o600 and ledger.folder.stat().st_mode & 0o777 == 0o700


def test_an_absent_ledger_is_empty(tmp_path: Path) -> None:
    assert ReviewLedger(tmp_path / "none").entries() == ()
    assert load_reviews(tmp_path / "none").head == LedgerHead()


@given(line=st.integers(0, 3), byte=st.integers(0, 10_000))
def test_every_altered_byte_shows(tmp_path_factory: pytest.TempPathFactory, line: int, byte: int) -> None:
    ledger = ledger_of(tmp_path_factory.mktemp("ledger"), 4)
    head = Reviews(ledger.entries()).head
    lines = ledger.path.read_bytes().split(b"\n")
    place = byte % len(lines[line])
    lines[line] = lines[line][:place] + bytes([lines[line][place] ^ 1]) + lines[line][place + 1 :]
    ledger.path.write_bytes(b"\n".join(lines))
    altered = ledger.altered(head)
    assert altered is not None and altered.entry in {line + 1, line + 2}


@pytest.mark.parametrize("gone", range(4))
def test_every_missing_line_shows(tmp_path: Path, gone: int) -> None:
    ledger = ledger_of(tmp_path, 4)
    head = Reviews(ledger.entries()).head
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
    assert ledger.altered(head) == Altered(gone + 1)


def test_a_ledger_that_was_written_anew_shows_to_whoever_knew_it(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path / "one", 4)
    head = Reviews(ledger.entries()).head
    other = ReviewLedger(tmp_path / "other")
    for entry in ledger.entries():
        other.append(replace(entry.decision, by="李四"), AT)
    assert other.altered(LedgerHead()) is None
    assert other.altered(head) == Altered(4)


def test_of_several_heads_the_first_that_does_not_fit_is_told(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, 4)
    heads = [LedgerHead(entry.number, entry.sha256) for entry in ledger.entries()]
    assert ledger.altered(LedgerHead(), *heads) is None
    other = LedgerHead(2, "0" * 64)
    assert ledger.altered(*heads, LedgerHead(9, "0" * 64), other, LedgerHead(3, "0" * 64)) == Altered(2)


def test_nothing_is_appended_to_another_ledger_than_was_relied_on(tmp_path: Path) -> None:
    head = Reviews(ledger_of(tmp_path / "one", 2).entries()).head
    other = ReviewLedger(tmp_path / "other")
    for entries in range(3):
        with pytest.raises(ReviewsAltered):
            other.append(decision("9"), AT, head)
        assert len(other.entries()) == entries
        other.append(decision("9"), AT)


def test_half_a_line_is_no_decision_and_goes_with_the_next(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, 2)
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + whole[: len(whole) // 4])
    assert len(ledger.entries()) == 2
    ledger.append(decision("9"), AT)
    assert [entry.decision.subject.digest for entry in ledger.entries()] == ["0", "1", "9"]


def test_nothing_is_appended_to_an_altered_ledger(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, 2)
    content = ledger.path.read_bytes().replace("王审".encode(), "李审".encode(), 1)
    ledger.path.write_bytes(content)
    with pytest.raises(ReviewsAltered):
        ledger.append(decision("9"), AT)
    assert ledger.path.read_bytes() == content


ODD_NUMBERS = ("1e999", "Infinity", "NaN", "1" * 5000)


@pytest.mark.parametrize("line", [
    "[]", "{}", '{"number": "x"}', "null", '{"number": 1, "at": "", "previous": null}', "[" * 100_000,
    *(f'{{"number": {number}}}' for number in ODD_NUMBERS),
])  # fmt: skip
def test_what_is_no_entry_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "ledger.jsonl").write_text(line + "\n")
    with pytest.raises(ReviewsAltered):
        load_reviews(tmp_path)


@pytest.mark.parametrize(("said", "odd"), [
    *((b'"number": 1,', f'"number": {number},'.encode()) for number in ODD_NUMBERS),
    ("王审".encode(), rb"\udcff"),
    ("王审".encode(), "王审".encode("gb18030")),
    (b'"at": ', b'"at":'),
    (b'{"account"', b'{"by": "Nobody", "account"'),
])  # fmt: skip
def test_a_line_in_another_form_is_refused(tmp_path: Path, said: bytes, odd: bytes) -> None:
    ledger = ledger_of(tmp_path, 1)
    ledger.path.write_bytes(ledger.path.read_bytes().replace(said, odd))
    assert ledger.altered(LedgerHead()) == Altered(1)


def test_what_is_not_text_is_not_recorded(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, 1)
    with pytest.raises(UnreadableDecision):
        ledger.append(replace(decision("9"), by="\udcff"), AT)
    assert len(ledger.entries()) == 1


def _append(folder: Path, worker: int) -> None:
    for number in range(5):
        ReviewLedger(folder).append(decision(f"{worker}-{number}"), AT)


def test_processes_that_append_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append, args=(tmp_path, number)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    entries = ReviewLedger(tmp_path).entries()
    assert {entry.decision.subject.digest for entry in entries} == {f"{w}-{n}" for w in range(4) for n in range(5)}
    assert [entry.number for entry in entries] == list(range(1, 21))


def test_the_last_decision_counts(tmp_path: Path) -> None:
    ledger = ReviewLedger(tmp_path)
    subject = decision("a").subject
    for kind, approved in ((DecisionKind.APPROVE, True), (DecisionKind.REJECT, False), (DecisionKind.APPROVE, True)):
        ledger.append(decision("a", kind), AT)
        assert (load_reviews(tmp_path).approval(subject) is not None) is approved
    assert json.loads(ledger.path.read_text().splitlines()[2])["kind"] == "approve"


def test_a_plan_is_what_decides_about_disclosure(tmp_path: Path) -> None:
    dataset = trees(tmp_path)
    descriptor, said = dataset.descriptor, dataset.descriptor.disclosure
    later = said.model_copy(update={"review_date": said.review_date.replace(year=2030)})
    other_title = descriptor.model_copy(update={"keywords": descriptor.keywords, "disclosure": later})
    assert plan_digest(replace(dataset, descriptor=other_title)) == plan_digest(dataset)
    withheld = descriptor.model_copy(update={"disclosure": said.model_copy(update={"attribute": Attribute.WITHHELD})})
    assert plan_digest(replace(dataset, descriptor=withheld)) != plan_digest(dataset)


def conditional(folder: Path, species: list[str], *, when: bool = True) -> Dataset:
    """A dataset that withholds a note of ginkgos, or looks after people among them; what species there are."""
    schema = tree_schema()
    for entry in schema["fields"]:
        if entry["name"] == "species":
            entry["constraints"] = {"required": True, "enum": species}
        if entry["name"] == "note" and when:
            entry["disclosure"] = {**WITHHELD, "treatment": {"type": "drop"}, "when": {"species": ["ginkgo"]}}
    small = {"k": 5, "applies_to": {"species": ["ginkgo"]}, "quasi_identifiers": {"planted": ["year", "all"]}}
    descriptor = {**tree_descriptor(), "id": "groves", **({} if when else {"small_cells": small})}
    catalog = load_catalog(write_registry(folder, groves=(descriptor, schema)))
    assert catalog.problems == ()
    return catalog.dataset("groves")


@pytest.mark.parametrize("when", [True, False])
def test_a_plan_changes_with_the_values_that_its_conditions_spare(tmp_path: Path, when: bool) -> None:
    first = conditional(tmp_path / "first", ["ginkgo", "willow", "pine"], when=when)
    plan = disclosure_plan(first)
    said = plan["fields"]["note"] if when else plan["small_cells"]
    assert said["spared"] == {"species": ["pine", "willow"]}
    again = conditional(tmp_path / "again", ["willow", "pine", "ginkgo"], when=when)
    assert plan_digest(again) == plan_digest(first)
    wider = conditional(tmp_path / "wider", ["ginkgo", "willow", "pine", "ginkgo biloba"], when=when)
    assert plan_digest(wider) != plan_digest(first)


def test_a_plan_changes_with_the_code_list_that_a_condition_is_held_to(tmp_path: Path) -> None:
    schema = tree_schema()
    for entry in schema["fields"]:
        if entry["name"] == "district":
            entry["constraints"] = {"required": True}
        if entry["name"] == "note":
            entry["disclosure"] = {**WITHHELD, "treatment": {"type": "drop"}, "when": {"district": ["999901"]}}
    folder = write_registry(tmp_path / "schema", groves=({**tree_descriptor(), "id": "groves"}, schema))
    before = load_catalog(folder).dataset("groves")
    assert disclosure_plan(before)["fields"]["note"]["spared"] == {"district": ["999902"]}
    path = folder / "codelists" / "district.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[-1].replace("999902", "999903")]) + "\n")
    after = load_catalog(folder).dataset("groves")
    assert plan_digest(after) != plan_digest(before)


def test_who_discloses_everything_from_the_start_needs_no_review(tmp_path: Path) -> None:
    schema = tree_schema()
    schema["fields"] = [entry for entry in schema["fields"] if entry["disclosure"]["attribute"] == "active"]
    catalog = load_catalog(
        write_registry(tmp_path / "schema", open_trees=({**tree_descriptor(), "id": "open_trees"}, schema))
    )
    reviews = Reviews()
    assert not reviews.needs_review(catalog.dataset("open_trees")) and reviews.is_plan_cleared(
        catalog.dataset("open_trees")
    )
    assert reviews.needs_review(catalog.dataset("tree_inventory"))
    assert not reviews.is_plan_cleared(catalog.dataset("tree_inventory"))
    assert approving(tmp_path / "reviews", catalog).is_plan_cleared(catalog.dataset("tree_inventory"))


def test_disclosing_what_was_withheld_is_reviewed(tmp_path: Path) -> None:
    restricted = trees(tmp_path)
    reviews = approving(tmp_path / "reviews", load_catalog(tmp_path / "schema"))
    opened = tuple(
        spec.model_copy(update={"disclosure": restricted.field("tree_id").disclosure}) for spec in restricted.fields
    )
    relaxed = replace(restricted, schema=restricted.schema.model_copy(update={"fields": opened}))
    assert reviews.is_plan_cleared(restricted) and not reviews.is_plan_cleared(relaxed)


def test_exemptions_of_the_scan_are_reviewed(tmp_path: Path) -> None:
    schema = tree_schema()
    schema["fields"] = [field("tree_id", constraints={"required": True}),
                        field("place", disclosure={"attribute": "active", "personal_data": ["address"]})]  # fmt: skip
    schema |= {"foreignKeys": []}
    descriptor = {**tree_descriptor(), "id": "places", "row_constraints": [], "drift": []}
    catalog = load_catalog(write_registry(tmp_path / "schema", places=(descriptor, schema)))
    assert catalog.problems == () and WITHHELD["attribute"] == "withheld"
    assert Reviews().needs_review(catalog.dataset("places"))
