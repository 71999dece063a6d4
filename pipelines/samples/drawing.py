"""Drawing the rows of a register from its specification: what each column says, from a seeded stream.

A rule is one of:

- a text: a template of ``str.format`` over what :func:`rows` names (``{district.name}``, ``{n:03d}``, the keys of the
  row's record) and over the columns drawn before;
- ``pick``: one of a list, or of a mapping of words to their weights, itself a template;
- ``day``: days after a date (a column's; absent: the first day of the delivery's period), from … to;
- ``number``: evenly from … to, in multiples of ``step`` (1);
- ``share``: that share of another column's number (``of``), from … to, rounded down to a multiple of ``step``;
- ``exactly``: the number that a template gives;
- ``percent``: one column's number of another's, to two decimals;
- ``cases``: the rule for the value of the column ``by``; ``else`` for all others, which else have nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from pipelines.samples import numbers
from pipelines.samples.city import DISTRICTS, TRADE_WORDS, District
from pipelines.samples.people import individuals
from pipelines.samples.projects import projects_of
from pipelines.samples.streams import stream

#: What a cell holds until it is written. Texts that do not apply are empty.
Value = str | Decimal | dt.date
Row = dict[str, Value]


class Drawn(dict[str, Any]):
    """What templates may name: the row's surroundings, and the columns drawn so far."""

    def value(self, column: str) -> Value:
        """A column drawn before."""
        found: Value = self[column]
        return found


def rows(seed: int, register: str, around: Mapping[str, str], first_day: dt.date, count: int,
         records: Sequence[Mapping[str, str]], rules: Mapping[str, Any]) -> Iterator[Drawn]:  # fmt: skip
    """``count`` rows of one delivery; records take turns.

    Args:
        seed: Chooses the city.
        register: The register's dataset, which has streams of its own.
        around: What all rows have in common: ``organisation``, ``organisation_name``, ``period``, ``year``.
        first_day: Of the delivery's period.
        count: How many.
        records: What belongs together in a row.
        rules: Column → rule, in the order of drawing.
    """
    random = stream(seed, "register", register, around["organisation"], around["period"])
    projects = projects_of(seed, "transport_bureau")
    people = {place.code: individuals(seed, f"{register}.{around['organisation']}", place) for place in DISTRICTS}
    officials = individuals(seed, f"{around['organisation']}.officials", DISTRICTS[0])
    for number in range(1, count + 1):
        district = DISTRICTS[int(random.random() * len(DISTRICTS))]
        record = records[(number - 1) % len(records)]
        row = Drawn(around, n=number, projects=projects, **record)
        row.update(_inhabitants(random, district), person=next(people[district.code]), official=next(officials))
        for column, rule in rules.items():
            row[column] = _value(rule, row, random, first_day)
        yield row


def _inhabitants(random: Random, district: District) -> dict[str, Any]:
    """What a row may be about, besides people."""
    return {
        "district": district,
        "trade": TRADE_WORDS[int(random.random() * 12)] + TRADE_WORDS[int(random.random() * 12)],
        "company_code": numbers.random_credit_code(random, "91", district.code),
        "trader_code": numbers.random_credit_code(random, "92", district.code),
        "landline": numbers.landline(random),
    }


def _value(rule: Any, row: Drawn, random: Random, first_day: dt.date) -> Value:
    if isinstance(rule, str):
        return rule.format_map(row)
    if "pick" in rule:
        return _picked(rule["pick"], random).format_map(row)
    if "day" in rule:
        start = row.value(rule["after"]) if "after" in rule else first_day
        return _day(start, rule["day"], random)
    if "number" in rule:
        return _between(rule["number"], Decimal(1), Decimal(str(rule.get("step", 1))), random)
    if "exactly" in rule:
        return Decimal(rule["exactly"].format_map(row))
    if "share" in rule:
        if row[rule["of"]] == "":
            return ""
        return _between(rule["share"], _number(row, rule["of"]), Decimal(str(rule.get("step", 1))), random)
    if "percent" in rule:
        if "" in (row[column] for column in rule["percent"]):
            return ""
        part, whole = (_number(row, column) for column in rule["percent"])
        return (100 * part / whole).quantize(Decimal("0.01"))
    found = rule["cases"].get(str(row.value(rule["by"])), rule.get("else", ""))
    return _value(found, row, random, first_day)


def _picked(words: Sequence[str] | Mapping[str, float], random: Random) -> str:
    if not isinstance(words, Mapping):
        return words[int(random.random() * len(words))]
    [word] = random.choices(list(words), list(words.values()))
    return word


def _day(start: Value, span: Sequence[int], random: Random) -> Value:
    """Nothing comes after a day that there is not."""
    if not isinstance(start, dt.date):
        return ""
    low, high = span
    return start + dt.timedelta(days=low + int(random.random() * (high - low + 1)))


def _between(span: Sequence[float], scale: Decimal, step: Decimal, random: Random) -> Decimal:
    low, high = (Decimal(str(bound)) * scale / step for bound in span)
    return (low + (high - low) * Decimal(str(random.random()))) // 1 * step


def _number(row: Drawn, column: str) -> Decimal:
    found = row.value(column)
    if not isinstance(found, Decimal):
        raise TypeError(f"{column} is no number")
    return found
