"""What the sample deliveries must come to: the other side of the books, written apart from the inbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from pipelines.samples.registers import registers
from pipelines.samples.subsidies import personal_values


@dataclass(frozen=True)
class ExpectedDelivery:
    """One delivery: its verdict, the rows and the sum of ``amount_field`` (yuan) that it adds to what is published.

    ``amount_field`` is ``None`` where nothing is summed; ``rule`` names the finding that a flawed delivery must get;
    ``rows_quarantined`` rows are kept out.
    """

    dataset: str
    period: str
    organisation: str
    verdict: str
    rows: int
    amount_field: str | None
    amount: Decimal
    rows_quarantined: int = 0
    flaw: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class SampleLedger:
    """All deliveries of one generated inbox, in the order of dataset, period and organisation."""

    seed: int
    scale: float
    deliveries: tuple[ExpectedDelivery, ...]

    def totals(self) -> dict[tuple[str, str], tuple[int, Decimal]]:
        """Published rows and amount (yuan) per dataset and period; nothing for periods with no published row."""
        found: dict[tuple[str, str], tuple[int, Decimal]] = {}
        for entry in self.deliveries:
            if entry.rows:
                rows, amount = found.get((entry.dataset, entry.period), (0, Decimal(0)))
                found[entry.dataset, entry.period] = (rows + entry.rows, amount + entry.amount)
        return found

    def flawed(self) -> tuple[ExpectedDelivery, ...]:
        """The deliveries that something is wrong with."""
        return tuple(entry for entry in self.deliveries if entry.flaw is not None)

    def iter_personal_values(self) -> Iterator[tuple[str, str]]:
        """Kind and text of every personal value in the files, made again from the seed, never stored."""
        yield from personal_values(self.seed, self.scale)
        for register in registers():
            yield from register.personal_values(self.seed)

    def write_ledger(self, path: Path) -> None:
        """Write the books as JSON: amounts as text, no personal value."""
        content = {
            "seed": self.seed,
            "scale": self.scale,
            "deliveries": [{**asdict(entry), "amount": str(entry.amount)} for entry in self.deliveries],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
