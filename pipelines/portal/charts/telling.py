"""Texts around a figure: title, subtitle, description and notes, and cells of its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, cut, same, shorts
from pipelines.portal.charts.names import Names, enumerated, period_text
from pipelines.portal.charts.queries import Rows
from pipelines.portal.charts.records import Chart, Figure, Scales, Table, said
from pipelines.portal.numbers import exact, scale_of, share
from pipelines.registry.charts import ChartDescriptor

#: Rows of a table at most: what lies beyond is in the dataset itself.
MOST_TABLE_ROWS = 200
_DOT = " · "
#: Characters of a label within a sentence.
_NAME = 60


@dataclass(frozen=True)
class Asked:
    """A chart that is to be made: what is declared of it, and where its figures and names come from."""

    id: str
    chart: ChartDescriptor
    names: Names
    rows: Rows

    def made(
        self,
        kind: str,
        title: Texts,
        figure: Figure,
        description: Texts,
        table: Table,
        notes: Iterable[Texts] = (),
    ) -> Chart:
        """The chart, with the title that is declared for it, else with ``title``."""
        declared = self.chart.title
        further = [said("charts-table-cut", most=MOST_TABLE_ROWS)] if len(table.rows) > MOST_TABLE_ROWS else []
        return Chart(
            self.id,
            kind,
            shorts(declared.model_dump()) if declared is not None else title,
            self._subtitle(figure.scales),
            description,
            (*notes, *further),
            figure,
            Table(table.header, table.rows[:MOST_TABLE_ROWS], table.labels),
        )

    def _subtitle(self, scales: Scales) -> Texts:
        periods = period_text(tuple(segment.period for segment in self.rows.segments))
        unit = said("charts-in-unit", unit={language: scales[language].unit for language in LANGUAGES})
        parts = [*([periods] if periods else []), *([unit] if scales["en"].unit else []), *self.names.conditions()]
        return {language: _DOT.join(part[language] for part in parts) for language in LANGUAGES}


def scales_of(amounts: Iterable[Decimal | None], unit: str | None) -> Scales:
    """How amounts are told, in each language."""
    known = [amount for amount in amounts if amount is not None]
    return {language: scale_of(known, unit, language) for language in LANGUAGES}


def cell(amount: Decimal | int | None) -> Texts:
    """An amount as a cell of a table: exact; a dash where nothing is known."""
    if amount is None:
        return said("charts-unknown")
    return {language: exact(Decimal(amount), language) for language in LANGUAGES}


def exactly(amount: Decimal | None) -> Decimal | None:
    """A sum as it is."""
    return amount


def rounded(amount: Decimal | None) -> Decimal | None:
    """A mean or a median with as many digits as are worth telling."""
    if amount is None or amount.adjusted() < -3:
        return amount
    kept = round(amount, 4) if amount.adjusted() < 20 else amount
    return Decimal(f"{kept.normalize():f}")


def share_cell(ratio: Decimal | None) -> Texts:
    """A part of the whole as a cell of a table."""
    if ratio is None:
        return same("")
    return {language: share(ratio, language, 2) for language in LANGUAGES}


def with_amount(label: Texts, amount: Decimal | None, scales: Scales) -> Texts:
    """Something and how much it is, as part of a sentence."""
    if amount is None:
        told = said("charts-unknown")
    else:
        told = {language: scales[language].with_unit(amount) for language in LANGUAGES}
    return said("charts-with-amount", label={each: cut(text, _NAME) for each, text in label.items()}, amount=told)


def described(message: str, parts: Sequence[Texts], further: int) -> Texts:
    """What a chart shows: its first parts, and how many more there are."""
    return said(message, listed=enumerated(list(parts)), further=further)


def missing_note(missing: int) -> list[Texts]:
    """That values are withheld or missing, if any are."""
    if not missing:
        return []
    count = {language: exact(Decimal(missing), language) for language in LANGUAGES}
    return [said("charts-missing", count=count)]
