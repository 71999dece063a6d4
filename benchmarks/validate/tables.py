"""What was measured, as Markdown for people and as JSON for programs."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from typing import Any

from benchmarks.validate.contestants.registry import CONTESTANTS
from benchmarks.validate.rounds import Comparison, Entry
from benchmarks.validate.summary import Spread, floor_of, summary_of

_PACKAGES = ("duckdb", "frictionless", "great-expectations", "numpy", "pandas", "pandera", "polars", "pyarrow")
_HEAD = """\
| | rows | CPU s | × floor | wall s | start-up CPU s | peak MB | errors |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


def machine() -> dict[str, Any]:
    """Where it is measured, and with what."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg(), "versions": versions}


def markdown(comparison: Comparison) -> str:
    """A table with a row per contestant."""
    lines = [f"### {comparison.case.title}, {comparison.size / 1e6:.0f} MB", "", _HEAD]
    floor = floor_of(comparison)
    lines += [f"| {' | '.join(_cells(entry, floor))} |" for entry in comparison.entries]
    if (both := comparison.agreement) is not None:
        verdict = "agree" if both.frictionless == both.engine else "DISAGREE"
        lines += ["", f"frictionless and the engine {verdict} on {both.rows:,} rows: {both.frictionless:,} and "
                      f"{both.engine:,} errors."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _cells(entry: Entry, floor: Entry | None) -> list[str]:
    contestant = CONTESTANTS[entry.name]
    label = f"{contestant.label} (floor)" if entry is floor else contestant.label
    rows = f"{entry.rows:,}" if entry.scale == 1 else f"{entry.rows:,} (times × {round(entry.scale, 2):g})"
    if entry.failure is not None or not entry.taken:
        return [label, rows, f"failed: {entry.failure}", "", "", "", "", ""]
    told = summary_of(entry, floor)
    ratio = "" if told.ratio is None else _written(told.ratio)
    found = f"{entry.taken[0].found:,}" if contestant.judges else ""
    return [label, rows, _written(told.cpu), ratio, _written(told.wall), f"{told.start:.2f}", f"{told.peak:.0f}", found]


def _written(spread: Spread) -> str:
    return f"{spread.median:.2f} ({spread.least:.2f}–{spread.most:.2f})"


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Everything that was measured on one file."""
    floor = floor_of(comparison)
    case = comparison.case
    return {
        "file": case.kind.name,
        "rows": case.rows,
        "columns": case.width,
        "bad": case.bad,
        "bytes": comparison.size,
        "floor": None if floor is None else floor.name,
        "agreement": None if comparison.agreement is None else vars(comparison.agreement),
        "contestants": {entry.name: _entry_json(entry, floor) for entry in comparison.entries},
    }


def _entry_json(entry: Entry, floor: Entry | None) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if entry.taken:
        summary = summary_of(entry, floor)
        told = {"cpu": summary.cpu._asdict(), "wall": summary.wall._asdict(), "start": summary.start,
                "peak": summary.peak, "ratio": summary.ratio and summary.ratio._asdict()}  # fmt: skip
    rounds = [vars(one) for one in entry.taken]
    return {"rows": entry.rows, "scale": entry.scale, "failure": entry.failure, "summary": told, "rounds": rounds}
