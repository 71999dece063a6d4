"""pandera over polars: the file read as text, then coerced and checked, all errors gathered.

polars 2 does not cast text to dates, so dates and times stay text: a regular expression, and bounds as text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.validate.contestants.declared import TYPES, Column, columns_of
from benchmarks.validate.contestants.pandera_checks import checks_of
from benchmarks.validate.files.kinds import Task


def judge(task: Task) -> int:
    import pandera.polars as pa
    import polars as pl

    schema = pa.DataFrameSchema({column.name: _declared(column) for column in columns_of(task)})
    try:
        schema.validate(pl.read_csv(task.path, infer_schema=False), lazy=True)
    except pa.errors.SchemaErrors as failed:
        # What has no row is a check that could not be run.
        cells = failed.failure_cases.select("column", "index").drop_nulls("index")
        return len(cells.unique())
    return 0


def _declared(column: Column) -> Any:
    import pandera.polars as pa
    import polars as pl

    if column.type in {"date", "datetime"}:
        column = replace(column, pattern=TYPES[column.type])
    kind = {"integer": pl.Int64, "year": pl.Int64, "number": pl.Float64}.get(column.type)
    return pa.Column(
        kind or pl.String,
        checks_of(column, pa.Check, str),
        nullable=not column.required,
        unique=column.unique,
        coerce=kind is not None,
    )
