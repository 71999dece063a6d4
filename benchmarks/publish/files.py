"""Cleared deliveries of the subsidy dataset: a Parquet file per period and department, as disclosure leaves them.

DuckDB makes the rows in the dataset's public schema, of the kinds that the sample city has: the same people are paid
period after period, payments are numbered in order, and a department delivers district by district.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.paths import Workspace
from pipelines.core.periods import PeriodClass
from pipelines.core.records import Delivery, DeliveryKey, DisclosedTable
from pipelines.disclose.plan import plan_fields
from pipelines.disclose.public_schema import public_schema
from pipelines.publish import Contribution
from pipelines.publish.schemas import columns
from pipelines.registry import Catalog, Dataset, load_catalog

DATASET = "subsidy_distribution"
DEPARTMENTS = 60

#: ``person`` is the same in each period, ``chance`` another.
_PAYMENTS = """
WITH numbered AS (
    SELECT department, number, (hash(department, number) % 1000000000000)::BIGINT AS person,
           (hash(department, number, $period) // 4)::BIGINT AS chance, 101 + number * 12 // $rows AS district
    FROM range($departments) AS departments (department), range($rows) AS numbers (number)
), drawn AS (
    SELECT *, $programmes[1 + person % len($programmes)] AS programme, chance // 128 % 200000 AS amount,
           CASE WHEN person // 64 % 10 < 7 THEN 'individual' ELSE
               ['organisation', 'sole_trader', 'rural_collective'][1 + person // 640 % 3] END AS kind,
           $start::DATE + (20 + chance % 70)::INTEGER AS paid
    FROM numbered
), paid AS (
    SELECT *, (amount / 100.0 + 120)::DECIMAL(18, 2) AS awarded,
           department = $corrected AND number % 10 = 0 AS is_corrected
    FROM drawn
)
SELECT department,
    chr(65 + (department // 26)::INTEGER) || chr(65 + (department % 26)::INTEGER)
        || printf('-%s-58%04d-%06d', $period, district, number) AS payment_surrogate,
    $period AS payment_period,
    programme.code AS programme_code,
    programme.name AS programme_name,
    programme.category AS category,
    programme.function AS function_code,
    CASE kind WHEN 'rural_collective' THEN printf('2024-58%04d-78-01-%06d', district, person % 40) END AS project_code,
    printf('云民发〔2025〕%d号', person % len($programmes)) AS policy_document_number,
    printf('11580100MB%08d', department) AS funding_organisation_code,
    printf('云川市第%d局', department + 1) AS funding_organisation_name,
    kind AS recipient_kind,
    CASE kind WHEN 'individual' THEN substr('赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨', 1 + person // 8 % 16, 1) || '*'
        ELSE printf('云川市%d服务中心', person % 100000) END AS recipient_name,
    CASE WHEN kind <> 'individual' THEN printf('925801%012d', person) END AS recipient_organisation_code,
    CASE kind WHEN 'individual' THEN md5(person::VARCHAR) END AS recipient_surrogate,
    printf('58%04d', district) AS beneficiary_district,
    awarded AS awarded_amount,
    CASE WHEN is_corrected OR chance % 33 = 0 THEN (awarded * 0.9)::DECIMAL(18, 2) ELSE awarded END AS disbursed_amount,
    'CNY' AS currency,
    paid - (5 + person % 20)::INTEGER AS award_date,
    paid AS disbursement_date,
    strftime(paid, '%Y-%m') AS batch,
    CASE WHEN chance % 5 <> 0 THEN paid - 14 END AS objection_start,
    CASE WHEN chance % 5 <> 0 THEN paid - 7 END AS objection_end,
    CASE WHEN is_corrected THEN '更正' WHEN chance % 50 = 0 THEN printf('补发，原批次 %d', chance % 12) END AS note
FROM paid ORDER BY department, number
"""


@cache
def _shipped() -> Catalog:
    return load_catalog(Workspace.default().schema)


@dataclass(frozen=True)
class Deliveries:
    """What departments delivered, as disclosure has cleared it.

    Attributes:
        folder: where the files are put.
        rows: of a department in a period.
        departments: how many there are.
    """

    folder: Path
    rows: int
    departments: int = DEPARTMENTS
    period_class: PeriodClass = PeriodClass.QUARTERLY

    @cached_property
    def catalog(self) -> Catalog:
        """The shipped registry, the dataset delivered by ``period_class`` and without small cells: these are
        measured apart."""
        shipped = _shipped()
        dataset = shipped.dataset(DATASET)
        descriptor = dataset.descriptor.model_copy(update={"period": self.period_class, "small_cells": None})
        return replace(shipped, datasets={DATASET: replace(dataset, descriptor=descriptor)})

    def periods(self, count: int) -> list[str]:
        """Names of so many periods, the last in 2025."""
        year = 2026 - -(-count // self._in_a_year)
        names: list[str] = []
        while len(names) < count:
            names += [self._name(year, number) for number in range(1, self._in_a_year + 1)]
            year += 1
        return names[:count]

    @property
    def _in_a_year(self) -> int:
        return 4 if self.period_class is PeriodClass.QUARTERLY else 12

    def _name(self, year: int, number: int) -> str:
        return f"{year}-Q{number}" if self.period_class is PeriodClass.QUARTERLY else f"{year}-{number:02d}"

    @cached_property
    def dataset(self) -> Dataset:
        """Whose rows they are."""
        return self.catalog.dataset(DATASET)

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """The public schema that they are written by."""
        return public_schema(self.dataset, plan_fields(self.dataset, self.catalog.tables))

    def write(self, period: str, corrected: int | None = None) -> None:
        """Write a period's files, in the place of earlier ones.

        Args:
            period: its name; what is paid to whom is drawn from it.
            corrected: number of a department whose file is written alone, a tenth of its amounts corrected.
        """
        (self.folder / period).mkdir(parents=True, exist_ok=True)
        for number, rows in enumerate(self._payments(period, corrected)):
            if corrected in (None, number):
                # As disclosure writes them.
                pq.write_table(rows, self.parquet(period, number), compression="zstd")

    def parquet(self, period: str, department: int) -> Path:
        """The file of a department."""
        return self.folder / period / f"{department:02d}.parquet"

    def contributions(self, period: str) -> list[Contribution]:
        """A period's files for ``build_segment``."""
        return [self._contribution(period, number) for number in range(self.departments)]

    def _contribution(self, period: str, number: int) -> Contribution:
        key = DeliveryKey(DATASET, period, f"department_{number:02d}")
        digest = hashlib.sha256(str(key).encode()).hexdigest()
        table = DisclosedTable(Delivery(key, 1, digest, ()), self.parquet(period, number), self.rows, self.schema, ())
        quality = {"rows_delivered": self.rows, "rows_quarantined": 0, "checks": {"table-schema": {}}}
        return Contribution(table, digest, quality)

    def _payments(self, period: str, corrected: int | None) -> list[pa.Table]:
        with duckdb.connect(config={"threads": 1}) as connection:
            rows = connection.sql(_PAYMENTS, params={
                "departments": self.departments, "rows": self.rows, "period": period.replace("-", ""),
                "start": f"{period[:4]}-01-01", "corrected": -1 if corrected is None else corrected,
                "programmes": self._programmes,
            }).to_arrow_table()  # fmt: skip
        whole = rows.select(list(columns(self.schema)))
        return [whole.slice(number * self.rows, self.rows) for number in range(self.departments)]

    @cached_property
    def _programmes(self) -> list[dict[str, str]]:
        names = {"code": "code", "name": "name_zh", "category": "category", "function": "function_code"}
        known = self.catalog.codelists["subsidy_programme"].rows
        return [{key: row[name] for key, name in names.items()} for row in known]
