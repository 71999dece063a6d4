"""Every dataset's examples: the valid one passes, each invalid one fails with exactly the error type in its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from shipped import CATALOG

from pipelines.registry import load_catalog
from pipelines.validate.examples import Example, example_problems, examples, found_error_types

#: The five disclosures (五公开) and the datasets that carry them.
DISCLOSURES = {
    "decision": {"major_decisions"},
    "execution": {"department_budget", "government_procurement_of_services", "project_progress",
                  "public_resource_trading", "work_ledger"},
    "management": {"administrative_licences", "administrative_penalties", "normative_documents",
                   "power_and_responsibility_list", "supervision_inspections",
                   # What the catalog and its office publish about disclosure itself.
                   "active_disclosure_catalog", "corrections_register", "department_scoreboard", "disclosure_requests",
                   "overdue_disclosures"},
    "service": {"public_service_items", "subsidy_distribution", "temporary_assistance",
                "temporary_assistance_statistics"},
    "result": {"audit_findings", "performance_tasks", "proposal_responses"},
}  # fmt: skip
EXAMPLES = [(dataset.id, example) for dataset in CATALOG.datasets.values() for example in examples(dataset)]


def test_every_shipped_descriptor_is_usable() -> None:
    assert CATALOG.problems == ()
    found: dict[str, set[str]] = {name: set() for name in DISCLOSURES}
    for dataset in CATALOG.datasets.values():
        found[dataset.descriptor.disclosure_class].add(dataset.id)
    assert found == DISCLOSURES


def test_whatever_departments_deliver_has_time_limits() -> None:
    for dataset in CATALOG.datasets.values():
        said = dataset.descriptor
        is_owed = said.register_of is None and dataset.is_disclosed
        assert bool(said.deadlines) == is_owed, dataset.id
        # What is delivered is published within the policy's ten working days, besides any limit of its own.
        landed = [rule for rule in said.deadlines if rule.event == "landed"]
        assert [rule.within.working_days for rule in landed] == ([10] if is_owed else []), dataset.id


@pytest.mark.parametrize(
    ("dataset", "example"), EXAMPLES, ids=lambda value: getattr(value, "path", Path(str(value))).stem
)
def test_an_example_gets_the_verdict_in_its_name(dataset: str, example: Example, tmp_path: Path) -> None:
    found = found_error_types(example, CATALOG.datasets[dataset], CATALOG, tmp_path)
    assert found == ({example.expected} if example.expected else set())


def test_every_dataset_has_examples_that_fail() -> None:
    for dataset in CATALOG.datasets.values():
        assert len([example for example in examples(dataset) if example.expected]) >= 5


def test_an_example_with_another_verdict_is_a_problem(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    from support import write_registry

    write_registry(registry)
    folder = registry / "datasets" / "parks" / "tree_inventory" / "examples"
    (folder / "valid.csv").write_text("tree_id,district,height\nt1,999901,tall\nt2,999901,2\n", encoding="utf-8")
    (folder / "invalid_type-error.csv").write_text("tree_id,district,height\nt1,999901,tall\n", encoding="utf-8")
    catalog = load_catalog(registry)
    (problem,) = example_problems(catalog.datasets["tree_inventory"], catalog, registry, tmp_path / "work")
    assert problem.file.endswith("examples/valid.csv")
    assert "type-error" in problem.message.text("en")
