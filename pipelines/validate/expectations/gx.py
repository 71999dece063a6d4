"""The only module that imports great_expectations, and only inside functions."""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.core.findings import Severity
from pipelines.registry.expectations import Frame

if TYPE_CHECKING:
    import pandas as pd

#: What Great Expectations calls them.
_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "warning"}


def run_suite(frame: Frame, data: pd.DataFrame) -> tuple[dict[str, Any], list[str]]:
    """Judge a frame by all its expectations at once: quicker than one by one, as they share the batch.

    Returns:
        The validation result as Great Expectations writes it (``meta.position`` of an expectation is its place in the
        frame), and what is wrong with expectations that could not be made.
    """
    gx, definition = _context()
    expectations, failed = [], []
    for position, expectation in enumerate(frame.expectations):
        try:
            kind = gx.expectations.registry.get_expectation_impl(expectation.type)
            severity = _SEVERITIES[expectation.severity]
            expectations.append(kind(**expectation.kwargs, severity=severity, meta={"position": position}))
        except Exception as problem:  # GX raises its own, pydantic's and pandas' errors for unusable arguments
            failed.append(f"{expectation.type}: {type(problem).__name__}")
    suite = gx.ExpectationSuite(name=frame.id, expectations=expectations)
    result = definition.get_batch({"dataframe": data}).validate(suite)
    return result.to_json_dict(), failed


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
