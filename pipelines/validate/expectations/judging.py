"""Judge a delivery's frames, and judge again those that read other datasets when their rows have changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.registry import Dataset
from pipelines.registry.expectations import Frame
from pipelines.validate.constraints import described
from pipelines.validate.expectations.frames import FrameData, Sources, computed
from pipelines.validate.expectations.results import FrameResult, figures, raised, without_texts

NOT_JUDGED_YET = "not-judged-yet"
_SHOWN = 3


def judge_frames(dataset: Dataset, sources: Sources, work: Path) -> Iterator[FrameResult]:
    """Run the dataset's suites over its frames.

    Yields:
        One result per frame, with a finding per expectation that does not hold, and one where the frame cannot be
        computed or waits for a dataset that has nothing yet.
    """
    if dataset.expectations is not None:
        for found in computed(dataset, dataset.expectations.frames, sources, work):
            yield _judged(found)


def judge_again(dataset: Dataset, earlier: list[FrameResult], sources: Sources, work: Path) -> list[FrameResult]:
    """Results of the frames that read other datasets and come out different now.

    Frames are compared before any suite runs. One that could be judged and cannot now keeps its result.
    """
    known = {result.frame: result for result in earlier}
    frames = [frame for frame in (dataset.expectations.frames if dataset.expectations else ()) if frame.datasets]
    if not frames:
        return []
    return [
        _judged(found)
        for found in computed(dataset, frames, sources, work)
        if not found.waiting and found.digest != getattr(known.get(found.frame.id), "digest", None)
    ]


def _judged(found: FrameData) -> FrameResult:
    frame = found.frame
    if found.waiting:
        params = {"frame": frame.id, "datasets": ", ".join(found.waiting)}
        finding = Finding(Check.EXPECTATIONS, NOT_JUDGED_YET, Severity.WARNING,
                          Message("validate-frame-waiting", params), Message("validate-frame-waiting-remedy", params),
                          Location(field=frame.id))  # fmt: skip
        return FrameResult(frame.id, waiting=found.waiting, findings=(finding,))
    if found.data is None:
        return FrameResult(frame.id, findings=(_unusable(frame, *(found.problem or ("", ""))),))
    # Great Expectations is imported here and not before: most runs have no suite to judge.
    from pipelines.validate.expectations.gx import run_suite

    document, failed = run_suite(frame, found.data)
    findings = [_unusable(frame, "validate-expectation-failed", reason) for reason in failed]
    findings += _findings(frame, document)
    return FrameResult(frame.id, found.digest, (), without_texts(document), tuple(findings))


def _unusable(frame: Frame, message: str, reason: str) -> Finding:
    told = Message(message, {"frame": frame.id, "reason": reason})
    remedy = Message("validate-frame-remedy", {"frame": frame.id})
    return Finding(Check.EXPECTATIONS, "expectation-frame", Severity.ERROR, told, remedy, Location(field=frame.id))


def _findings(frame: Frame, document: dict[str, Any]) -> Iterator[Finding]:
    """What does not hold, in the order of the suite (Great Expectations sorts by outcome)."""
    for result in sorted(document["results"], key=lambda entry: int(entry["expectation_config"]["meta"]["position"])):
        expectation = frame.expectations[result["expectation_config"]["meta"]["position"]]
        if raised(result):
            yield _unusable(frame, "validate-expectation-failed", f"{expectation.type}: {raised(result)}")
        elif not result["success"]:
            column = expectation.kwargs.get("column")
            observed = result["result"].get("partial_unexpected_list") or [result["result"].get("observed_value")]
            yield Finding(
                Check.EXPECTATIONS,
                expectation.type,
                expectation.severity,
                described(expectation.message.zh, expectation.message.en),
                described(expectation.remedy.zh, expectation.remedy.en),
                Location(field=f"{frame.id}.{column}" if column else frame.id),
                ", ".join(figures(observed)[:_SHOWN]) or None,
            )
