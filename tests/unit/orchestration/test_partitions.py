"""Periods and partition keys stand for each other, in every class."""

from __future__ import annotations

import pytest

from pipelines.core.periods import Period, PeriodClass
from pipelines.orchestration.partitions import partition_key, partitions_for, period_text


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (PeriodClass.MONTHLY, "2025-03", "2025-03"),
        (PeriodClass.QUARTERLY, "2025-Q1", "2025-01"),
        (PeriodClass.QUARTERLY, "2025-Q4", "2025-10"),
        (PeriodClass.YEARLY, "2025", "2025"),
        (PeriodClass.NONE, "all", None),
    ],
)
def test_period_and_key_round_trip(kind: PeriodClass, text: str, key: str | None) -> None:
    assert partition_key(Period.parse(text, kind)) == key
    assert period_text(kind, key) == text


@pytest.mark.parametrize("kind", [PeriodClass.MONTHLY, PeriodClass.QUARTERLY, PeriodClass.YEARLY])
def test_partitions_begin_with_the_first_year_and_are_all_periods(kind: PeriodClass) -> None:
    partitions = partitions_for(kind, 2024)
    assert partitions is not None
    keys = partitions.get_partition_keys()
    first = Period.parse(period_text(kind, keys[0]), kind)
    assert (first.year, first.index) == (2024, 1)
    following = first.next()
    assert following is not None
    assert partition_key(following) == keys[1]


def test_datasets_of_a_class_share_one_definition() -> None:
    assert partitions_for(PeriodClass.MONTHLY, 2024) is partitions_for(PeriodClass.MONTHLY, 2024)
    assert partitions_for(PeriodClass.NONE, 2024) is None
