"""Subsidy payments: who is paid what, and when, quarter by quarter. Rows are made one at a time, never kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pipelines.core.periods import Period, PeriodClass
from pipelines.samples.city import DISTRICTS, District
from pipelines.samples.people import Recipient, bodies, individuals
from pipelines.samples.projects import projects_of
from pipelines.samples.streams import stream

PERIODS = ("2025-Q4", "2026-Q1")


@dataclass(frozen=True)
class Programme:
    """A programme: what it pays (yuan, lowest and highest) and to whom; ``weight`` of all its department's payments."""

    name: str
    document: str
    kind: str
    lowest: int
    highest: int
    weight: float


@dataclass(frozen=True)
class Payer:
    """A department that pays: the prefix of its payment numbers, its payments a quarter at scale 1, its programmes."""

    prefix: str
    payments: int
    programmes: tuple[Programme, ...]


PAYERS = {
    "agriculture_bureau": Payer("NY", 460, (
        Programme("耕地地力保护补贴", "云农发〔2025〕31号", "individual", 120, 1800, 0.72),
        Programme("耕地地力保护补贴", "云农发〔2025〕31号", "rural_collective", 3000, 26000, 0.14),
        Programme("农机购置与应用补贴", "云农机〔2025〕12号", "sole_trader", 2000, 48000, 0.14),
    )),
    "civil_affairs_bureau": Payer("MZ", 1240, (
        Programme("城市居民最低生活保障", "云民发〔2025〕8号", "individual", 460, 1450, 0.28),
        Programme("农村居民最低生活保障", "云民发〔2025〕8号", "individual", 320, 980, 0.34),
        Programme("特困人员救助供养", "云民发〔2025〕9号", "individual", 900, 1900, 0.13),
        Programme("高龄津贴", "云民发〔2025〕15号", "individual", 50, 300, 0.18),
        Programme("困境儿童慈善助学", "云慈〔2025〕3号", "individual", 800, 3000, 0.04),
        Programme("养老机构运营补贴", "云民发〔2025〕21号", "organisation", 12000, 260000, 0.03),
    )),
    "emergency_bureau": Payer("YJ", 160, (
        Programme("自然灾害生活救助", "云应急〔2025〕44号", "individual", 300, 5000, 1.0),
    )),
    "healthcare_security_bureau": Payer("YB", 380, (
        Programme("城乡医疗救助", "云医保发〔2025〕17号", "individual", 200, 28000, 1.0),
    )),
    "human_resources_bureau": Payer("RS", 860, (
        Programme("城乡居民基础养老金", "云人社发〔2025〕26号", "individual", 143, 520, 1.0),
    )),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment. Amounts are in fen, so that sums are exact."""

    number: str
    programme: Programme
    recipient: Recipient
    awarded: int
    disbursed: int
    awarded_on: dt.date
    disbursed_on: dt.date
    project_code: str


def payments_in(organisation: str, district: District, scale: float) -> int:
    """How many payments a department makes in a district each quarter (at least one)."""
    return max(1, round(PAYERS[organisation].payments * scale * district.share))


def payments(seed: int, scale: float, organisation: str, district: District, period: str) -> Iterator[Payment]:
    """The payments of one department in one district and quarter, in the order of their numbers."""
    payer = PAYERS[organisation]
    # Who is on which programme is the people's stream; what is paid when is the quarter's.
    choice = stream(seed, "programmes", organisation, district.code)
    random = stream(seed, "payments", organisation, district.code, period)
    sources = {"individual": individuals(seed, organisation, district)} | {
        p.kind: bodies(seed, organisation, district, p.kind) for p in payer.programmes if p.kind != "individual"
    }
    quarter = Period.parse(period, PeriodClass.QUARTERLY)
    codes = [project.code for project in projects_of(seed, "water_bureau") if project.district == district.code]
    for count in range(1, payments_in(organisation, district, scale) + 1):
        programme = _weighted(payer.programmes, choice.random())
        recipient = next(sources[programme.kind])
        awarded = int(programme.lowest * 100 + random.random() * (programme.highest - programme.lowest) * 100)
        awarded -= awarded % (100 if programme.kind == "individual" else 10_000)
        disbursed = awarded if random.random() < 0.97 else awarded * 9 // 10
        month = quarter.index * 3 - 2 + int(random.random() * 3)
        paid_on = dt.date(quarter.year, month, 8 + int(random.random() * 18))
        awarded_on = paid_on - dt.timedelta(days=5 + int(random.random() * 20))
        code = codes[0] if codes and programme.kind == "rural_collective" and random.random() < 0.3 else ""
        number = f"{payer.prefix}-{period.replace('-', '')}-{district.code}-{count:06d}"
        yield Payment(number, programme, recipient, awarded, disbursed, awarded_on, paid_on, code)


def _weighted(programmes: tuple[Programme, ...], at: float) -> Programme:
    for programme in programmes:
        at -= programme.weight
        if at < 0:
            return programme
    return programmes[-1]


def personal_values(seed: int, scale: float) -> Iterator[tuple[str, str]]:
    """Kind and text of every value that must never be published, of every recipient of the first quarter.

    The same people are paid every quarter, so the first names them all.
    """
    for organisation in PAYERS:
        each = (payments(seed, scale, organisation, district, PERIODS[0]) for district in DISTRICTS)
        for payment in chain.from_iterable(each):
            who = payment.recipient
            yield from (("bank_account", who.bank_account), ("phone", who.phone), ("address", who.address))
            if who.kind == "individual":
                yield from (("identity_number", who.identity_number), ("name", who.name))
