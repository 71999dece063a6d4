"""What the public face of a catalog costs, by the number of its datasets, with a Markdown table.

``python -m benchmarks.portal.run [--datasets 100,1000,5000]``. For each size one process releases the datasets, and
another measures: the DuckDB index, downloads, metadata and pages of all datasets, the same again where nothing has
changed, and again where one dataset has.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml

from benchmarks.process import Timer, forget_peak, peak, run_child
from benchmarks.publish.fleet import Fleet
from pipelines.catalog import refresh_index
from pipelines.catalog.downloads import refresh_downloads
from pipelines.catalog.metadata import refresh_metadata
from pipelines.portal import refresh_portal

_Result = TypeVar("_Result")
_RULES = Path(__file__).resolve().parents[2] / "catalog_schema" / "metadata"
_PERIODS = 4
_PAGES = {"home": "index.html", "list": "browse/index.html", "dataset": "datasets/ds_00000/index.html"}
_MOMENTS = ("first", "unchanged", "one changed")


def make(folder: Path, datasets: int) -> dict[str, Any]:
    """Release a catalog with what metadata need: an address on the web, and their rules. Return the peak in MB."""
    schema = Fleet.released(folder, datasets, _PERIODS).workspace.schema
    said = yaml.safe_load((schema / "catalog.yaml").read_text("utf-8"))
    told = yaml.safe_dump({**said, "base_url": "https://data.example.org/"}, allow_unicode=True)
    (schema / "catalog.yaml").write_text(told, "utf-8")
    (schema / "metadata").symlink_to(_RULES, target_is_directory=True)
    return {"peak": peak()}


def measure(folder: Path) -> dict[str, Any]:
    """CPU seconds, wall seconds and peak memory in MB of each step at each moment; page weights in bytes."""
    registry, fleet = _step(lambda: Fleet.opened(folder))
    workspace, store = fleet.workspace, fleet.store
    steps: dict[str, Callable[[], Any]] = {
        "index": lambda: refresh_index(store, workspace.work),
        "downloads": lambda: refresh_downloads(store, workspace.work),
        "metadata": lambda: refresh_metadata(
            store, fleet.catalog, workspace.schema, workspace.metadata, workspace.work
        ),
        "pages": lambda: refresh_portal(store, fleet.catalog, workspace.portal, workspace.work),
    }
    result: dict[str, Any] = {"first": {"registry": registry, **_taken(steps)}, "unchanged": _taken(steps)}
    fleet.change_one()
    assert fleet.publish() == 1
    result["one changed"] = _taken(steps)
    result["weights"] = {name: _weight(workspace.catalog, page) for name, page in _PAGES.items()}
    return result


def _taken(steps: dict[str, Callable[[], Any]]) -> dict[str, tuple[float, float, float]]:
    return {name: _step(step)[0] for name, step in steps.items()}


def _step(step: Callable[[], _Result]) -> tuple[tuple[float, float, float], _Result]:
    forget_peak()
    with Timer() as timer:
        result = step()
    return (timer.cpu, timer.wall, peak()), result


def _weight(root: Path, page: str) -> int:
    """Bytes, compressed by gzip, of a page and all styles, scripts and pictures that it names."""
    text = (root / page).read_text("utf-8")
    return sum(len(gzip.compress(content)) for content in (text.encode(), *_named(root, text)))


def _named(root: Path, text: str) -> Iterator[bytes]:
    for entry in sorted((root / "assets").iterdir()):
        if f"assets/{entry.name}" in text:
            yield entry.read_bytes()


_STEPS = ("registry", "index", "downloads", "metadata", "pages")
_HEADER = ["datasets", "", *_STEPS, *(f"{page}, kB" for page in _PAGES)]


def rows(count: int, result: dict[str, Any]) -> Iterator[list[str]]:
    """Lines of the table: CPU seconds, wall seconds and megabytes of each step; kilobytes compressed by gzip."""
    weights = [f"{bytes_ / 1000:.0f}" for bytes_ in result["weights"].values()]
    for moment in _MOMENTS:
        first, taken = moment == _MOMENTS[0], result[moment]
        cells = ["{:.1f} / {:.1f} / {:.0f}".format(*taken[step]) if step in taken else "" for step in _STEPS]
        yield [f"{count:,}" if first else "", moment, *cells, *(weights if first else [""] * len(weights))]


def _tell(cells: list[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="100,1000,5000", help="%(default)s")
    parser.add_argument("--folder", type=Path, help="where to make the files, instead of the temporary folder")
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        print(json.dumps(make(Path(given.make[0]), int(given.make[1]))))
    elif given.measure:
        print(json.dumps(measure(given.measure)))
    else:
        _compare(map(int, given.datasets.split(",")), given.folder)


def _compare(sizes: Iterable[int], place: Path | None) -> None:
    _tell(_HEADER)
    _tell(["---:"] * len(_HEADER))
    for count in sizes:
        print(f"{count:,} datasets", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=place) as folder:
            run_child("benchmarks.portal.run", "--make", folder, str(count))
            for cells in rows(count, run_child("benchmarks.portal.run", "--measure", folder)):
                _tell(cells)


if __name__ == "__main__":
    main()
