"""Great Expectations suites over small frames that DuckDB aggregates; the only module that imports it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.registry import Dataset
from pipelines.registry.expectations import Expectation, Frame
from pipelines.validate.constraints import described
from pipelines.validate.sandbox import MACHINE_TROUBLE, sandbox
from pipelines.validate.typed import typed_schema

if TYPE_CHECKING:
    import pandas as pd

MAX_FRAME_ROWS = 100_000
_SHOWN = 3


def run_expectations(typed: Path, previous: Path | None, tables: Mapping[str, pa.Table], dataset: Dataset,
                     work: Path) -> Iterator[Finding]:  # fmt: skip
    """Run the dataset's suite over its frames.

    Args:
        typed: accepted rows of this delivery, the view ``delivery``.
        previous: the department's last accepted delivery, the view ``previous``; ``None``: an empty one.
        tables: code lists by name, as text.

    Yields:
        One finding per expectation that does not hold, and per frame that cannot be computed.
    """
    if dataset.expectations is None:
        return
    files = {"delivery": typed} | ({"previous": previous} if previous is not None else {})
    extra = dict(tables)
    if previous is None:
        extra["previous"] = typed_schema(dataset).empty_table()
    with sandbox(files, extra, work) as connection:
        for frame in dataset.expectations.frames:
            try:
                # One row beyond the limit tells that there are more, without fetching them.
                data = connection.sql(f"FROM ({frame.sql}\n) LIMIT {MAX_FRAME_ROWS + 1}").df()
            except MACHINE_TROUBLE:
                raise
            except duckdb.Error as problem:
                yield _unusable(frame, "validate-frame-failed", type(problem).__name__)
                continue
            if len(data) > MAX_FRAME_ROWS:
                yield _unusable(frame, "validate-frame-too-large", str(MAX_FRAME_ROWS))
                continue
            yield from _run_suite(frame, data)


def _unusable(frame: Frame, message: str, reason: str) -> Finding:
    told = Message(message, {"frame": frame.id, "reason": reason})
    remedy = Message("validate-frame-remedy", {"frame": frame.id})
    return Finding(Check.EXPECTATIONS, "expectation-frame", Severity.ERROR, told, remedy)


def _run_suite(frame: Frame, data: pd.DataFrame) -> Iterator[Finding]:
    gx, batch = _batch(data)
    for expectation in frame.expectations:
        try:
            kind = gx.expectations.registry.get_expectation_impl(expectation.type)
            result = batch.validate(kind(**expectation.kwargs))
        except Exception as problem:  # GX raises its own, pydantic's and pandas' errors for unusable arguments
            yield _unusable(frame, "validate-expectation-failed", f"{expectation.type}: {type(problem).__name__}")
            continue
        if not result.success:
            yield _finding(frame, expectation, result.result)


@cache
def _context() -> tuple[Any, Any]:
    # Its import takes seconds and 250 MB, and it reports usage over the network unless told not to.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return gx, asset.add_batch_definition_whole_dataframe("whole")


def _batch(data: pd.DataFrame) -> tuple[Any, Any]:
    gx, definition = _context()
    return gx, definition.get_batch({"dataframe": data})


def _finding(frame: Frame, expectation: Expectation, result: Mapping[str, Any]) -> Finding:
    column = expectation.kwargs.get("column")
    observed = result.get("partial_unexpected_list") or [result.get("observed_value")]
    return Finding(
        Check.EXPECTATIONS,
        expectation.type,
        expectation.severity,
        described(expectation.message.zh, expectation.message.en),
        described(expectation.remedy.zh, expectation.remedy.en),
        Location(field=f"{frame.id}.{column}" if column else frame.id),
        _observed(observed),
    )


def _observed(values: list[Any]) -> str | None:
    """Computed figures only: text in a frame could be anybody's name."""
    figures = [str(value) for value in values if isinstance(value, (Real, Decimal)) and not isinstance(value, bool)]
    shown = ", ".join(figure for figure in figures[:_SHOWN] if not looks_like_personal_data(figure))
    return shown or None
