"""The only module that imports great_expectations, and only inside functions."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
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
        The validation result as Great Expectations writes it (an expectation's ``meta`` has its ``position`` in the
        frame and its texts), and what is wrong with expectations that could not be made.
    """
    gx, definition = batch_definition()
    expectations, failed = [], []
    for position, expectation in enumerate(frame.expectations):
        try:
            kind = gx.expectations.registry.get_expectation_impl(expectation.type)
            severity = _SEVERITIES[expectation.severity]
            # The texts go with the result: a page made of it later says what the descriptor said then.
            meta = {"position": position, "message": dict(expectation.message), "remedy": dict(expectation.remedy)}
            expectations.append(kind(**expectation.kwargs, severity=severity, meta=meta))
        except Exception as problem:  # GX raises its own, pydantic's and pandas' errors for unusable arguments
            failed.append(f"{expectation.type}: {type(problem).__name__}")
    suite = gx.ExpectationSuite(name=frame.id, expectations=expectations)
    result = definition.get_batch({"dataframe": data}).validate(suite)
    return result.to_json_dict(), failed


@cache
def batch_definition() -> tuple[Any, Any]:
    """Great Expectations, and the definition of a batch that is a whole data frame; nothing is stored or reported."""
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


def sections(suite: str, asset: str, results: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, str]]:
    """One Data Docs page of Great Expectations, in parts.

    Args:
        suite: named as the suite.
        asset: named as what was judged.
        results: stored results of single expectations with their frames' names.

    Yields:
        Title and HTML of the overview, and then of each column. The HTML is made for Great Expectations' own page: it
        refers to scripts and pages that are not there.
    """
    renderer, view = _renderers()
    document = renderer.render(_suite_result(suite, asset, results)).to_json_dict()
    for place, section in enumerate(document["sections"], 1):
        # What collapses needs scripts, and says nothing but the version.
        blocks = [block for block in section["content_blocks"] if block["content_block_type"] != "collapse"]
        content = {"section": {**section, "content_blocks": blocks}, "section_loop": {"index": place}}
        yield section.get("section_name") or "", view.render(content)


def _suite_result(suite: str, asset: str, results: Sequence[tuple[str, Mapping[str, Any]]]) -> Any:
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    entries = []
    for frame, result in results:
        kwargs = dict(result["expectation_config"]["kwargs"])
        if "column" in kwargs:
            kwargs["column"] = f"{frame}.{kwargs['column']}"
        entries.append(
            ExpectationValidationResult(
                success=result["success"],
                expectation_config=ExpectationConfiguration(type=result["expectation_config"]["type"], kwargs=kwargs),
                result=copy.deepcopy(result["result"]),
                exception_info=result["exception_info"],
            )
        )
    held = sum(bool(entry.success) for entry in entries)
    statistics = {
        "evaluated_expectations": len(entries),
        "successful_expectations": held,
        "unsuccessful_expectations": len(entries) - held,
        "success_percent": 100 * held / max(len(entries), 1),
    }
    meta = {"batch_spec": {"data_asset_name": asset}}
    succeeded = held == len(entries)
    return ExpectationSuiteValidationResult(
        success=succeeded, results=entries, suite_name=suite, statistics=statistics, meta=meta
    )


@cache
def _renderers() -> tuple[Any, Any]:
    """The page's renderer, and the view that makes HTML of its sections; it keeps its templates, most of the cost."""
    batch_definition()
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaSectionView

    return ValidationResultsPageRenderer(), DefaultJinjaSectionView()
