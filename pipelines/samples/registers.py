"""Registers: the datasets whose rows are drawn from a specification, a YAML file in ``specifications/`` each.

Here: which deliveries there are, their rows, what they come to. Not here: how a value is drawn (``drawing``) and how a
file is written (``register_files``).

A specification has

- ``file``: the file's name, a template; its ending is the format (``register_files``);
- ``deliveries``: ``organisation``, ``period``, ``rows``, and with a flaw ``faults``: row → column → what it says
  instead, a template; such rows are in no sum;
- ``records``: what belongs together in a row; records take turns;
- ``columns``: label → rule, see ``drawing``; one that begins with ``_`` is drawn and not written;
- ``personal``: label → kind, of columns that hold personal values;
- ``amount``, if there is one: its ``label``, the published ``field``, and its ``unit`` in yuan (1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from pipelines.core.periods import Period, PeriodClass, is_period
from pipelines.samples.city import ORGANISATION_NAMES
from pipelines.samples.drawing import Drawn, rows
from pipelines.samples.register_files import write_file

_FOLDER = "specifications"
#: A list without periods is as of this day.
_NO_PERIOD = dt.date(2026, 1, 1)


@dataclass(frozen=True)
class Amount:
    """The column that is summed: its label, the field it is published as, and its unit in yuan."""

    label: str
    field: str
    unit: int = 1


@dataclass(frozen=True)
class RegisterDelivery:
    """One delivery: who, when, how many rows, and which cells say something else than they should."""

    organisation: str
    period: str
    rows: int
    faults: Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Written:
    """What a delivery comes to: its good rows, the sum of its amount in yuan, and its faulty rows."""

    rows: int
    amount: Decimal
    faulty: int


@dataclass(frozen=True)
class Register:
    """One dataset's specification."""

    dataset: str
    content: Mapping[str, Any]

    @cached_property
    def deliveries(self) -> tuple[RegisterDelivery, ...]:
        """What is delivered."""
        return tuple(RegisterDelivery(**{"faults": {}, **each}) for each in self.content["deliveries"])

    @cached_property
    def amount(self) -> Amount | None:
        """What is summed, if anything is."""
        return Amount(**self.content["amount"]) if "amount" in self.content else None

    def write(self, folder: Path, seed: int, delivery: RegisterDelivery) -> Written:
        """Write the file of one delivery, and tell what is in it."""
        folder.mkdir(parents=True, exist_ok=True)
        drawn = list(self._rows(seed, delivery))
        good = [row for row in drawn if row["n"] not in delivery.faults]
        for row in drawn:
            for column, text in delivery.faults.get(row["n"], {}).items():
                row[column] = text.format_map(row)
        around = _around(delivery)
        columns = [column for column in self.content["columns"] if not column.startswith("_")]
        cells = [[row[column] for column in columns] for row in drawn]
        write_file(folder / self.content["file"].format_map(around), self.content, around, columns, cells)
        return Written(len(good), self._sum(good), len(drawn) - len(good))

    def personal_values(self, seed: int) -> Iterator[tuple[str, str]]:
        """Kind and text of every personal value, made again from the seed."""
        for delivery in self.deliveries:
            for row in self._rows(seed, delivery):
                for column, kind in self.content["personal"].items():
                    if row[column]:
                        yield kind, str(row[column])

    def _rows(self, seed: int, delivery: RegisterDelivery) -> Iterator[Drawn]:
        return rows(seed, self.dataset, _around(delivery), _first_day(delivery.period), delivery.rows,
                    self.content["records"], self.content["columns"])  # fmt: skip

    def _sum(self, good: list[Drawn]) -> Decimal:
        if self.amount is None:
            return Decimal(0)
        label, unit = self.amount.label, self.amount.unit
        return sum((row[label] * unit for row in good if row[label] != ""), Decimal(0))


@cache
def registers() -> tuple[Register, ...]:
    """All registers, by dataset."""
    files = sorted(
        (entry for entry in (resources.files("pipelines.samples") / _FOLDER).iterdir() if entry.name.endswith(".yaml")),
        key=lambda entry: entry.name,
    )
    return tuple(
        Register(entry.name.removesuffix(".yaml"), yaml.safe_load(entry.read_text(encoding="utf-8"))) for entry in files
    )


def _around(delivery: RegisterDelivery) -> dict[str, str]:
    return {
        "organisation": delivery.organisation,
        "organisation_name": ORGANISATION_NAMES[delivery.organisation],
        "period": delivery.period,
        "year": f"{_first_day(delivery.period):%Y}",
    }


def _first_day(period: str) -> dt.date:
    kind = next(each for each in PeriodClass if is_period(period, each))
    return Period.parse(period, kind).start or _NO_PERIOD
