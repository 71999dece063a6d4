"""Results as Markdown tables. Times are medians, CPU and wall seconds."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Result = Mapping[str, Any]


def first(bare: Sequence[Result], published: Sequence[Result]) -> str:
    """The first publish beside a bare COPY; ratios are of the same round."""
    rows = [
        _first_row("DuckDB, COPY", bare, ["copy"]),
        _first_row("segments", published, ["segments"]),
        _first_row("release", published, ["release"]),
        _first_row("index", published, ["index"]),
        _first_row("first publish", published, ["segments", "release", "index"]),
    ]
    whole = ["segments", "release", "index"]
    ratios = [
        [_total(one, whole, kind) / other["copy"][kind] for one, other in zip(published, bare, strict=True)]
        for kind in ("cpu", "wall")
    ]
    rows.append(["ratio", *(f"{_spread(values)}" for values in ratios), "", "", ""])
    title = f"First publish of {published[0]['rows']:,} rows"
    return _table(title, ["", "CPU s", "wall s", "MB", "files", "peak MB"], rows)


def _first_row(name: str, results: Sequence[Result], steps: Sequence[str]) -> list[str]:
    times = [_spread([_total(result, steps, kind) for result in results]) for kind in ("cpu", "wall")]
    one = results[0]
    told = name.startswith(("DuckDB", "first"))
    size = [f"{one['bytes'] / 1e6:.1f}", f"{one['files']}", f"{one['peak']:.0f}"] if told else ["", "", ""]
    return [name, *times, *size]


def corrections(results: Sequence[Result]) -> str:
    """One corrected delivery by the size of the dataset, and what follows it."""
    groups: dict[tuple[int, int], list[Result]] = {}
    for result in results:
        groups.setdefault((result["rows"], result["periods"]), []).append(result)
    header = ["rows", "rows of the period", "segment, CPU s", "release", "index", "all, wall s", "new data, kB",
              "new manifest and sources, kB", "unchanged, wall s", "diff, CPU s", "files read", "of"]  # fmt: skip
    rows = []
    for (count, periods), group in sorted(groups.items(), key=lambda item: (item[0][0] / item[0][1], item[0][0])):
        cells = [f"{_median(group, [step], 'cpu'):.2f}" for step in ("segments", "release", "index")]
        unchanged = _median(group, ["unchanged release", "unchanged index"], "wall")
        rows.append([
            f"{count:,}", f"{count // periods:,}", *cells,
            f"{_median(group, ['segments', 'release', 'index'], 'wall'):.2f}", _kilobytes(group, "objects"),
            _kilobytes(group, "manifest"), f"{unchanged:.3f}", f"{_median(group, ['diff'], 'cpu'):.2f}",
            f"{max(result['files_read'] for result in group)}", f"{group[0]['files']}",
        ])  # fmt: skip
    return _table("One corrected delivery", header, rows)


def months(result: Result) -> str:
    """What monthly versions take."""
    ratio = result["objects"] / result["last"]
    sizes = [f"{result[key] / 1e6:.1f}" for key in ("last", "objects", "last_manifest", "manifests", "index")]
    header = ["versions", "corrections", "rows", "last version, MB", "all data, MB", "ratio", "last manifest, MB",
              "all manifests and sources, MB", "index, MB", "files"]  # fmt: skip
    row = [f"{result['versions']}", f"{result['corrections']}", f"{result['rows']:,}", *sizes[:2], f"{ratio:.2f}",
           *sizes[2:], f"{result['files']}"]  # fmt: skip
    return _table("Monthly versions", header, [row])


def fleet(results: Mapping[int, Result]) -> str:
    """A release and the index by the number of datasets."""
    steps = list(next(iter(results.values())))
    rows = [[f"{count:,}", *(_both(result[step]) for step in steps)] for count, result in results.items()]
    return _table("Many datasets, CPU s / wall s", ["datasets", *steps], rows)


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---:"] * len(header), *rows]
    return f"### {title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _total(result: Result, steps: Sequence[str], kind: str) -> float:
    return float(sum(result[step][kind] for step in steps))


def _median(results: Sequence[Result], steps: Sequence[str], kind: str) -> float:
    return statistics.median(_total(result, steps, kind) for result in results)


def _kilobytes(results: Sequence[Result], name: str) -> str:
    return f"{statistics.median(result[name] for result in results) / 1000:,.0f}"


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def _both(times: Mapping[str, float]) -> str:
    return f"{times['cpu']:.2f} / {times['wall']:.2f}"
