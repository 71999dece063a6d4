from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pipelines
from pipelines.core.findings import Severity
from pipelines.registry.expectations import Frame
from pipelines.validate.expectations.frames import FrameData
from pipelines.validate.expectations.judging import _judged
from pipelines.validate.expectations.results import FrameResult, read_results, write_results

TEXTS = {"zh": "不符", "en": "Does not hold"}
BETWEEN = "expect_column_values_to_be_between"


def judged(data: dict[str, list[Any]], *expectations: tuple[str, dict[str, Any]]) -> FrameResult:
    entries = [
        {"type": kind, "kwargs": kwargs, "severity": "warning", "message": TEXTS, "remedy": TEXTS}
        for kind, kwargs in expectations
    ]
    frame = Frame.model_validate({"id": "people", "sql": "SELECT 1", "expectations": entries})
    return _judged(FrameData(frame, pd.DataFrame(data)))


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_be_in_set", {"column": "name", "value_set": ["-"]}),
        ("expect_column_distinct_values_to_be_in_set", {"column": "name", "value_set": ["-"]}),
        ("expect_column_most_common_value_to_be_in_set", {"column": "name", "value_set": ["-"]}),
        ("expect_column_values_to_match_regex", {"column": "name", "regex": "^-$"}),
        ("expect_column_values_to_be_unique", {"column": "name"}),
        (BETWEEN, {"column": "phone", "max_value": 5}),
        ("expect_column_max_to_be_between", {"column": "phone", "max_value": 5}),
        ("expect_column_mean_to_be_between", {"column": "name", "max_value": 5}),
        ("expect_column_pair_values_to_be_equal", {"column_A": "name", "column_B": "phone"}),
    ],
)
def test_no_text_and_no_persons_number_of_a_frame_is_kept_or_told(kind: str, kwargs: dict[str, Any]) -> None:
    result = judged({"name": ["张伟", "张伟"], "phone": [13912345678, 13912345678]}, (kind, kwargs))
    assert result.document is not None and not result.document["success"]
    stored = json.dumps(result.as_dict(), ensure_ascii=False)
    told = str([finding.as_dict() for finding in result.findings])
    for text in (stored, told):
        assert "张伟" not in text and "13912345678" not in text
    assert len(result.findings) == 1


def test_findings_come_in_the_order_of_the_suite_with_figures_only() -> None:
    result = judged(
        {"n": [7], "share": [0.5]},
        ("expect_column_values_to_not_be_null", {"column": "n"}),
        (BETWEEN, {"column": "n", "max_value": 5}),
        (BETWEEN, {"column": "share", "min_value": 0.8}),
    )
    told = [(finding.rule, finding.location.field, finding.value) for finding in result.findings]
    assert told == [(BETWEEN, "people.n", "7"), (BETWEEN, "people.share", "0.5")]


def test_expectations_that_cannot_be_judged_are_told_as_such_and_stop_no_other() -> None:
    result = judged(
        {"n": [7]},
        (BETWEEN, {"column": "absent", "max_value": 5}),
        (BETWEEN, {"column": "n", "max": 5}),
        ("expect_nothing_in_particular", {}),
        (BETWEEN, {"column": "n", "max_value": 5}),
    )
    told = [(finding.rule, finding.severity) for finding in result.findings]
    assert sorted(told) == [(BETWEEN, Severity.WARNING), *[("expectation-frame", Severity.ERROR)] * 3]
    assert all(finding.location.field in {"people", "people.n"} for finding in result.findings)


def test_the_same_frame_gives_the_same_document(tmp_path: Path) -> None:
    first, second = (judged({"n": [7, 8]}, (BETWEEN, {"column": "n", "max_value": 5})) for _ in range(2))
    assert first.as_dict() == second.as_dict()
    write_results(tmp_path, [first])
    stored = read_results(tmp_path / "expectations.json")
    assert stored is not None and stored[0].as_dict() == first.as_dict()
    assert read_results(tmp_path / "nothing.json") is None


def test_infinite_and_absent_figures_can_be_kept(tmp_path: Path) -> None:
    result = judged(
        {"n": [float("inf"), float("nan"), -1.0]}, (BETWEEN, {"column": "n", "min_value": 0, "max_value": 5})
    )
    write_results(tmp_path, [result])
    (finding,) = result.findings
    assert finding.value == "-1.0"


def test_only_one_module_imports_great_expectations_and_only_inside_functions() -> None:
    package = Path(pipelines.__file__).parent
    importing = []
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == "great_expectations" for name in names):
                importing.append(path.relative_to(package).as_posix())
                assert node not in tree.body
    assert {*importing} == {"validate/expectations/gx.py"}
