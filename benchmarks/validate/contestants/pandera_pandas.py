"""pandera over pandas: the file read as text, then coerced and checked, all errors gathered."""

from __future__ import annotations

from typing import Any

from benchmarks.validate.contestants.declared import Column, columns_of
from benchmarks.validate.contestants.frames import read_text
from benchmarks.validate.contestants.pandera_checks import checks_of
from benchmarks.validate.files.kinds import Task

_TIMES = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S"}
_KINDS = {"integer": "Int64", "year": "Int64", "number": "float64"}


def judge(task: Task) -> int:
    import pandera.pandas as pa

    columns = {column.name: _declared(column) for column in columns_of(task)}
    schema = pa.DataFrameSchema(columns, report_duplicates="exclude_first")
    try:
        schema.validate(read_text(task.path), lazy=True)
    except pa.errors.SchemaErrors as failed:
        # A cell that cannot be coerced is told twice; what has no row is a check that could not be run.
        cells = failed.failure_cases[["column", "index"]].dropna(subset="index")
        return len(cells.drop_duplicates())
    return 0


def _declared(column: Column) -> Any:
    import pandas as pd
    import pandera.pandas as pa

    return pa.Column(
        _kind(column),
        checks_of(column, pa.Check, pd.Timestamp),
        nullable=not column.required,
        unique=column.unique,
        coerce=column.type in _TIMES or column.type in _KINDS,
        report_duplicates="exclude_first",
    )


def _kind(column: Column) -> Any:
    from pandera.engines import pandas_engine

    if column.type in _TIMES:
        return pandas_engine.DateTime(to_datetime_kwargs={"format": _TIMES[column.type]})
    return _KINDS.get(column.type, str)
