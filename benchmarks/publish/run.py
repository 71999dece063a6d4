"""What publishing costs, with Markdown tables: against DuckDB alone, by the size of a dataset, over months, of many.

``python -m benchmarks.publish.run [--only first,correction,months,fleet]``. Deliveries are made in a temporary folder
(5 GB at the full size). Each case runs in a process of its own; the first publish and DuckDB's COPY take turns.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.process import run_child
from benchmarks.publish import cases, tables
from benchmarks.publish.files import Deliveries
from pipelines.core.periods import PeriodClass

CASES = ("first", "correction", "months", "fleet")
#: Rows of a department in a period: with 60 departments 125,040, or 500,160, and 50,040 in a month.
_QUARTER, _LARGE, _MONTH = 2084, 8336, 834


def _child(case: str, *arguments: object) -> Any:
    print(case, *arguments[1:], file=sys.stderr)
    return run_child("benchmarks.publish.run", "--one", json.dumps([case, *map(str, arguments)]))


def _one(case: str, folder: str, *numbers: str) -> Any:
    work, (first, *values) = Path(folder), [int(number) for number in numbers]
    work.mkdir(parents=True, exist_ok=True)
    if case == "fleet":
        return cases.fleet(work, first, *values)
    period_class = PeriodClass.MONTHLY if case == "months" else PeriodClass.QUARTERLY
    deliveries = Deliveries(work / "deliveries", first, period_class=period_class)
    if case == "write":
        return cases.write(deliveries, *values)
    data = Path(tempfile.mkdtemp(dir=work))
    if case == "correction":
        rounds, *sizes = values
        return list(cases.corrections(deliveries, data, sizes, rounds))
    return {"first": cases.first, "bare": cases.bare, "months": cases.months}[case](deliveries, data, *values)


def first(work: Path, rounds: int, periods: int) -> None:
    """The first publish beside a bare COPY."""
    _child("write", work, _QUARTER, periods)
    taken: dict[str, list[Mapping[str, Any]]] = {"bare": [], "first": []}
    for number in range(rounds):
        for name in sorted(taken, reverse=number % 2 == 1):
            taken[name].append(_child(name, work, _QUARTER, periods))
    print(tables.first(taken["bare"], taken["first"]))


def correction(work: Path, rounds: int, periods: int) -> None:
    """One corrected delivery at three sizes of the dataset, and one of a larger period."""
    sizes = [periods // 5, periods, periods * 4]
    small = _child("correction", work / "small", _QUARTER, rounds, *sizes)
    large = _child("correction", work / "large", _LARGE, rounds, periods // 4)
    print(tables.corrections([*small, *large]))


def months(work: Path, _: int, periods: int) -> None:
    """Monthly versions with two corrections each."""
    print(tables.months(_child("months", work, _MONTH, periods * 5 // 2)))


def fleet(work: Path, _: int, periods: int) -> None:
    """Nothing changed, and one dataset changed, in a catalog of many."""
    print(tables.fleet({count: _child("fleet", work / str(count), count, periods) for count in (100, 1000)}))


_RUNS: Mapping[str, Callable[[Path, int, int], None]] = {
    "first": first, "correction": correction, "months": months, "fleet": fleet,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(CASES), help="%(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="%(default)s")
    parser.add_argument("--periods", type=int, default=40, help="of the dataset of 5 million rows: %(default)s")
    parser.add_argument("--folder", type=Path, help="where to make the files, instead of the temporary folder")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(_one(*json.loads(given.one))))
        return
    for name in given.only.split(","):
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            _RUNS[name](Path(folder), given.rounds, given.periods)


if __name__ == "__main__":
    main()
