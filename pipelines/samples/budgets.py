"""Department budgets: lines per phase that add up, with revenue equal to expenditure in every book and phase.

Amounts are whole hundreds of yuan, so that they can be written in 万元 with two decimals exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.samples.projects import Project, projects_of
from pipelines.samples.streams import between, stream

PERIODS = ("2025", "2026")
PHASES = {"2025": ("proposed", "approved", "adjusted", "final"), "2026": ("proposed", "approved")}

#: Departments that deliver an expenditure book: item → basic and project expenditure of 2025, in 万元.
BOOKS: dict[str, dict[str, tuple[int, int]]] = {
    "agriculture_bureau": {
        "2080505": (262, 0), "2101101": (158, 0), "2130101": (2380, 0), "2130108": (0, 640),
        "2130122": (0, 3150), "2130135": (0, 4280), "2130153": (0, 5900), "2210201": (236, 0),
    },
    "civil_affairs_bureau": {
        "2080201": (1420, 0), "2080208": (0, 860), "2080505": (166, 0), "2081001": (0, 720), "2081002": (0, 2650),
        "2081006": (0, 3180), "2081901": (0, 8400), "2081902": (0, 9600), "2082001": (0, 1240),
        "2082102": (0, 5300), "2101101": (98, 0), "2210201": (149, 0),
    },
    "education_bureau": {
        "2050101": (1980, 0), "2050201": (8600, 1200), "2050202": (31500, 4600), "2050203": (24800, 3900),
        "2050204": (18700, 2600), "2050302": (6900, 1500), "2080505": (9200, 0), "2101101": (4300, 0),
        "2210201": (8100, 0),
    },
    "emergency_bureau": {
        "2080505": (112, 0), "2101101": (68, 0), "2210201": (101, 0), "2240101": (1060, 0), "2240106": (0, 930),
        "2240703": (0, 1850),
    },
    "finance_bureau": {
        "2010601": (1860, 0), "2010602": (0, 420), "2010607": (0, 960), "2080505": (214, 0), "2101101": (126, 0),
        "2210201": (192, 0),
    },
    "health_commission": {
        "2080505": (1980, 0), "2100101": (1540, 0), "2100201": (12600, 5400), "2100302": (7800, 1900),
        "2100401": (3600, 1450), "2100408": (0, 6700), "2101101": (1120, 0), "2210201": (1760, 0),
    },
    "healthcare_security_bureau": {
        "2080505": (96, 0), "2101101": (57, 0), "2101301": (0, 7400), "2101501": (890, 0), "2210201": (88, 0),
    },
    "human_resources_bureau": {
        "2080101": (1630, 0), "2080109": (940, 0), "2080505": (243, 0), "2080705": (0, 2100), "2082602": (0, 16800),
        "2101101": (148, 0), "2210201": (226, 0),
    },
}  # fmt: skip

#: Departments that export their budget system: running costs of 2025 in 万元, by item and economic class.
EXPORTS: dict[str, dict[tuple[str, str], int]] = {
    organisation: {
        **{(item, economic): round(total * share) for economic, share in {
            "30101": 0.30, "30102": 0.24, "30103": 0.09, "30201": 0.06, "30206": 0.03, "30207": 0.02, "30211": 0.05,
            "30213": 0.04, "30216": 0.02, "30217": 0.01, "30227": 0.08, "30231": 0.02, "30302": 0.04,
        }.items()},
        ("2080505", "30108"): round(total * 0.11),
        ("2101101", "30110"): round(total * 0.06),
        ("2210201", "30113"): round(total * 0.10),
    }
    for organisation, item, total in (
        ("housing_bureau", "2120101", 2150), ("transport_bureau", "2140101", 2680), ("water_bureau", "2130301", 1740),
    )
}  # fmt: skip

#: How a book splits basic expenditure: wages, goods and services, assistance to individuals.
_CLASSES = (("301", 0.71), ("302", 0.23), ("303", 0.06))
#: Items that are contributions for staff, all of them wages and welfare.
_CONTRIBUTIONS = {"2080505", "2101101", "2210201"}
_HUNDREDS = 100  # hundreds of yuan in 万元


@dataclass(frozen=True)
class Line:
    """One budget line. ``amount`` is in hundreds of yuan; texts that do not apply are empty."""

    book: str
    direction: str
    phase: str
    function: str
    economic: str
    kind: str
    source: str
    amount: int
    project: Project | None = None


def book_lines(seed: int, organisation: str, period: str, phase: str) -> Iterator[Line]:
    """Expenditure lines of an expenditure book, items in order."""
    for item, (basic, project) in BOOKS[organisation].items():
        classes = (("301", 1.0),) if item in _CONTRIBUTIONS else _CLASSES
        for economic, share in classes if basic else ():
            amount = _amount(seed, (organisation, f"{item}.{economic}"), period, phase, basic * share)
            yield Line("general_public", "expenditure", phase, item, economic, "basic", "", amount)
        if project:
            amount = _amount(seed, (organisation, f"{item}.project"), period, phase, project)
            yield Line("general_public", "expenditure", phase, item, "", "project", "", amount)


def export_lines(seed: int, organisation: str, period: str, phase: str) -> Iterator[Line]:
    """Expenditure lines of a budget system's export: running costs, then one line per construction project."""
    for (item, economic), basic in EXPORTS[organisation].items():
        amount = _amount(seed, (organisation, f"{item}.{economic}"), period, phase, basic)
        yield Line("general_public", "expenditure", phase, item, economic, "basic", "general_appropriation", amount)
    for project in projects_of(seed, organisation):
        fund = project.function.startswith("21208")
        book = "government_fund" if fund else "general_public"
        source = "fund_appropriation" if fund else "general_appropriation"
        yearly = project.budget / 10_000 / 3
        amount = _amount(seed, (organisation, project.code), period, phase, yearly)
        economic = "30906" if project.kind == "rehabilitation" else "30905"
        yield Line(book, "expenditure", phase, project.function, economic, "project", source, amount, project)


def revenue_lines(seed: int, organisation: str, period: str, lines: list[Line]) -> Iterator[Line]:
    """Revenue that balances ``lines``, the expenditure of one phase, in every book."""
    for book in sorted({line.book for line in lines}):
        total = sum(line.amount for line in lines if line.book == book)
        phase = lines[0].phase
        random = stream(seed, "revenue", organisation, period, book)
        carried = int(total * between(random, 0.01, 0.04))
        source = "fund_appropriation" if book == "government_fund" else "general_appropriation"
        yield Line(book, "revenue", phase, "", "", "", source, total - carried)
        yield Line(book, "revenue", phase, "", "", "", "carry_over", carried)


def _amount(seed: int, what: tuple[str, str], period: str, phase: str, base: float) -> int:
    """Amount of a line in hundreds of yuan: it grows from year to year and moves between the phases."""
    random = stream(seed, "budget", *what)
    approved = base * _HUNDREDS * between(random, 0.97, 1.03)
    for _ in range(PERIODS.index(period)):
        approved *= between(random, 1.01, 1.08)
    # What is spent never exceeds the adjusted budget.
    moved = {"proposed": between(random, 0.96, 1.04), "approved": 1.0, "adjusted": between(random, 0.98, 1.06)}
    moved["final"] = moved["adjusted"] * between(random, 0.93, 0.999)
    return max(1, int(approved * moved[phase]))
