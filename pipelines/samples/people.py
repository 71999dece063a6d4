"""Who receives payments: people with personal data, and organisations with credit codes.

The people of one district are one endless stream per department: the same person comes back every quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pipelines.samples import numbers
from pipelines.samples.city import GIVEN, STREETS, SURNAMES, TRADE_WORDS, VILLAGES, District
from pipelines.samples.streams import stream

#: Credit codes begin with the registering authority and the kind: company, sole trader, rural collective.
_CREDIT_KINDS = {"organisation": "91", "sole_trader": "92", "rural_collective": "N2"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is paid. ``identity_number`` is empty for organisations, ``credit_code`` for individuals.

    ``division`` is the 12-digit code of the village or residents' committee.
    """

    kind: str
    name: str
    identity_number: str
    credit_code: str
    bank_account: str
    phone: str
    address: str
    division: str


def individuals(seed: int, organisation: str, district: District) -> Iterator[Recipient]:
    """The individuals of ``district`` that ``organisation`` pays, without end."""
    random = stream(seed, "people", organisation, district.code)
    while True:
        name = _pick(random, SURNAMES) + _pick(random, GIVEN) + (_pick(random, GIVEN) if random.random() < 0.7 else "")
        number = numbers.identity_number(random, district.code)
        yield Recipient("individual", name, number, "", *_whereabouts(random, district))


def bodies(seed: int, organisation: str, district: District, kind: str) -> Iterator[Recipient]:
    """The organisations, sole traders or rural collectives of ``district`` that ``organisation`` pays, without end."""
    random = stream(seed, "bodies", organisation, district.code, kind)
    while True:
        code = numbers.random_credit_code(random, _CREDIT_KINDS[kind], district.code)
        if kind == "rural_collective":
            name = f"{district.name}{_choose(random, VILLAGES[:10])}股份经济合作社"
        else:
            ending = "农资经营部" if kind == "sole_trader" else "养老服务有限公司"
            name = f"{district.name}{_choose(random, TRADE_WORDS)}{_choose(random, TRADE_WORDS)}{ending}"
        yield Recipient(kind, name, "", code, *_whereabouts(random, district))


def _whereabouts(random: Random, district: District) -> tuple[str, str, str, str]:
    """Bank account, phone, address and 12-digit division."""
    account, phone = numbers.bank_card(random), numbers.mobile(random)
    place = int(random.random() * len(VILLAGES))
    street = _choose(random, STREETS)
    house, unit, room = (1 + int(random.random() * top) for top in (280, 6, 18))
    address = f"{district.name}{VILLAGES[place]}{street}{house}号{unit}单元{room:02d}0{1 + room % 4}室"
    return account, phone, address, f"{district.code}{place // 4 + 1:03d}{200 + place:03d}"


def _pick(random: Random, characters: str) -> str:
    return characters[int(random.random() * len(characters))]


def _choose(random: Random, words: tuple[str, ...]) -> str:
    return words[int(random.random() * len(words))]
