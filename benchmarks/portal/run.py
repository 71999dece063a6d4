"""What the public face of a catalog costs, by the number of its datasets, with a Markdown table.

``python -m benchmarks.portal.run [--datasets 100,1000,5000]``. Each size runs in a process of its own: downloads,
metadata and pages of all datasets, the same again where nothing has changed, and again where one dataset has.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.process import Timer, peak, run_child
from benchmarks.publish.fleet import Fleet
from pipelines.catalog import refresh_index
from pipelines.catalog.downloads import refresh_downloads
from pipelines.catalog.metadata import refresh_metadata
from pipelines.portal import refresh_portal
from pipelines.registry import load_catalog

_RULES = Path(__file__).resolve().parents[2] / "catalog_schema" / "metadata"
_PERIODS = 4
_STEPS = ("downloads", "metadata", "pages")


def measure(folder: Path, datasets: int) -> dict[str, Any]:
    """CPU and wall seconds of each step at first, without any change and after one; peak memory and page weights."""
    fleet = _with_an_address(Fleet.released(folder, datasets, _PERIODS))
    workspace, store = fleet.workspace, fleet.store
    steps: dict[str, Callable[[], Any]] = {
        "downloads": lambda: refresh_downloads(store, workspace.work),
        "metadata": lambda: refresh_metadata(
            store, fleet.catalog, workspace.schema, workspace.metadata, workspace.work
        ),
        "pages": lambda: refresh_portal(store, fleet.catalog, workspace.portal, workspace.work),
    }
    refresh_index(store, workspace.work)
    result: dict[str, Any] = {"first": _times(steps), "peak": peak()}
    result["unchanged"] = _times(steps)
    fleet.change_one()
    assert fleet.publish() == 1
    result["one changed"] = _times(steps)
    result["weights"] = {name: _weight(workspace.catalog, page) for name, page in (
        ("home", "index.html"), ("list", "browse/index.html"), ("dataset", "datasets/ds_00000/index.html"),
    )}  # fmt: skip
    return result


def _with_an_address(fleet: Fleet) -> Fleet:
    """The same with what metadata need: an address on the web, and their rules."""
    file = fleet.workspace.schema / "catalog.yaml"
    said = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**said, "base_url": "https://data.example.org/"}, allow_unicode=True), "utf-8")
    (fleet.workspace.schema / "metadata").symlink_to(_RULES, target_is_directory=True)
    return Fleet(fleet.workspace, load_catalog(fleet.workspace.schema), fleet.store)


def _times(steps: dict[str, Callable[[], Any]]) -> dict[str, tuple[float, float]]:
    taken = {}
    for name, step in steps.items():
        with Timer() as timer:
            step()
        taken[name] = (timer.cpu, timer.wall)
    return taken


def _weight(root: Path, page: str) -> int:
    """Bytes, compressed by gzip, of a page and all styles, scripts and pictures that it names."""
    text = (root / page).read_text("utf-8")
    return sum(len(gzip.compress(content)) for content in (text.encode(), *_named(root, text)))


def _named(root: Path, text: str) -> Iterator[bytes]:
    for entry in sorted((root / "assets").iterdir()):
        if f"assets/{entry.name}" in text:
            yield entry.read_bytes()


_MOMENTS = ("first", "unchanged", "one changed")
_HEADER = ["datasets", *(f"{moment}: {step}" for moment in _MOMENTS for step in _STEPS),
           "peak MB", "home, kB", "list, kB", "dataset, kB"]  # fmt: skip


def row(count: int, result: dict[str, Any]) -> list[str]:
    """A line of the table: CPU and wall seconds, megabytes, and kilobytes compressed by gzip."""
    times = ["{:.1f} / {:.1f}".format(*result[moment][step]) for moment in _MOMENTS for step in _STEPS]
    weights = [f"{bytes_ / 1000:.0f}" for bytes_ in result["weights"].values()]
    return [f"{count:,}", *times, f"{result['peak']:.0f}", *weights]


def _tell(cells: list[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="100,1000,5000", help="%(default)s")
    parser.add_argument("--folder", type=Path, help="where to make the files, instead of the temporary folder")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(Path(given.one[0]), int(given.one[1]))))
        return
    _tell(_HEADER)
    _tell(["---:"] * len(_HEADER))
    for count in map(int, given.datasets.split(",")):
        print(f"{count:,} datasets", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            _tell(row(count, run_child("benchmarks.portal.run", "--one", folder, str(count))))


if __name__ == "__main__":
    main()
