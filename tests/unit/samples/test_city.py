"""The city itself: budgets that balance, projects that move forward, people with valid numbers."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest

from pipelines.core.check_digits import is_credit_code, is_identity_number, is_luhn
from pipelines.samples import budgets, projects
from pipelines.samples.budget_files import Writing
from pipelines.samples.city import DISTRICTS, ORGANISATION_NAMES
from pipelines.samples.people import bodies, individuals
from pipelines.samples.project_files import DEPARTMENTS
from pipelines.samples.subjects import function_names
from pipelines.samples.subsidies import PAYERS, PERIODS, payments

SEED = 11


@pytest.mark.parametrize("organisation", [*budgets.BOOKS, *budgets.EXPORTS])
@pytest.mark.parametrize("period", budgets.PERIODS)
def test_budgets_balance_in_every_book_and_phase(organisation: str, period: str) -> None:
    make = budgets.book_lines if organisation in budgets.BOOKS else budgets.export_lines
    sums: dict[tuple[str, str], int] = {}
    for phase in budgets.PHASES[period]:
        expenditure = list(make(SEED, organisation, period, phase))
        revenue = list(budgets.revenue_lines(SEED, organisation, period, expenditure))
        for book in {line.book for line in expenditure}:
            spent = sum(line.amount for line in expenditure if line.book == book)
            assert spent == sum(line.amount for line in revenue if line.book == book) > 0
            sums[book, phase] = spent
    assert all(sums[book, "final"] <= sums[book, "adjusted"] for book, phase in sums if phase == "final")


def test_every_budget_item_has_a_name() -> None:
    items = {item for book in budgets.BOOKS.values() for item in book}
    items |= {item for export in budgets.EXPORTS.values() for item, _ in export}
    items |= {project.function for name in DEPARTMENTS for project in projects.projects_of(SEED, name)}
    assert items <= function_names().keys()


def test_amounts_are_exact_in_both_units() -> None:
    assert Writing("万元", "万元").amount(123_456) == "1,234.56"
    assert Writing("元", "元").amount(123_456) == "12,345,600.00"


@pytest.mark.parametrize("organisation", DEPARTMENTS)
def test_projects_move_forward_and_milestones_make_sense(organisation: str) -> None:
    for project in projects.projects_of(SEED, organisation):
        reports = [projects.progress(SEED, project, period) for period in projects.PERIODS]
        for before, after in pairwise(reports):
            assert after.paid >= before.paid
            assert after.physical >= before.physical or after.decrease_reason
        for report in reports:
            assert 0 <= report.physical <= 10_000
            assert report.paid <= report.contract <= project.budget
            for milestone in report.milestones:
                assert (milestone.met is not None) == (milestone.status in {"met", "partiallyMet"})


def test_people_have_valid_numbers_and_come_back_every_quarter() -> None:
    people = list(islice(individuals(SEED, "civil_affairs_bureau", DISTRICTS[0]), 300))
    assert all(is_identity_number(one.identity_number) and is_luhn(one.bank_account) for one in people)
    assert all(len(one.phone) == 11 and len(one.division) == 12 for one in people)
    assert all(one.division[:6] == one.identity_number[:6] == DISTRICTS[0].code for one in people)
    paid = [
        {one.recipient.identity_number for one in payments(SEED, 0.1, "civil_affairs_bureau", DISTRICTS[0], period)}
        for period in PERIODS
    ]
    assert paid[0] == paid[1]


@pytest.mark.parametrize(
    ("kind", "prefix"), [("organisation", "91"), ("sole_trader", "92"), ("rural_collective", "N2")]
)
def test_organisations_have_valid_credit_codes(kind: str, prefix: str) -> None:
    for body in islice(bodies(SEED, "agriculture_bureau", DISTRICTS[1], kind), 200):
        assert is_credit_code(body.credit_code, inner=True)
        assert body.credit_code.startswith(prefix + DISTRICTS[1].code)
        assert not body.identity_number


def test_payments_keep_to_their_rules() -> None:
    for organisation in PAYERS:
        assert organisation in ORGANISATION_NAMES
        for payment in payments(SEED, 0.1, organisation, DISTRICTS[2], PERIODS[1]):
            assert 0 < payment.disbursed <= payment.awarded
            assert payment.awarded_on <= payment.disbursed_on
            assert f"{payment.disbursed_on.year}-Q{(payment.disbursed_on.month + 2) // 3}" == PERIODS[1]


def test_shares_of_the_districts_make_one_city() -> None:
    assert sum(district.share for district in DISTRICTS) == pytest.approx(1)
