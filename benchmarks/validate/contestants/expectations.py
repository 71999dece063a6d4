"""Great Expectations over pandas: a suite with the schema's rules, its cheapest form of result (counts, few examples).

Types are regular expressions over the text; bounds are expectations on parsed copies of the columns that have some.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from benchmarks.validate.contestants.declared import TYPES, Column, columns_of
from benchmarks.validate.contestants.frames import read_text
from benchmarks.validate.files.kinds import Task

if TYPE_CHECKING:
    import pandas as pd

_PARSED = "{} parsed"


def judge(task: Task) -> int:
    from pipelines.validate.expectations.gx import batch_definition

    gx, definition = batch_definition()
    columns = list(columns_of(task))
    frame = read_text(task.path)
    for column in columns:
        if column.minimum is not None or column.maximum is not None:
            frame[_PARSED.format(column.name)] = _parsed(column, frame[column.name])
    expected = [one for column in columns for one in _expected(column, gx.expectations)]
    suite = gx.ExpectationSuite("rules", expectations=expected)
    result = definition.get_batch({"dataframe": frame}).validate(suite, result_format="BASIC")
    for one in result.results:
        if "unexpected_count" not in one.result:
            raise SystemExit(f"could not be run: {one.expectation_config.type} {one.exception_info}")
    return sum(one.result["unexpected_count"] for one in result.results)


def _parsed(column: Column, texts: pd.Series[str]) -> pd.Series[Any]:
    import pandas as pd

    if column.type == "date":
        return pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    return pd.to_numeric(texts, errors="coerce")


def _expected(column: Column, kinds: Any) -> Iterator[Any]:
    if column.required:
        yield kinds.ExpectColumnValuesToNotBeNull(column=column.name)
    if column.unique:
        yield kinds.ExpectColumnValuesToBeUnique(column=column.name)
    for regex in (TYPES.get(column.type), column.pattern):
        if regex is not None:
            yield kinds.ExpectColumnValuesToMatchRegex(column=column.name, regex=regex)
    if column.known is not None:
        yield kinds.ExpectColumnValuesToBeInSet(column=column.name, value_set=column.known)
    if column.longest is not None:
        yield kinds.ExpectColumnValueLengthsToBeBetween(column=column.name, max_value=column.longest)
    if column.minimum is not None or column.maximum is not None:
        least, most = (_bound(column, value) for value in (column.minimum, column.maximum))
        name = _PARSED.format(column.name)
        yield kinds.ExpectColumnValuesToBeBetween(column=name, min_value=least, max_value=most)


def _bound(column: Column, value: Any) -> Any:
    import pandas as pd

    return pd.Timestamp(value).to_pydatetime() if column.type == "date" and value is not None else value
