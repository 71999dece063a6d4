"""Results of suites as a delivery's outcome keeps them: Great Expectations' own JSON, without any text of a frame."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.files import PRIVATE_FILE_MODE, replace_file
from pipelines.core.findings import Check, Finding
from pipelines.core.personal_data import looks_like_personal_data

#: In the folder of an outcome.
RESULTS_FILE = "expectations.json"
#: Stands for a text that was in a frame.
WITHHELD = "…"
#: Keys of a result's details that are Great Expectations' own; any other could be a value of a frame.
_KEYS = frozenset({"value", "values", "count", "quantiles", "weights", "tail_weights", "bins", "mean", "min", "max"})


@dataclass(frozen=True)
class FrameResult:
    """What came of one frame.

    ``digest`` tells whether the frame has changed; ``waiting`` names the datasets that had nothing yet; ``document`` is
    the suite's validation result as Great Expectations writes it. ``findings`` are kept in the outcome's report.
    """

    frame: str
    digest: str | None = None
    waiting: tuple[str, ...] = ()
    document: Mapping[str, Any] | None = None
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"frame": self.frame, "digest": self.digest, "waiting": list(self.waiting), "result": self.document}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> FrameResult:
        """Read the JSON form (KeyError, TypeError when it is not one)."""
        return cls(document["frame"], document["digest"], tuple(document["waiting"]), document["result"])


def write_results(folder: Path, results: Iterable[FrameResult]) -> None:
    """Keep results in the folder of an outcome."""
    document = {"frames": [result.as_dict() for result in results]}
    content = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).encode()
    replace_file(folder / RESULTS_FILE, content, PRIVATE_FILE_MODE)


def read_results(path: Path) -> list[FrameResult] | None:
    """Results as they are kept; ``None`` where there are none: the delivery did not come as far."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return [FrameResult.from_dict(entry) for entry in document["frames"]]


def frame_of(finding: Finding) -> str | None:
    """The frame that a finding is about; ``None`` for findings of other checks."""
    if finding.check is not Check.EXPECTATIONS or finding.location.field is None:
        return None
    return finding.location.field.partition(".")[0]


def raised(result: Mapping[str, Any]) -> str | None:
    """The kind of error that kept an expectation from being judged. Its text may quote a value, so that is not told."""
    info = result.get("exception_info") or {}
    # Either one entry, or one per metric that could not be computed.
    entries = [info] if "raised_exception" in info else [entry for entry in info.values() if isinstance(entry, Mapping)]
    return next(("MetricError" for entry in entries if entry.get("raised_exception")), None)


def figures(values: list[Any]) -> list[str]:
    """Computed figures only: text in a frame could be anybody's name, and a figure somebody's number."""
    return [str(value) for value in values if _is_figure(value)]


def _is_figure(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) and not looks_like_personal_data(str(value))


def without_texts(document: Mapping[str, Any]) -> dict[str, Any]:
    """A suite's validation result without texts and numbers of persons that were in the frame.

    What the descriptor says (types and arguments of expectations) stays; times, fingerprints of the frame and error
    texts go, so that the same frame gives the same document.
    """
    return {
        "success": document["success"],
        "suite_name": document["suite_name"],
        "statistics": document["statistics"],
        "results": [_result(result) for result in _in_order(document["results"])],
        "meta": {"great_expectations_version": document["meta"].get("great_expectations_version")},
    }


def _in_order(results: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(results, key=lambda entry: int(entry["expectation_config"]["meta"]["position"]))


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    config = result["expectation_config"]
    kwargs = {name: value for name, value in config["kwargs"].items() if name != "batch_id"}
    return {
        "success": result["success"],
        "expectation_config": {**config, "kwargs": kwargs},
        "result": {key: _bare(value) for key, value in result["result"].items()},
        "exception_info": {
            "raised_exception": raised(result) is not None,
            "exception_message": raised(result),
            "exception_traceback": None,
        },
    }


def _bare(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case int() | float():
            return value if _is_figure(value) else WITHHELD
        case Mapping():
            return {key: _bare(entry) for key, entry in value.items() if key in _KEYS}
        case list() | tuple():
            return [_bare(entry) for entry in value]
        case _:
            return WITHHELD
